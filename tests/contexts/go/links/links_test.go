package links

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(router http.Handler, method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer
}

func TestANameLeadsBackToItsAddress(t *testing.T) {
	router := NewRouter()
	name := strings.TrimSpace(ask(router, "POST", "/", "http://example.com/a").Body.String())
	answer := ask(router, "GET", name, "")
	if answer.Code != 302 || answer.Header().Get("Location") != "http://example.com/a" {
		t.Fatal(answer.Code, answer.Header())
	}
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	if answer := ask(NewRouter(), "POST", "/", "nonsense"); answer.Code != 400 {
		t.Fatal(answer.Code)
	}
}

func TestAnUnknownNameIsNotFound(t *testing.T) {
	if answer := ask(NewRouter(), "GET", "/unknown", ""); answer.Code != 404 {
		t.Fatal(answer.Code)
	}
}
