package signature

import (
	"embed"
	"encoding/json"
	"strings"
	"sync"

	"github.com/piprate/json-gold/ld"
)

//go:embed context/*.json
var contextFiles embed.FS

// The contexts a document may name. Everything else is refused: fetching one would let a stranger choose whom we call and, later, what a
// signed document means.
const (
	activityStreams = "https://www.w3.org/ns/activitystreams"
	securityV1      = "https://w3id.org/security/v1"
)

var knownContexts = map[string]string{
	activityStreams:             "context/activitystreams.json",
	activityStreams + ".jsonld": "context/activitystreams.json",
	securityV1:                  "context/security-v1.json",
}

// fixedContexts is a document loader that knows the embedded files and nothing else.
type fixedContexts struct{}

// LoadDocument gives an embedded context.
func (fixedContexts) LoadDocument(address string) (*ld.RemoteDocument, error) {
	file, known := knownContexts[address]
	if !known {
		return nil, refuse(ForeignContext, "The JSON-LD context %.200q is not known here", address)
	}
	document, err := contextFile(file)
	if err != nil {
		return nil, err
	}
	return &ld.RemoteDocument{DocumentURL: address, Document: document}, nil
}

func contextFile(name string) (map[string]any, error) {
	text, err := contextFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var document map[string]any
	return document, json.Unmarshal(text, &document)
}

// termsOf gives the short name of every IRI of the vocabularies spoken here, for reading a verified document.
var termsOf = sync.OnceValues(func() (map[string]string, error) {
	terms := make(map[string]string)
	for _, name := range []string{"context/activitystreams.json", "context/security-v1.json", "context/peertube.json"} {
		document, err := contextFile(name)
		if err != nil {
			return nil, err
		}
		definitions, _ := document["@context"].(map[string]any)
		for term := range definitions {
			if iri := iriOf(definitions, term); iri != "" {
				terms[iri] = term
			}
		}
	}
	return terms, nil
})

// iriOf expands the definition of a term; "" for prefixes, keywords and the spellings that share the IRI of another term.
func iriOf(definitions map[string]any, term string) string {
	iri, isPlain := definitions[term].(string)
	if !isPlain {
		definition, _ := definitions[term].(map[string]any)
		iri, _ = definition["@id"].(string)
		if definition["@container"] != nil { // nameMap, contentMap, summaryMap, orderedItems: see plainValue
			return ""
		}
	}
	if term == "expiration" || term == "Public" || strings.HasPrefix(term, "@") {
		return ""
	}
	prefix, name, _ := strings.Cut(iri, ":")
	base, _ := definitions[prefix].(string)
	if base == "" || name == "" {
		return ""
	}
	return base + name
}
