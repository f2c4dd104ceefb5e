package subtitle

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// WriteVTT writes the document as WebVTT. Whatever the document holds, the output is well-formed: cues are put in order,
// text is escaped, unknown tags and settings are dropped, and so are cues that show nothing.
func (d Document) WriteVTT(w io.Writer) error {
	cues := slices.Clone(d.Cues)
	inOrder(cues)
	out := bufio.NewWriter(w)
	out.WriteString("WEBVTT\n")
	for _, cue := range cues {
		if cue, isShown := cue.cleaned(); isShown {
			out.WriteString("\n" + cue.vtt())
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write WebVTT: %w", err)
	}
	return nil
}

// vtt is the block of a cleaned cue.
func (c Cue) vtt() string {
	head := formatTime(c.Start) + " --> " + formatTime(c.End) + c.Settings.String() + "\n"
	if c.ID != "" {
		head = c.ID + "\n" + head
	}
	return head + c.Text + "\n"
}
