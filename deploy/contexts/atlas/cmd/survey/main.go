// Command survey makes the data set of the service: survey terrain|places FOLDER.
package main

import (
	"log"
	"os"

	"example.com/atlas/survey"
)

func main() {
	makers := map[string]func(string, survey.Area) error{
		"terrain": survey.MakeTerrain,
		"places":  survey.MakePlaces,
	}
	if len(os.Args) != 3 || makers[os.Args[1]] == nil {
		log.Fatal("usage: survey terrain|places FOLDER")
	}
	if err := makers[os.Args[1]](os.Args[2], survey.Country); err != nil {
		log.Fatal(err)
	}
}
