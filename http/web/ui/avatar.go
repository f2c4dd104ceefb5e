package ui

import (
	"strings"
	"unicode/utf8"
)

// Size is how large something is drawn.
type Size string

// The sizes. The zero Size is the one for running text and cards.
const (
	Medium Size = ""
	Small  Size = "small"
	Large  Size = "large"
	Huge   Size = "huge"
)

// AvatarProps are whom an avatar shows. Without URL it shows the first letter of Name.
type AvatarProps struct {
	Name    string
	URL     string
	Size    Size
	Channel bool // channels are rounded squares, accounts are circles
}

func (p AvatarProps) initial() string {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(p.Name))
	if r == utf8.RuneError {
		return "?"
	}
	return string(r)
}

func (p AvatarProps) class() string {
	class := "avatar"
	if p.Size != Medium {
		class += " is-" + string(p.Size)
	}
	if p.Channel {
		class += " is-channel"
	}
	return class
}
