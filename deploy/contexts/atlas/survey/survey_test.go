package survey

import (
	"bytes"
	"os"
	"testing"
)

func TestNeighboursShareTheirEdge(t *testing.T) {
	west, east := drawTerrain(Tile{45, 6}), drawTerrain(Tile{45, 7})
	for y := 0; y < Side; y++ {
		last, first := west[2*(y*Side+Side-1):], east[2*y*Side:]
		if !bytes.Equal(last[:2], first[:2]) {
			t.Fatal(y)
		}
	}
}

func TestASurveyGivesTheSameEachTime(t *testing.T) {
	area := Area{South: 45, West: 6, Height: 1, Width: 2}
	for _, kind := range []func(string, Area) error{MakeTerrain, MakePlaces} {
		once, again := t.TempDir(), t.TempDir()
		if err := kind(once, area); err != nil {
			t.Fatal(err)
		}
		if err := kind(again, area); err != nil {
			t.Fatal(err)
		}
		compare(t, once, again)
	}
}

func compare(t *testing.T, once, again string) {
	kinds, _ := os.ReadDir(once)
	for _, kind := range kinds {
		files, _ := os.ReadDir(once + "/" + kind.Name())
		if len(files) != 2 {
			t.Fatal(files)
		}
		for _, file := range files {
			name := "/" + kind.Name() + "/" + file.Name()
			a, _ := os.ReadFile(once + name)
			b, _ := os.ReadFile(again + name)
			if len(a) == 0 || !bytes.Equal(a, b) {
				t.Fatal(name)
			}
		}
	}
}
