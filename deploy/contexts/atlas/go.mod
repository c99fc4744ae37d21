module example.com/atlas

go 1.19

require (
	github.com/go-chi/chi/v5 v5.0.12
	github.com/golang/geo v0.0.0-20230421003525-6adc56603217
	golang.org/x/text v0.14.0
)
