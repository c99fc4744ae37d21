package atlas

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/atlas/survey"
)

func ask(t *testing.T, query string, into any) int {
	folder, area := t.TempDir(), survey.Area{South: 45, West: 6, Height: 1, Width: 1}
	if survey.MakeTerrain(folder, area) != nil || survey.MakePlaces(folder, area) != nil {
		t.Fatal("no data set")
	}
	answer := httptest.NewRecorder()
	NewRouter(folder).ServeHTTP(answer, httptest.NewRequest("GET", query, nil))
	if answer.Code == 200 && json.Unmarshal(answer.Body.Bytes(), into) != nil {
		t.Fatal(answer.Body)
	}
	return answer.Code
}

func TestAHeightIsThatOfTheTerrain(t *testing.T) {
	var found struct{ Metres int }
	if ask(t, "/height?lat=45.5&lon=6.25", &found) != 200 || found.Metres <= 0 || found.Metres > 2459 {
		t.Fatal(found)
	}
}

func TestPlacesComeNearestFirstWhateverTheAccent(t *testing.T) {
	var found []Found
	if ask(t, "/places?lat=45.5&lon=6.5&name=Hers", &found) != 200 || len(found) != most {
		t.Fatal(found)
	}
	for i, place := range found {
		if !strings.HasPrefix(place.Name, "Hérs") || (i > 0 && place.Away < found[i-1].Away) {
			t.Fatal(found)
		}
	}
}

func TestWhatIsNoPointOrFarAwayIsTold(t *testing.T) {
	for query, code := range map[string]int{"lat=north": 400, "lat=1&lon=1": 404} {
		if got := ask(t, "/places?"+query, nil); got != code {
			t.Fatal(query, got)
		}
	}
}
