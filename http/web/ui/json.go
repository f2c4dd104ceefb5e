package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/a-h/templ"
)

// jsonBlock writes v as a data block of that type. encoding/json escapes <, > and &, so no value can end the element.
func jsonBlock(mediaType string, v any) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		data, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("data block: %w", err)
		}
		_, err = fmt.Fprintf(w, `<script type="%s">%s</script>`, templ.EscapeString(mediaType), data)
		return err
	})
}
