package replay_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// compareText compares what a text consists of: the elements of XML, the tags of a playlist, the lines of anything else.
func compareText(kind, want, got string) []difference {
	parts := lines
	switch {
	case strings.Contains(kind, "xml"):
		parts = elements
	case strings.Contains(kind, "mpegurl"):
		parts = tags
	}
	return compareSets(parts(want), parts(got))
}

func compareSets(want, got map[string]bool) (list []difference) {
	for _, one := range slices.Sorted(maps.Keys(want)) {
		if !got[one] {
			list = append(list, difference{"body " + one, "is missing"})
		}
	}
	for _, one := range slices.Sorted(maps.Keys(got)) {
		if !want[one] {
			list = append(list, difference{"body " + one, "is not in the recording"})
		}
	}
	return list
}

func lines(text string) map[string]bool {
	set := make(map[string]bool)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			set[line] = true
		}
	}
	return set
}

var attribute = regexp.MustCompile(`([A-Z-]+)=`)

// tags are the tags of an HLS playlist, each with the names of its attributes (RFC 8216 §4).
func tags(playlist string) map[string]bool {
	set := make(map[string]bool)
	for line := range strings.Lines(playlist) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if !strings.HasPrefix(name, "#") {
			continue
		}
		set[name] = true
		for _, found := range attribute.FindAllStringSubmatch(value, -1) {
			set[name+" "+found[1]] = true
		}
	}
	return set
}

// elements are the paths of the elements and attributes of an XML document, by local names.
func elements(document string) map[string]bool {
	set := make(map[string]bool)
	var path []string
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return set
		}
		if err != nil {
			return map[string]bool{fmt.Sprintf("(not XML: %v)", err): true}
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			set[strings.Join(path, "/")] = true
			for _, a := range token.Attr {
				set[strings.Join(path, "/")+"@"+a.Name.Local] = true
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

// compareNote compares with an answer of which only the length, or the head of the page, was kept.
func compareNote(note map[string]any, body []byte) []difference {
	if kept, isPage := note["tags"].([]any); isPage {
		var head strings.Builder
		for _, tag := range kept {
			fmt.Fprintln(&head, tag)
		}
		return compareSets(meta(head.String()), meta(string(body)))
	}
	if len(body) == 0 && note["length"] != 0.0 {
		return []difference{{"body", "is empty"}}
	}
	return nil
}

var metaName = regexp.MustCompile(`<meta[^>]* (?:name|property)="([^"]+)"|<link[^>]* (rel="[^"]+"(?: type="application/[^"]+")?)`)

// meta are the names of what the head of a page tells programs.
func meta(page string) map[string]bool {
	set := make(map[string]bool)
	for _, found := range metaName.FindAllStringSubmatch(page, -1) {
		set[found[1]+found[2]] = true
	}
	return set
}
