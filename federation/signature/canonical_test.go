package signature

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"
)

// The library has the same algorithm without a budget: both must write the same.
func TestCanonicalFormIsTheLibrarys(t *testing.T) {
	t.Parallel()
	const context = `{"@context":"https://www.w3.org/ns/activitystreams",`
	documents := map[string]string{
		"twins":          context + `"id":"https://x.example/1","tag":[{"tag":[{},{"name":"a"}]},{"tag":[{},{"name":"a"}]}]}`,
		"twins of twins": context + `"id":"https://x.example/1","tag":[{"tag":[{"tag":[{},{}]},{"tag":[{},{}]}]}]}`,
		"a ring":         context + `"id":"_:a","tag":{"id":"_:b","tag":{"id":"_:c","tag":{"id":"_:a"}}}}`,
		"two rings":      context + `"id":"https://x.example/1","tag":[{"id":"_:a","tag":{"id":"_:b","tag":"_:a"}},{"id":"_:c","tag":{"id":"_:d","tag":"_:c"}}]}`,
		"a list":         context + `"id":"https://x.example/1","orderedItems":[{"name":"a"},{"name":"a"},"https://x.example/2"]}`,
		"to itself":      context + `"id":"_:a","tag":"_:a"}`,
		"escapes":        context + `"id":"https://x.example/1","content":"\"a\\b\n\r","nameMap":{"fr":"é"}}`,
	}
	recorded, err := os.ReadFile("testdata/deliveries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(recorded)) {
		var d struct{ Name, Body string }
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(d.Body, "@context") {
			documents[d.Name] = d.Body
		}
	}
	for name, text := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, refusal := readDocument([]byte(text))
			if refusal != nil {
				t.Fatal(refusal)
			}
			got, _, refusal := canonicalForm(t.Context(), content)
			if refusal != nil {
				t.Fatal(refusal)
			}
			options := ld.NewJsonLdOptions("")
			options.DocumentLoader, options.Algorithm, options.Format = fixedContexts{}, ld.AlgorithmURDNA2015, "application/n-quads"
			want, err := ld.NewJsonLdProcessor().Normalize(content, options)
			if err != nil || got != want {
				t.Errorf("got\n%s\nwant\n%s%v", got, want, err)
			}
		})
	}
}
