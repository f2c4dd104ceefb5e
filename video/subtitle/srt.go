package subtitle

import "regexp"

// override is a block of Advanced SubStation Alpha, which many SRT files carry: `{\an8}`, `{\i1}`, `{\pos(1,2)}`.
var (
	override  = regexp.MustCompile(`\{\\[^{}\n]*\}`)
	alignment = regexp.MustCompile(`\\an([1-9])`)
)

// fromSRT takes the overrides out of a text and turns the one that places it (a digit as on a numeric keypad) into settings.
func fromSRT(text string, s *Settings) string {
	return override.ReplaceAllStringFunc(text, func(block string) string {
		if m := alignment.FindStringSubmatch(block); m != nil {
			*s = placed(m[1][0] - '1')
		}
		return ""
	})
}

// placed is the place on the keypad, counted from 0 at the bottom left. Bottom and centre are the default.
func placed(key byte) Settings {
	var s Settings
	switch key / 3 {
	case 1:
		s.Line = "50%"
	case 2:
		s.Line = "0"
	}
	switch key % 3 {
	case 0:
		s.Position, s.Align = "0%", "start"
	case 2:
		s.Position, s.Align = "100%", "end"
	}
	return s
}
