// Package ui is the look of the site: the base layout, the components pages are made of, and the built browser assets.
// It holds no subject's data: a component is given values ready to show, and a Translator for its own few words.
//
// After a change to a .templ file run "go run github.com/a-h/templ/cmd/templ@v0.3.977 generate"; after a change to
// ../assets run "npm run build" there. Every component works without JavaScript; the scripts enhance what is there.
package ui

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate
