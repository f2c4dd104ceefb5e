package signature_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/federation/signature"
)

func documentVerifier(t testing.TB) *signature.Verifier {
	t.Helper()
	return signature.New(signature.Options{Keys: recordedKeys(t), Clock: frozen(), Origin: origin})
}

// signedDeliveries are the recorded activities that carry an RsaSignature2017.
func signedDeliveries(t testing.TB) []delivery {
	t.Helper()
	var list []delivery
	for _, d := range recorded(t) {
		if strings.Contains(d.Name, "from-peer-delivery") {
			list = append(list, d)
		}
	}
	if len(list) < 25 {
		t.Fatalf("%d recorded activities are signed", len(list))
	}
	return list
}

func decoded(t testing.TB, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func encoded(t testing.TB, object map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// asSigned brings JSON to the form a signature keeps: without context, signature, nulls and empty lists, a list of one as its element, each
// value of a list once.
func asSigned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		object := make(map[string]any)
		for name, member := range v {
			if kept := asSigned(member); kept != nil && name != "@context" && name != "signature" {
				object[name] = kept
			}
		}
		return object
	case []any:
		var list []any
		for _, element := range v {
			kept := asSigned(element)
			if !contains(list, kept) {
				list = append(list, kept)
			}
		}
		if len(list) < 2 {
			return append(list, nil)[0]
		}
		return list
	}
	return value
}

func contains(list []any, value any) bool {
	for _, element := range list {
		if reflect.DeepEqual(element, value) {
			return true
		}
	}
	return false
}

func TestRecordedDocumentsAreVerifiedAndReadTheSame(t *testing.T) {
	t.Parallel()
	for _, d := range signedDeliveries(t) {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			document, err := documentVerifier(t).VerifyDocument(t.Context(), []byte(d.Body))
			if err != nil {
				t.Fatal(err)
			}
			sent := decoded(t, d.Body)
			if document.Signer.Key.Owner != sent["actor"] || document.Created.Year() != 2026 {
				t.Errorf("signed by %s at %s, sent by %s", document.Signer.Key.Owner, document.Created, sent["actor"])
			}
			got, want := any(decoded(t, string(document.Signed))), asSigned(sent)
			if !reflect.DeepEqual(got, want) {
				wanted, _ := json.Marshal(want)
				t.Errorf("reads\n%s\nwant\n%s", document.Signed, wanted)
			}
		})
	}
}

func TestTamperedDocumentsAreRefused(t *testing.T) {
	t.Parallel()
	tampering := map[string]struct {
		change func(map[string]any)
		want   signature.Reason
	}{
		"another id":        {func(a map[string]any) { a["id"] = "http://localhost:9100/other" }, signature.InvalidSignature},
		"another type":      {func(a map[string]any) { a["type"] = "Block" }, signature.InvalidSignature},
		"another object":    {func(a map[string]any) { a["object"] = "http://localhost:9100/other" }, signature.InvalidSignature},
		"another receiver":  {func(a map[string]any) { a["cc"] = "http://localhost:9100/other" }, signature.InvalidSignature},
		"a member more":     {func(a map[string]any) { a["summary"] = "more" }, signature.InvalidSignature},
		"another creator":   {func(a map[string]any) { signatureOf(a)["creator"] = "http://localhost:9190/accounts/carol" }, signature.InvalidSignature},
		"an unknown one":    {func(a map[string]any) { signatureOf(a)["creator"] = "http://localhost:9190/accounts/none" }, signature.UnknownKey},
		"another time":      {func(a map[string]any) { signatureOf(a)["created"] = "2026-11-24T00:24:00.000Z" }, signature.InvalidSignature},
		"the future":        {func(a map[string]any) { signatureOf(a)["created"] = "2027-11-24T00:24:00.000Z" }, signature.ClockSkew},
		"no time":           {func(a map[string]any) { delete(signatureOf(a), "created") }, signature.Malformed},
		"another algorithm": {func(a map[string]any) { signatureOf(a)["type"] = "Ed25519Signature2018" }, signature.Unsupported},
		"no signature":      {func(a map[string]any) { delete(a, "signature") }, signature.Missing},
		"a graph":           {func(a map[string]any) { a["@graph"] = []any{} }, signature.Unsupported},
		"inclusions":        {func(a map[string]any) { a["@included"] = []any{map[string]any{"id": "http://x.example/"}} }, signature.Unsupported},
		"reversal":          {func(a map[string]any) { a["@reverse"] = map[string]any{} }, signature.Unsupported},
		"foreign context":   {func(a map[string]any) { a["@context"] = "https://x.example/context" }, signature.ForeignContext},
		"alias of a keyword": {func(a map[string]any) {
			a["@context"] = append(a["@context"].([]any), map[string]any{"all": "@graph"})
		}, signature.Unsupported},
		"definition that reverses": {func(a map[string]any) {
			a["@context"] = append(a["@context"].([]any), map[string]any{"all": map[string]any{"@reverse": "as:object"}})
		}, signature.Unsupported},
	}
	for _, d := range signedDeliveries(t) {
		for name, tamper := range tampering {
			t.Run(d.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				activity := decoded(t, d.Body)
				tamper.change(activity)
				_, err := documentVerifier(t).VerifyDocument(t.Context(), encoded(t, activity))
				if got := reasonOf(t, err); got != tamper.want {
					t.Errorf("got %v, want %q", err, tamper.want)
				}
			})
		}
	}
}

func signatureOf(activity map[string]any) map[string]any {
	return activity["signature"].(map[string]any)
}

// A context that gives a name another meaning leaves the signature whole: what counts is what was signed, not what is written.
func TestSignedDocumentsCannotBeReadInAnotherWay(t *testing.T) {
	t.Parallel()
	var note map[string]any
	for _, d := range signedDeliveries(t) {
		if d.Name == "024-from-peer-delivery-Create-Note" {
			note = decoded(t, d.Body)
		}
	}
	object := note["object"].(map[string]any)
	note["@context"] = append(note["@context"].([]any), map[string]any{"said": "as:content", "content": nil, "whole": "_:whole"})
	object["said"], object["content"] = object["content"], "Buy!"
	note["whole"] = "Buy!"
	note["nothing"] = "Buy!"                             // no context defines it
	note["tag"] = map[string]any{"id": "not an address"} // relative: no statement
	note["attachment"] = []any{map[string]any{"id": "relative", "type": "Note", "content": "Buy!"}}
	document, err := documentVerifier(t).VerifyDocument(t.Context(), encoded(t, note))
	if reason := reasonOf(t, err); reason != "" && reason != signature.Unsupported {
		t.Fatal(err)
	}
	if strings.Contains(string(document.Signed), "Buy!") {
		t.Errorf("reads %s", document.Signed)
	}
	for _, unsigned := range []string{"tag", "attachment"} {
		delete(note, unsigned)
	}
	document, err = documentVerifier(t).VerifyDocument(t.Context(), encoded(t, note))
	if err != nil {
		t.Fatal(err)
	}
	read := decoded(t, string(document.Signed))["object"].(map[string]any)
	if read["content"] != "A comment, *hello* @carol@localhost:9190" || strings.Contains(string(document.Signed), "Buy!") {
		t.Errorf("reads %s", document.Signed)
	}
}

func TestDocumentsWeSign(t *testing.T) {
	t.Parallel()
	key, _ := pair()
	v := signature.New(signature.Options{Keys: ourKeys(), Clock: frozen(), Origin: origin})
	for _, d := range recorded(t) {
		activity := decoded(t, `{}`)
		if d.Body != "" {
			activity = decoded(t, d.Body)
		}
		if activity["@context"] == nil {
			continue
		}
		delete(activity, "signature")
		signed, err := signature.SignDocument(t.Context(), encoded(t, activity), key, frozen().Now())
		if err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		document, err := v.VerifyDocument(t.Context(), signed)
		if err != nil || document.Signer.Key.Owner != actor || !document.Created.Equal(frozen().Now()) {
			t.Errorf("%s: got %+v, %v", d.Name, document.Signer, err)
		}
		if _, err := signature.SignDocument(t.Context(), signed, key, frozen().Now()); err == nil {
			t.Errorf("%s was signed twice", d.Name)
		}
	}
}

func TestHostileDocumentsAreRefusedQuickly(t *testing.T) {
	t.Parallel()
	const head = `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://x.example/1","type":"Note",`
	const tail = `"signature":{"type":"RsaSignature2017","creator":"https://x.example/a","created":"2026-11-24T00:00:00Z","signatureValue":"AAAA"}}`
	alike := strings.Repeat(`{"tag":[`+strings.Repeat(`{},`, 30)+`{}]},`, 30)
	for name, c := range map[string]struct {
		text string
		want signature.Reason
	}{
		"not JSON":              {`{"a":`, signature.Malformed},
		"a list":                {`[]`, signature.Malformed},
		"null":                  {`null`, signature.Malformed},
		"deep":                  {head + `"tag":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "," + tail, signature.TooComplex},
		"many values":           {head + `"tag":[` + strings.Repeat(`"a",`, 30_000) + `"b"],` + tail, signature.TooComplex},
		"large":                 {head + `"content":"` + strings.Repeat("a", 2<<20) + `",` + tail, signature.TooComplex},
		"parts that look alike": {head + `"tag":[` + alike + `{}],` + tail, signature.TooComplex},
		"many contexts":         {head + `"tag":[` + strings.Repeat(`{"@context":"https://www.w3.org/ns/activitystreams"},`, 20) + `1],` + tail, signature.TooComplex},
		"many terms":            {strings.Replace(head, `"https://www.w3.org/ns/activitystreams"`, manyTerms(), 1) + tail, signature.TooComplex},
		"imported context":      {strings.Replace(head, `"https://www.w3.org/ns/activitystreams"`, `{"@import":"https://x.example/"}`, 1) + tail, signature.Unsupported},
		"many addresses":        {head + `"cc":[` + manyAddresses(1001) + `],` + tail, signature.TooComplex},
		"many under two names": {strings.Replace(head, `"https://www.w3.org/ns/activitystreams"`, `{"a":"https://x.example/a","b":"https://x.example/a"}`, 1) +
			`"a":[` + manyAddresses(600) + `],"b":[` + manyAddresses(600) + `],` + tail, signature.TooComplex},
		"all that is taken":          {head + `"to":[` + manyAddresses(1000) + `],"cc":[` + manyAddresses(1000) + `],"tag":[` + manyAddresses(1000) + `],` + tail, signature.UnknownKey},
		"relative address in a list": {head + `"orderedItems":["https://x.example/2","a"],` + tail, signature.Malformed},
		"numbers as id":              {`{"@context":"https://www.w3.org/ns/activitystreams","id":5,` + tail, signature.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := documentVerifier(t).VerifyDocument(t.Context(), []byte(c.text))
			if got := reasonOf(t, err); got != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func manyAddresses(count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf(`"https://x.example/%d"`, i)
	}
	return strings.Join(list, ",")
}

func manyTerms() string {
	var b strings.Builder
	b.WriteString(`{"a":"https://x.example/"`)
	for i := range 600 {
		fmt.Fprintf(&b, `,"t%d":"https://x.example/%d"`, i, i)
	}
	return b.String() + "}"
}

func FuzzVerifyDocument(f *testing.F) {
	for _, d := range signedDeliveries(f) {
		f.Add([]byte(d.Body))
	}
	v := documentVerifier(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		document, err := v.VerifyDocument(t.Context(), text)
		if reasonOf(t, err) == "" && !json.Valid(document.Signed) {
			t.Errorf("reads %q", document.Signed)
		}
	})
}
