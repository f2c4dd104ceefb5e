package rule

import (
	"embed"
	"strings"
)

//go:embed starter/*.txt
var starters embed.FS

// starterLanguages are the languages there is a starter list in.
var starterLanguages = []string{"de", "en", "es", "fr", "it", "pt"}

// Starters gives a short list of insults per language to begin with. They are switched off, hold for a moderator rather than refuse, and
// are the owner's to edit.
func Starters() []WordList {
	var lists []WordList
	for _, language := range starterLanguages {
		text, err := starters.ReadFile("starter/" + language + ".txt")
		if err != nil {
			panic("rule: starter list " + language + ": " + err.Error()) // it is part of the program
		}
		lists = append(lists, WordList{
			Policy: Policy{Action: Hold}, Label: "starter " + language, Language: language, Entries: strings.Fields(string(text)),
		})
	}
	return lists
}
