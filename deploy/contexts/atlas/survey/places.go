package survey

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"github.com/golang/geo/s2"
)

// perTile is how many places a tile has.
const perTile = 36000

var (
	heads = strings.Fields("Alt Neu Ober Unter Bad Saint Grand Klein Sankt Vieux Gross Monte Val")
	stems = strings.Fields("berg brück châtel dorf feld fürst grün hof kirch lin mont müh rav sées " +
		"stein tal vill wald wies zür ém öst arn bel cor del fort gar hérs isl jur lac")
	ends = strings.Fields("ach ans au en ens er ey furt hausen ière ingen is on ot stadt weiler y")
)

// A Place is a line of a tile's file, with tabs between: cell of S2, name, point, people.
type Place struct {
	Cell   s2.CellID
	Name   string
	Point  s2.LatLng
	People int
}

// MakePlaces writes the places of an area: FOLDER/places/N45E006.tsv, by cell.
func MakePlaces(folder string, area Area) error {
	return writeTiles(folder, "places", "tsv", area, writePlaces)
}

func writePlaces(tile Tile) []byte {
	places := make([]Place, perTile)
	for i := range places {
		places[i] = drawPlace(tile, i)
	}
	sort.Slice(places, func(i, j int) bool { return places[i].Cell < places[j].Cell })
	var text bytes.Buffer
	for _, p := range places {
		lat, lon := p.Point.Lat.Degrees(), p.Point.Lng.Degrees()
		fmt.Fprintf(&text, "%s\t%s\t%.6f\t%.6f\t%d\n", p.Cell.ToToken(), p.Name, lat, lon, p.People)
	}
	return text.Bytes()
}

func drawPlace(tile Tile, number int) Place {
	h := hash(tile.Lat, tile.Lon, number)
	pick := func(words []string) string {
		word := words[h%uint64(len(words))]
		h = hash(int(h))
		return word
	}
	name := strings.Title(pick(stems) + pick(ends))
	if h%4 == 0 {
		name = pick(heads) + " " + name
	}
	part := func() float64 { h = hash(int(h)); return float64(h>>11) / (1 << 53) }
	point := s2.LatLngFromDegrees(float64(tile.Lat)+part(), float64(tile.Lon)+part())
	return Place{s2.CellIDFromLatLng(point), name, point, int(40 / (0.0001 + part()*part()))}
}
