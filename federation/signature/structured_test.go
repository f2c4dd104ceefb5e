package signature

import "testing"

func TestInnerListsAreWrittenAsTheyWereRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ field, want string }{
		"a signature":    {`sig1=("@method" "@path");created=1;keyid="k";alg="rsa-v1_5-sha256"`, `("@method" "@path");created=1;keyid="k";alg="rsa-v1_5-sha256"`},
		"odd spaces":     {`  s=(  "a"  "b" );x `, `("a" "b");x`},
		"empty":          {`s=()`, `()`},
		"every kind":     {`s=("q\"\\" tok/en -5 ?0 :AAE=:);t=?1;u=:AA==:`, `("q\"\\" tok/en -5 ?0 :AAE=:);t;u=:AA==:`},
		"item with list": {`s=("a";sf;key="x");tag="t"`, `("a";sf;key="x");tag="t"`},
	} {
		members, err := parseDictionary(c.field)
		if err != nil || len(members) != 1 || members[0].serialize() != c.want {
			t.Errorf("%s: got %v, %v; want %s", name, members, err, c.want)
		}
	}
}

func TestFieldsThatAreNotStructured(t *testing.T) {
	t.Parallel()
	for _, field := range []string{
		`A=1`, `a=`, `a=1,`, `a=1 b=2`, `a=1,a=2`, `a=("x""y")`, `a=(1`, `a="x`, `a="\x"`, "a=\"\x01\"", `a=:!:`, `a=:AA`, `a=?2`, `a=1.5`, `a=1234567890123456`, `a=1;B`, `a=1;b;b`, `a=-`, `a=@`,
	} {
		if members, err := parseDictionary(field); err == nil {
			t.Errorf("%s was read as %v", field, members)
		}
	}
}

// FuzzParseDictionary demands that what is written reads the same again.
func FuzzParseDictionary(f *testing.F) {
	f.Add(`sig1=("@method" "@path";req);created=1;keyid="k", sig2=(a/b ?1 :AA==: -1)`)
	f.Fuzz(func(t *testing.T, field string) {
		members, err := parseDictionary(field)
		if err != nil {
			return
		}
		for _, m := range members {
			if !m.isList {
				continue
			}
			again, err := parseDictionary("s=" + m.serialize())
			if err != nil || again[0].serialize() != m.serialize() {
				t.Errorf("%q is written as %q, which reads as %v, %v", field, m.serialize(), again, err)
			}
		}
	})
}
