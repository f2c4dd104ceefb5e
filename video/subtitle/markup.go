package subtitle

import (
	"html"
	"regexp"
	"strings"
)

// kept are the tags of WebVTT §4.2.2 that are written; what is true may carry an annotation.
var kept = map[string]bool{"b": false, "i": false, "u": false, "c": false, "ruby": false, "rt": false, "v": true, "lang": true}

var (
	// tagForm is one tag: name, classes, annotation. A `<` that begins none is text: "I <3 you".
	tagForm    = regexp.MustCompile(`</?[A-Za-z][^<>\s.]*(?:\.[^<>\s]*)?(?:\s[^<>]*)?>|<[\d:.]+>`)
	classForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	langForm   = regexp.MustCompile(`^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}$`)
	entityForm = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)
	escaper    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// cleanText makes WebVTT cue text of anything: known tags, closed in order, everything else escaped, no blank line.
func cleanText(text string) string {
	text = printable(text)
	var m markup
	at := 0
	for _, span := range tagForm.FindAllStringIndex(text, -1) {
		m.out.WriteString(escape(text[at:span[0]]))
		m.tag(text[span[0]+1 : span[1]-1])
		at = span[1]
	}
	m.out.WriteString(escape(text[at:]))
	m.closeAll()
	return withoutBlankLines(m.out.String())
}

type markup struct {
	out  strings.Builder
	open []string
}

func (m *markup) tag(inside string) {
	if name, isEnd := strings.CutPrefix(inside, "/"); isEnd {
		m.end(strings.ToLower(strings.TrimSpace(name)))
		return
	}
	head, annotation, _ := strings.Cut(strings.Join(strings.Fields(inside), " "), " ")
	name, classes, _ := strings.Cut(head, ".")
	m.start(strings.ToLower(name), classes, annotation)
}

func (m *markup) start(name, classes, annotation string) {
	isAnnotated, isKept := kept[name]
	if !isKept || len(m.open) >= maxNesting {
		return
	}
	if name == "rt" && !m.isOpen("ruby") || name == "lang" && !langForm.MatchString(annotation) {
		return
	}
	m.open = append(m.open, name)
	m.out.WriteString("<" + name)
	for class := range strings.SplitSeq(classes, ".") {
		if classForm.MatchString(class) {
			m.out.WriteString("." + class)
		}
	}
	if note := strings.Join(strings.Fields(escape(annotation)), " "); isAnnotated && note != "" {
		m.out.WriteString(" " + note)
	}
	m.out.WriteString(">")
}

// end closes the tag and those left open inside it; an end without a start is dropped.
func (m *markup) end(name string) {
	if !m.isOpen(name) {
		return
	}
	for last := ""; last != name; {
		last = m.open[len(m.open)-1]
		m.open = m.open[:len(m.open)-1]
		m.out.WriteString("</" + last + ">")
	}
}

func (m *markup) closeAll() {
	for len(m.open) > 0 {
		m.end(m.open[len(m.open)-1])
	}
}

func (m *markup) isOpen(name string) bool {
	for _, open := range m.open {
		if open == name {
			return true
		}
	}
	return false
}

// escape writes text, in which character references may already stand, with the three references that matter.
func escape(text string) string { return escaper.Replace(unescape(text)) }

func unescape(text string) string {
	return printable(entityForm.ReplaceAllStringFunc(text, html.UnescapeString))
}

func withoutBlankLines(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.Trim(line, " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func plain(text string) string {
	return withoutBlankLines(unescape(tagForm.ReplaceAllString(text, "")))
}
