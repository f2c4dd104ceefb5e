package subtitle

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"lucarne/platform/fault"
)

// ParseAny reads WebVTT or SRT, whichever it is. Broken line ends, encodings, missing or surplus blank lines and unknown
// markup are put right; cues without text or length are left out. It fails with fault.Invalid, naming the line, on times
// that cannot be read and on a text that is no subtitle, and with fault.TooLarge above MaxBytes.
func ParseAny(r io.Reader) (Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Document{}, fmt.Errorf("read subtitles: %w", err)
	}
	if len(data) > MaxBytes {
		return Document{}, fault.New(fault.TooLarge, "The subtitle file is larger than %d MB", MaxBytes>>20)
	}
	text := toUTF8(data)
	p := parser{isVTT: isVTT(text), wasBlank: true}
	for line := range strings.Lines(text) {
		if err := p.read(strings.TrimRight(line, "\n")); err != nil {
			return Document{}, err
		}
	}
	return p.document()
}

// isVTT looks for the signature (WebVTT §4.1), before which some editors leave blank lines.
func isVTT(text string) bool {
	after, found := strings.CutPrefix(strings.TrimLeft(text, " \n"), "WEBVTT")
	return found && (after == "" || strings.ContainsRune(" \t\n", rune(after[0])))
}

// parser goes from timing line to timing line; what stands between two of them is text, save for the id of the second.
type parser struct {
	isVTT    bool
	number   int // of the line, from 1
	cues     []Cue
	cue      *Cue // open, nil before the first timing line
	text     []string
	size     int    // of text
	pending  string // the line before this one, which may be an id
	isApart  bool   // pending stands after a blank line or at the start
	wasBlank bool   // the line before this one is blank
	hasTimes bool   // a timing line was read
	isEnded  bool   // a blank line ended the cue; WebVTT says what follows is another block
}

var digits = regexp.MustCompile(`^\s*\d{1,9}\s*$`)

func (p *parser) read(line string) error {
	p.number++
	if !strings.Contains(line, "-->") {
		return p.readText(line)
	}
	cue, err := parseTiming(line, p.isVTT)
	if err != nil {
		return p.invalid("%s", err.Error())
	}
	if cue == nil { // an arrow in a sentence
		return p.readText(line)
	}
	cue.ID = p.takeID()
	return p.open(cue)
}

func (p *parser) readText(line string) error {
	p.keepPending()
	if strings.Trim(line, " \t") == "" {
		p.wasBlank, p.isEnded = true, p.isVTT
		return nil
	}
	p.pending, p.isApart, p.wasBlank = line, p.wasBlank, false
	if p.cue != nil && !p.isEnded && p.size+len(line) > MaxCueBytes {
		return p.invalid("the text is longer than %d characters", MaxCueBytes)
	}
	return nil
}

// keepPending makes the line before text, now that it turned out to be no id.
func (p *parser) keepPending() {
	if p.pending != "" && p.cue != nil && !p.isEnded {
		p.text = append(p.text, p.pending)
		p.size += len(p.pending) + 1
	}
	p.pending = ""
}

// takeID decides what the line before a timing line is: an id after a blank line, a counter wherever it stands (the
// blank line before it may be missing), otherwise text of the cue before.
func (p *parser) takeID() string {
	id := p.pending
	isCounter := digits.MatchString(id)
	if !p.isApart && !isCounter {
		p.keepPending()
		return ""
	}
	p.pending = ""
	if isCounter && !p.isVTT {
		return ""
	}
	return id
}

func (p *parser) open(cue *Cue) error {
	if err := p.close(); err != nil {
		return err
	}
	if len(p.cues) >= MaxCues {
		return p.invalid("there are more than %d subtitles", MaxCues)
	}
	p.cue, p.isEnded, p.wasBlank = cue, false, false
	return nil
}

// close ends the open cue and keeps it if it shows anything.
func (p *parser) close() error {
	p.keepPending()
	if p.cue == nil {
		return nil
	}
	p.cue.Text = strings.Join(p.text, "\n")
	if !p.isVTT {
		p.cue.Text = fromSRT(p.cue.Text, &p.cue.Settings)
	}
	cue, isShown := p.cue.cleaned()
	if len(cue.Text) > MaxCueBytes {
		return p.invalid("the text before is longer than %d characters once escaped", MaxCueBytes)
	}
	if isShown {
		p.cues = append(p.cues, cue)
	}
	p.cue, p.text, p.size, p.hasTimes = nil, nil, 0, true
	return nil
}

func (p *parser) document() (Document, error) {
	if err := p.close(); err != nil {
		return Document{}, err
	}
	if !p.isVTT && !p.hasTimes {
		return Document{}, fault.New(fault.Invalid, "Line 1: this is neither WebVTT nor SRT")
	}
	inOrder(p.cues)
	return Document{Cues: p.cues}, nil
}

func (p *parser) invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, "Line %d: %s", p.number, fmt.Sprintf(format, args...))
}
