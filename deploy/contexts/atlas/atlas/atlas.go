// Package atlas answers what is at a point: how high it is, and which places are near.
package atlas

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"example.com/atlas/survey"
	"github.com/go-chi/chi/v5"
	"github.com/golang/geo/s2"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

const (
	most       = 10
	earthRadii = 6371.0
)

// A Found place is how far from the point, in km.
type Found struct {
	Name   string  `json:"name"`
	People int     `json:"people"`
	Away   float64 `json:"away_km"`
}

// NewRouter answers /height?lat=&lon= and /places?lat=&lon=&name= from a data set.
func NewRouter(folder string) http.Handler {
	router := chi.NewRouter()
	router.Get("/height", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, func(lat, lon float64) (any, error) { return findHeight(folder, lat, lon) })
	})
	router.Get("/places", func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		answer(w, r, func(lat, lon float64) (any, error) { return findPlaces(folder, lat, lon, name) })
	})
	return router
}

func answer(w http.ResponseWriter, r *http.Request, find func(lat, lon float64) (any, error)) {
	lat, wrongLat := strconv.ParseFloat(r.URL.Query().Get("lat"), 64)
	lon, wrongLon := strconv.ParseFloat(r.URL.Query().Get("lon"), 64)
	if wrongLat != nil || wrongLon != nil {
		http.Error(w, "give lat and lon in degrees", http.StatusBadRequest)
		return
	}
	found, err := find(lat, lon)
	if err != nil {
		http.Error(w, "nothing is known of this point", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(found)
}

func tileOf(lat, lon float64) survey.Tile {
	return survey.Tile{Lat: int(math.Floor(lat)), Lon: int(math.Floor(lon))}
}

// findHeight gives the metres of the nearest height.
func findHeight(folder string, lat, lon float64) (any, error) {
	tile := tileOf(lat, lon)
	file, err := os.Open(tile.Path(folder, "terrain", "hgt"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	steps := float64(survey.Side - 1)
	row := int64(math.Round((float64(tile.Lat) + 1 - lat) * steps))
	column := int64(math.Round((lon - float64(tile.Lon)) * steps))
	var metres int16
	if _, err = file.Seek(2*(row*survey.Side+column), 0); err == nil {
		err = binary.Read(file, binary.BigEndian, &metres)
	}
	return map[string]int16{"metres": metres}, err
}

// findPlaces gives those of the point's tile whose names begin so, the nearest first.
func findPlaces(folder string, lat, lon float64, name string) (any, error) {
	file, err := os.Open(tileOf(lat, lon).Path(folder, "places", "tsv"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	here, wanted := s2.LatLngFromDegrees(lat, lon), fold(name)
	found := []Found{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		if wanted != "" && !strings.HasPrefix(fold(cells[1]), wanted) {
			continue
		}
		at := s2.CellIDFromToken(cells[0]).LatLng()
		people, _ := strconv.Atoi(cells[4])
		found = append(found, Found{cells[1], people, here.Distance(at).Radians() * earthRadii})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Away < found[j].Away })
	if len(found) > most {
		found = found[:most]
	}
	return found, nil
}

// fold makes names comparable: small letters without accents.
func fold(name string) string {
	plain := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, _ := transform.String(plain, strings.ToLower(name))
	return folded
}
