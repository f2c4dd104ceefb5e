package signature

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// Bounds on a document that is to be canonicalized. The depth is PeerTube's; its largest videos stay far below the others.
const (
	maxDocumentBytes = 1 << 20
	maxDepth         = 20
	maxValues        = 5_000
	maxSame          = 1_000
	maxContexts      = 16
	maxTerms         = 500
)

// readDocument decodes JSON-LD of a stranger once its size, depth and number of values are known to be harmless.
func readDocument(text []byte) (map[string]any, *Refusal) {
	if len(text) > maxDocumentBytes {
		return nil, refuse(TooComplex, "The document is larger than %d bytes", maxDocumentBytes)
	}
	if refusal := measure(text); refusal != nil {
		return nil, refusal
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil || document == nil {
		return nil, refuse(Malformed, "The document is not a JSON object").because(err)
	}
	r := reader{}
	if refusal := r.check(document); refusal != nil {
		return nil, refusal
	}
	return document, nil
}

// measure counts without building anything.
func measure(text []byte) *Refusal {
	tokens := json.NewDecoder(bytes.NewReader(text))
	depth, values := 0, 0
	for {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refuse(Malformed, "The document is not JSON").because(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if values++; depth > maxDepth || values > maxValues {
			return refuse(TooComplex, "The document has more than %d levels or %d values", maxDepth, maxValues)
		}
	}
}

// reader looks for what would let one signed graph be read in two ways, and for contexts that cost too much.
type reader struct{ contexts, terms int }

func (r *reader) check(value any) *Refusal {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			if refusal := r.check(element); refusal != nil {
				return refusal
			}
		}
	case map[string]any:
		return r.checkObject(v)
	}
	return nil
}

func (r *reader) checkObject(object map[string]any) *Refusal {
	for name, value := range object {
		// These put statements elsewhere than where they are read: PeerTube 8.1.6 refuses them too.
		if slices.Contains([]string{"@graph", "@included", "@reverse", "@nest"}, name) {
			return refuse(Unsupported, "The document uses %s", name)
		}
		check := r.check
		if name == "@context" {
			check = r.checkContext
		}
		if refusal := check(value); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (r *reader) checkContext(context any) *Refusal {
	if r.contexts++; r.contexts > maxContexts {
		return refuse(TooComplex, "The document has more than %d contexts", maxContexts)
	}
	switch c := context.(type) {
	case []any:
		for _, element := range c {
			if refusal := r.checkContext(element); refusal != nil {
				return refusal
			}
		}
	case string:
		if _, known := knownContexts[c]; !known {
			return refuse(ForeignContext, "The JSON-LD context %.200q is not known here", c)
		}
	case map[string]any:
		return r.checkTerms(c)
	}
	return nil
}

// checkTerms takes plain definitions. What changes the base, imports, nests contexts or gives a keyword another name is refused.
func (r *reader) checkTerms(definitions map[string]any) *Refusal {
	for term, definition := range definitions {
		if r.terms++; r.terms > maxTerms {
			return refuse(TooComplex, "The contexts of the document define more than %d terms", maxTerms)
		}
		isSafe := !strings.HasPrefix(term, "@") || term == "@vocab" || term == "@language" || term == "@version"
		details, isObject := definition.(map[string]any)
		if isSafe && isObject {
			isSafe = isPlainDefinition(details)
		}
		if isSafe && !isObject {
			isSafe = isPlainValue(definition)
		}
		if !isSafe {
			return refuse(Unsupported, "The context of the document defines %.100q in a way that is not supported", term)
		}
	}
	return nil
}

func isPlainDefinition(details map[string]any) bool {
	for name, value := range details {
		if !slices.Contains([]string{"@id", "@type", "@container", "@language"}, name) || !isPlainValue(value) {
			return false
		}
	}
	return true
}

func isPlainValue(value any) bool {
	text, isText := value.(string)
	return !isText || !strings.HasPrefix(text, "@") || slices.Contains([]string{"@id", "@type", "@vocab", "@list", "@set", "@language", "@none"}, text)
}

// isCrowded tells whether some member, in the whole of an expanded document, has more than maxSame values: the node map that follows compares
// each with all the others, and time grows with the square. Counting is done here since contexts may give one member many names.
func isCrowded(expanded any, counts map[string]int) bool {
	switch v := expanded.(type) {
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return isCrowded(element, counts) })
	case map[string]any:
		for name, value := range v {
			if list, isList := value.([]any); isList && name != "@list" {
				counts[name] += len(list)
			}
			if counts[name] > maxSame || isCrowded(value, counts) {
				return true
			}
		}
	}
	return false
}
