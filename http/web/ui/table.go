package ui

import "github.com/a-h/templ"

// Column is one column of a Table. A column without a label holds actions.
type Column struct {
	Label  string
	Number bool   // aligned at its end
	Sort   string // URL that sorts by this column, or empty
	Order  string // "ascending" or "descending" when the table is sorted by it
}

// Row is one row of a Table: a cell for each column, the first being its heading.
type Row []templ.Component
