package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Icon draws the Lucide icon of that name, hidden from screen readers: the text beside it, or a label, says what it means.
// An unknown name draws nothing. The names are listed in ../assets/tools/icons.txt.
func Icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		paths, ok := iconPaths[name]
		if !ok {
			return nil
		}
		_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">`+paths+`</svg>`)
		return err
	})
}
