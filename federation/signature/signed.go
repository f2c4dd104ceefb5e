package signature

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/piprate/json-gold/ld"
)

const (
	rdf          = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	rdfType      = rdf + "type"
	rdfFirst     = rdf + "first"
	rdfRest      = rdf + "rest"
	rdfNil       = rdf + "nil"
	schemaBool   = "http://schema.org/Boolean"
	xsd          = "http://www.w3.org/2001/XMLSchema#"
	maxRewritten = 2 * maxValues
)

// numeric are the datatypes whose values were numbers in the document.
var numeric = map[string]bool{
	xsd + "integer": true, xsd + "double": true, xsd + "float": true, xsd + "nonNegativeInteger": true,
	"http://schema.org/Number": true, "http://schema.org/Float": true,
}

// isReference are the members that everybody reads as addresses: what else a document says about an actor it names is no reason to write it
// out there.
var isReference = map[string]bool{"actor": true, "to": true, "cc": true, "audience": true, "inReplyTo": true}

// plain writes the statements as the JSON they stand for, from the top node down. A statement that cannot be reached from there is refused:
// the document would have said it elsewhere than a reader looks.
func (s statements) plain() ([]byte, *Refusal) {
	if s.root == "" || strings.HasPrefix(s.root, "_:") {
		return nil, refuse(Malformed, "The document has no id")
	}
	terms, err := termsOf()
	if err != nil {
		return nil, refuse(Malformed, "The contexts cannot be read").because(err)
	}
	w := &rewriter{terms: terms, about: make(map[string][]*ld.Quad), reached: make(map[string]bool), path: make(map[string]bool)}
	for _, q := range s.quads {
		w.about[q.Subject.GetValue()] = append(w.about[q.Subject.GetValue()], q)
	}
	document := w.node(s.root)
	if w.written > maxRewritten {
		return nil, refuse(TooComplex, "The document repeats itself too often")
	}
	if len(w.reached) != len(w.about) {
		return nil, refuse(Unsupported, "The document says something outside of its object")
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, refuse(Malformed, "The document cannot be written").because(err)
	}
	return text, nil
}

// rewriter turns statements about nodes into nested objects.
type rewriter struct {
	terms   map[string]string
	about   map[string][]*ld.Quad
	reached map[string]bool
	path    map[string]bool // the nodes around the one being written
	written int
}

// node gives what is said about a node: only its id when nothing is, or when it is written around this place already.
func (w *rewriter) node(id string) any {
	quads := w.about[id]
	w.written++
	if len(quads) == 0 || w.path[id] || w.written > maxRewritten {
		if strings.HasPrefix(id, "_:") {
			return map[string]any{}
		}
		return id
	}
	w.reached[id], w.path[id] = true, true
	defer delete(w.path, id)
	object := make(map[string]any)
	if !strings.HasPrefix(id, "_:") {
		object["id"] = id
	}
	for _, q := range quads {
		name, value := w.member(q)
		add(object, name, value)
	}
	return object
}

func (w *rewriter) member(q *ld.Quad) (string, any) {
	predicate := q.Predicate.GetValue()
	if predicate == rdfType {
		return "type", w.name(q.Object.GetValue())
	}
	name := w.name(predicate)
	if literal, isLiteral := asLiteral(q.Object); isLiteral {
		w.written++
		if literal.Language != "" {
			return name + "Map", map[string]any{literal.Language: literal.Value}
		}
		return name, native(literal)
	}
	if list, isList := w.list(q.Object.GetValue()); isList {
		if name == "items" {
			name = "orderedItems"
		}
		return name, list
	}
	value := w.node(q.Object.GetValue())
	if isReference[name] && ld.IsIRI(q.Object) {
		return name, q.Object.GetValue()
	}
	return name, value
}

// name is the usual word for an IRI, or the IRI.
func (w *rewriter) name(iri string) string {
	if term := w.terms[iri]; term != "" {
		return term
	}
	return iri
}

// list follows an ordered list from its head.
func (w *rewriter) list(head string) ([]any, bool) {
	elements := []any{}
	for ; head != rdfNil; w.written++ {
		var first, rest ld.Node
		for _, q := range w.about[head] {
			switch q.Predicate.GetValue() {
			case rdfFirst:
				first = q.Object
			case rdfRest:
				rest = q.Object
			}
		}
		if first == nil || rest == nil || w.reached[head] {
			return nil, false
		}
		w.reached[head] = true
		if literal, isLiteral := asLiteral(first); isLiteral {
			elements = append(elements, native(literal))
		} else {
			elements = append(elements, w.node(first.GetValue()))
		}
		head = rest.GetValue()
	}
	return elements, true
}

// native is a literal as JSON has it.
func native(l ld.Literal) any {
	if l.Datatype == schemaBool || l.Datatype == xsd+"boolean" {
		if value, err := strconv.ParseBool(l.Value); err == nil {
			return value
		}
	}
	if number, err := strconv.ParseFloat(l.Value, 64); numeric[l.Datatype] && err == nil {
		if text, err := json.Marshal(number); err == nil { // not for NaN and infinities
			return json.RawMessage(text)
		}
	}
	return l.Value
}

// add puts a value under a name; several make a list.
func add(object map[string]any, name string, value any) {
	present, taken := object[name]
	if !taken {
		object[name] = value
		return
	}
	if list, isList := present.([]any); isList {
		object[name] = append(list, value)
		return
	}
	object[name] = []any{present, value}
}
