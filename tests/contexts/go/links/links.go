// Package links gives addresses short names and leads back to them.
package links

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// NewRouter takes an address by POST / and redirects from its name.
func NewRouter() http.Handler {
	var known sync.Map
	router := chi.NewRouter()
	router.Post("/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2048))
		address := strings.TrimSpace(string(body))
		if err != nil || !strings.HasPrefix(address, "http") {
			http.Error(w, "no address", http.StatusBadRequest)
			return
		}
		name := uuid.NewString()[:8]
		known.Store(name, address)
		io.WriteString(w, "/"+name+"\n")
	})
	router.Get("/{name}", func(w http.ResponseWriter, r *http.Request) {
		address, found := known.Load(chi.URLParam(r, "name"))
		if !found {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, address.(string), http.StatusFound)
	})
	return router
}
