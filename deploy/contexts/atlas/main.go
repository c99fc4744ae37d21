// Command atlas serves the data set in a folder: heights, and the places near a point.
package main

import (
	"log"
	"net/http"
	"os"

	"example.com/atlas/atlas"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: atlas FOLDER")
	}
	log.Print("listening on 8080")
	log.Fatal(http.ListenAndServe(":8080", atlas.NewRouter(os.Args[1])))
}
