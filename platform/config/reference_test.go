package config

import (
	"flag"
	"os"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

const referencePath = "../../docs/configuration.md"

func TestReferenceIsFresh(t *testing.T) {
	if *update {
		if err := os.WriteFile(referencePath, []byte(Reference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(referencePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != Reference() {
		t.Error("docs/configuration.md is not what the source says; run go generate ./platform/config")
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(`^[A-Z].*\.$`)
	for _, l := range table().leaves {
		if !sentence.MatchString(l.doc) {
			t.Errorf("%s: %q is not a sentence", l.key, l.doc)
		}
	}
}
