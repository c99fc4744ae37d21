// Package survey makes up a country: its heights and its places, the same ones each time.
package survey

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// An Area is of tiles of a degree, from its south-western corner on.
type Area struct{ South, West, Height, Width int }

// Country is what the service's image holds.
var Country = Area{South: 45, West: 2, Height: 10, Width: 17}

// A Tile is named by its south-western corner.
type Tile struct{ Lat, Lon int }

// Path is where a tile's file lies in a folder, as in terrain/N45E006.hgt.
func (t Tile) Path(folder, kind, end string) string {
	return filepath.Join(folder, kind, fmt.Sprintf("N%02dE%03d.%s", t.Lat, t.Lon, end))
}

// queue holds the tiles of an area.
func (a Area) queue() <-chan Tile {
	tiles := make(chan Tile, a.Height*a.Width)
	defer close(tiles)
	for lat := a.South; lat < a.South+a.Height; lat++ {
		for lon := a.West; lon < a.West+a.Width; lon++ {
			tiles <- Tile{lat, lon}
		}
	}
	return tiles
}

// writeTiles writes a file for each tile of an area, several at once.
func writeTiles(folder, kind, end string, area Area, draw func(Tile) []byte) error {
	if err := os.MkdirAll(filepath.Join(folder, kind), 0o755); err != nil {
		return err
	}
	tiles, failed := area.queue(), make(chan error, area.Height*area.Width)
	var workers sync.WaitGroup
	for i := 0; i < runtime.NumCPU(); i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for tile := range tiles {
				failed <- os.WriteFile(tile.Path(folder, kind, end), draw(tile), 0o644)
			}
		}()
	}
	workers.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// hash mixes numbers into one that looks random (the finaliser of SplitMix64).
func hash(numbers ...int) uint64 {
	var h uint64 = 0x9e3779b97f4a7c15
	for _, n := range numbers {
		h ^= uint64(n)
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}
