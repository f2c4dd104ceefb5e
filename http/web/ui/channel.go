package ui

// Channel is a channel or an account in a list.
type Channel struct {
	URL         string
	Name        string
	Handle      string // "@name@host"
	Avatar      string
	Subscribers int64
	Videos      int64 // shown when above 0
	IsAccount   bool  // drawn as a person
}
