// Command links serves short names for long addresses.
package main

import (
	"log"
	"net/http"

	"example.com/links/links"
)

func main() {
	log.Print("listening on 8080")
	log.Fatal(http.ListenAndServe(":8080", links.NewRouter()))
}
