package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/piprate/json-gold/ld"
)

// The datatypes that N-Quads leave unsaid, or say in another way.
const (
	xsdString  = "http://www.w3.org/2001/XMLSchema#string"
	langString = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
)

// line writes one statement of the default graph as canonical N-Quads; name gives blank nodes theirs.
func line(q *ld.Quad, name func(string) string) string {
	return writeNode(q.Subject, name) + " " + writeNode(q.Predicate, name) + " " + writeNode(q.Object, name) + " .\n"
}

// Canonical N-Triples escape these four and no other (https://www.w3.org/TR/n-triples/#canonical-ntriples).
var escaping = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`)

func writeNode(node ld.Node, name func(string) string) string {
	if ld.IsBlankNode(node) {
		return name(node.GetValue())
	}
	literal, isLiteral := asLiteral(node)
	if !isLiteral {
		return "<" + node.GetValue() + ">"
	}
	text := `"` + escaping.Replace(literal.Value) + `"`
	switch literal.Datatype {
	case xsdString:
		return text
	case langString:
		return text + "@" + literal.Language
	}
	return text + "^^<" + literal.Datatype + ">"
}

func asLiteral(node ld.Node) (ld.Literal, bool) {
	switch l := node.(type) {
	case ld.Literal:
		return l, true
	case *ld.Literal:
		return *l, true
	}
	return ld.Literal{}, false
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
