package ui

// PlotProps are a curve of statistics: as many values as labels. The table behind it is what is shown without JavaScript.
type PlotProps struct {
	Title  string    `json:"title"`
	Unit   string    `json:"unit"`
	Labels []string  `json:"labels"`
	Values []float64 `json:"values"`
}
