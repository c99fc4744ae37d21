package survey

import "encoding/binary"

// Side is how many heights a tile has from edge to edge, which neighbours share.
const Side = 1201

// how far apart the hills of a kind are, in heights, and how high they may be, in metres
var hills = []struct {
	span   int
	metres float64
}{{900, 1800}, {240, 500}, {60, 120}, {16, 30}, {5, 9}}

// MakeTerrain writes the heights of an area: FOLDER/terrain/N45E006.hgt, as SRTM has them, rows
// from the north, metres as 16 bits, the high byte first.
func MakeTerrain(folder string, area Area) error {
	return writeTiles(folder, "terrain", "hgt", area, drawTerrain)
}

func drawTerrain(tile Tile) []byte {
	data := make([]byte, 2*Side*Side)
	row := make([]float64, Side)
	for y := 0; y < Side; y++ {
		for x := range row {
			row[x] = 0
		}
		for kind, hill := range hills {
			addHills(row, kind, hill.span, hill.metres, tile.Lon*(Side-1), (tile.Lat+1)*(Side-1)-y)
		}
		for x, metres := range row {
			binary.BigEndian.PutUint16(data[2*(y*Side+x):], uint16(metres))
		}
	}
	return data
}

// addHills adds hills of a kind to a row of heights that begins at a point: smooth between the
// corners of a grid of their span, whose heights are random.
func addHills(row []float64, kind, span int, metres float64, west, south int) {
	gridY, partY := south/span, smooth(float64(south%span)/float64(span))
	corner := func(x int) float64 {
		low, high := height(kind, x, gridY), height(kind, x, gridY+1)
		return metres * (low + partY*(high-low))
	}
	gridX := west / span
	left, right := corner(gridX), corner(gridX+1)
	for x := range row {
		if at := (west + x) / span; at != gridX {
			gridX, left, right = at, right, corner(at+1)
		}
		part := smooth(float64((west+x)%span) / float64(span))
		row[x] += left + part*(right-left)
	}
}

// height is that of a corner of the grid, from 0 to 1.
func height(kind, x, y int) float64 { return float64(hash(kind, x, y)>>11) / (1 << 53) }

// smooth turns a way from 0 to 1 into one that begins and ends level.
func smooth(t float64) float64 { return t * t * (3 - 2*t) }
