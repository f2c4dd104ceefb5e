package config

import (
	"fmt"
	"reflect"
	"strings"
)

//go:generate go test -run TestReferenceIsFresh -update

const referenceHead = `# Configuration

This page is made from the source (` + "`go generate ./platform/config`" + `); do not edit it.

Lucarne starts without a configuration file. Settings come from these places, the strongest last:

1. the defaults below;
2. the file given with ` + "`--config`" + `, YAML or JSON, with the keys PeerTube uses in its ` + "`production.yaml`" + `;
3. what administrators change in the web, kept in the database (keys marked *web*);
4. environment variables;
5. options of the command line.

**Environment.** Each key has a variable: ` + "`LUCARNE_`" + ` and the key in capitals with ` + "`_`" + ` for each dot; keys below ` + "`lucarne`" + `
drop that word (` + "`lucarne.data`" + ` is ` + "`LUCARNE_DATA`" + `). All other keys can also be set with ` + "`PEERTUBE_`" + ` in place of ` + "`LUCARNE_`" + `, and
under the further names given below, as PeerTube's container image has them. An empty variable counts as absent. Lists are
written with commas or as a JSON array.

**Lengths of time** are written ` + "`5 minutes`" + `, ` + "`1 hour 30 minutes`" + `, ` + "`1 day`" + `, or as a number of milliseconds. **Sizes** are written
` + "`100MB`" + ` or as a number of bytes; units are steps of 1024. Where it is allowed, ` + "`-1`" + ` means no bound. **null** is allowed for
keys that say so; an empty text means the same there.

**Paths** may start with ` + "`<data>`" + `, which is the folder ` + "`lucarne.data`" + `.

Unknown keys are reported and ignored. A value of the wrong type keeps the site from starting; all of them are reported
at once, with file and line. Keys marked *no effect* are accepted so that PeerTube's files can be used as they are. What keys marked
*not yet* are for is not part of this version. Keys marked *told* change nothing but what ` + "`/api/v1/config`" + ` tells applications.
`

// Reference is docs/configuration.md: every key with its type, default, environment variables and meaning.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	section := "\x00"
	for _, l := range table().leaves {
		if name := l.heading(); name != section {
			section = name
			fmt.Fprintf(&b, "\n## %s\n\n| key | type | default | environment | meaning |\n|---|---|---|---|---|\n", name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", l.key, l.typeCell(), l.defaultCell(), l.environmentCell(), l.meaningCell())
	}
	return b.String()
}

// heading is the section of the page: the first word of the key, or the first two below lucarne.
func (l *leaf) heading() string {
	words := strings.SplitN(l.key, ".", 3)
	if words[0] == "lucarne" && len(words) == 3 {
		return words[0] + "." + words[1]
	}
	return words[0]
}

func (l *leaf) typeCell() string {
	name := shortType(l.typ)
	if l.nullable {
		return name + " or null"
	}
	return name
}

func shortType(t reflect.Type) string {
	switch {
	case t == durationType:
		return "length of time"
	case t == bytesType:
		return "size"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "number"
	case reflect.Slice:
		return "list of " + plurals[shortType(t.Elem())]
	case reflect.Struct:
		return "object"
	}
	return "text"
}

var plurals = map[string]string{"text": "texts", "number": "numbers", "object": "objects"}

func (l *leaf) defaultCell() string {
	switch {
	case l.fallback != "":
		return code(strings.ReplaceAll(l.fallback, "\n", `\n`))
	case l.nullable:
		return "`null`"
	case l.typ.Kind() == reflect.Slice:
		return "`[]`"
	}
	return "empty"
}

func (l *leaf) environmentCell() string {
	var names []string
	for i, name := range l.env {
		regular := i > 0 && name == peertubePrefix+strings.TrimPrefix(l.env[0], ownPrefix)
		if !regular {
			names = append(names, code(name))
		}
	}
	return strings.Join(names, " ")
}

// useNotes are the words for keys without an effect of their own.
var useNotes = map[string]string{"kept": "no effect", "later": "not yet", "told": "told"}

func (l *leaf) meaningCell() string {
	meaning := strings.ReplaceAll(l.doc, "|", `\|`)
	if l.custom != "" {
		meaning += " *(web)*"
	}
	if note := useNotes[l.use]; note != "" {
		meaning += " *(" + note + ")*"
	}
	return meaning
}

func code(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }
