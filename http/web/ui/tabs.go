package ui

// Tab is one page among a few that belong together.
type Tab struct {
	URL, Label, Icon string
	Current          bool
	Count            string // shown after the label when not empty
}
