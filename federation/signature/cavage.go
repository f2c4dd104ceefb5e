package signature

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// credentials are the parameters of a draft-cavage-12 signature.
type credentials struct {
	keyID, algorithm string
	headers          []string
	signature        []byte
	created, expires int64 // 0 when not given
}

const maxCovered = 32

// readCavage reads the Signature header and checks what it covers, the time and the digest.
func (v *Verifier) readCavage(r *http.Request, body []byte) (claim, *Refusal) {
	c, refusal := credentialsOf(r)
	if refusal != nil {
		return claim{}, refusal
	}
	for _, check := range []func() *Refusal{
		func() *Refusal { return c.checkAlgorithm() },
		func() *Refusal { return c.checkCovered(r.Method) },
		func() *Refusal { return v.checkCavageTimes(c, r) },
		func() *Refusal { return checkCavageDigest(c, r, body) },
	} {
		if refusal := check(); refusal != nil {
			return claim{}, refusal.about(c.keyID)
		}
	}
	base, refusal := c.base(r)
	if refusal != nil {
		return claim{}, refusal.about(c.keyID)
	}
	return claim{scheme: Cavage, keyID: c.keyID, base: []byte(base), signature: c.signature}, nil
}

// credentialsOf finds the signature where draft-cavage-12 §3 and §4 put it: in Signature, or in Authorization.
func credentialsOf(r *http.Request) (credentials, *Refusal) {
	values := r.Header.Values("Signature")
	if len(values) == 0 {
		if text, found := strings.CutPrefix(r.Header.Get("Authorization"), "Signature "); found {
			values = []string{text}
		}
	}
	switch len(values) {
	case 0:
		return credentials{}, refuse(Missing, "The request is not signed")
	case 1:
		return parseCredentials(values[0])
	}
	return credentials{}, refuse(Malformed, "The request has several signatures")
}

func parseCredentials(text string) (credentials, *Refusal) {
	malformed := refuse(Malformed, "The Signature header cannot be read")
	if len(text) > maxFieldBytes {
		return credentials{}, malformed
	}
	var c credentials
	seen := make(map[string]bool)
	for rest := strings.TrimSpace(text); rest != ""; {
		name, value, after, ok := cutParameter(rest)
		if !ok || seen[name] || len(seen) == maxParameters || !c.set(name, value) {
			return credentials{}, malformed
		}
		seen[name] = true
		rest = after
	}
	if !seen["keyid"] || !seen["signature"] {
		return credentials{}, malformed
	}
	if !seen["headers"] {
		c.headers = []string{"(created)"} // draft-cavage-12 §2.1.6
	}
	return c, nil
}

// cutParameter cuts name="value" or name=value off the front, with the comma after it.
func cutParameter(text string) (name, value, rest string, ok bool) {
	name, rest, ok = strings.Cut(text, "=")
	name = strings.ToLower(strings.TrimSpace(name))
	if !ok || name == "" {
		return "", "", "", false
	}
	if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
		// No value of a known sender holds a quote, so an escaped one is not waited for.
		if value, rest, ok = strings.Cut(quoted, `"`); !ok || strings.Contains(value, `\`) {
			return "", "", "", false
		}
		rest = strings.TrimSpace(rest)
		if rest == "" {
			return name, value, "", true
		}
		after, hasComma := strings.CutPrefix(rest, ",")
		return name, value, strings.TrimSpace(after), hasComma
	}
	value, rest, _ = strings.Cut(rest, ",")
	return name, strings.TrimSpace(value), strings.TrimSpace(rest), true
}

// set keeps a parameter; an unknown one is passed over (draft-cavage-12 §2.1).
func (c *credentials) set(name, value string) bool {
	var err error
	switch name {
	case "keyid":
		c.keyID = value
	case "algorithm":
		c.algorithm = strings.ToLower(value)
	case "headers":
		c.headers = strings.Fields(strings.ToLower(value))
	case "signature":
		c.signature, err = base64.StdEncoding.DecodeString(value)
	case "created":
		c.created, err = strconv.ParseInt(value, 10, 48)
	case "expires":
		// §2.1.5 allows a fraction; whole seconds are enough for an end.
		whole, _, _ := strings.Cut(value, ".")
		c.expires, err = strconv.ParseInt(whole, 10, 48)
	}
	return err == nil
}

// checkAlgorithm takes the names under which RSA with SHA-256 goes: its own, none, and hs2019, which leaves it to the key.
func (c credentials) checkAlgorithm() *Refusal {
	if !slices.Contains([]string{"", "rsa-sha256", "hs2019"}, c.algorithm) {
		return refuse(Unsupported, "The signature algorithm %.40q is not supported", c.algorithm)
	}
	usesTimes := slices.Contains(c.headers, "(created)") || slices.Contains(c.headers, "(expires)")
	if usesTimes && c.algorithm == "rsa-sha256" { // §2.3, points 2 and 3
		return refuse(Unsupported, "(created) and (expires) do not go with the algorithm rsa-sha256")
	}
	return nil
}

func (c credentials) checkCovered(method string) *Refusal {
	if len(c.headers) > maxCovered {
		return refuse(Malformed, "The signature covers too many headers")
	}
	wanted := []string{"(request-target)", "host"}
	if hasBody(method) {
		wanted = append(wanted, "digest")
	}
	for _, name := range wanted {
		if !slices.Contains(c.headers, name) {
			return refuse(Uncovered, "The signature does not cover %s", name)
		}
	}
	if !slices.Contains(c.headers, "date") && !slices.Contains(c.headers, "(created)") {
		return refuse(Uncovered, "The signature covers neither date nor (created)")
	}
	if sorted := slices.Sorted(slices.Values(c.headers)); len(slices.Compact(sorted)) != len(c.headers) {
		return refuse(Malformed, "The signature covers a header twice")
	}
	return nil
}

func (v *Verifier) checkCavageTimes(c credentials, r *http.Request) *Refusal {
	if slices.Contains(c.headers, "date") {
		signed, err := http.ParseTime(r.Header.Get("Date"))
		if err != nil {
			return refuse(Malformed, "The Date header cannot be read")
		}
		if refusal := v.checkTime(signed); refusal != nil {
			return refusal
		}
	}
	if slices.Contains(c.headers, "(created)") {
		if refusal := v.checkTime(time.Unix(c.created, 0)); refusal != nil {
			return refusal
		}
	}
	if c.expires != 0 {
		return v.checkEnd(time.Unix(c.expires, 0))
	}
	return nil
}

func checkCavageDigest(c credentials, r *http.Request, body []byte) *Refusal {
	if !slices.Contains(c.headers, "digest") {
		return nil
	}
	value, _ := fieldValue(r, "digest")
	return checkDigest(value, body)
}

// base is the text under the signature (draft-cavage-12 §2.3).
func (c credentials) base(r *http.Request) (string, *Refusal) {
	lines := make([]string, len(c.headers))
	for i, name := range c.headers {
		value, found := c.covered(r, name)
		if !found {
			return "", refuse(Malformed, "The signature covers %.100q, which the request does not have", name)
		}
		lines[i] = name + ": " + value
	}
	return strings.Join(lines, "\n"), nil
}

func (c credentials) covered(r *http.Request, name string) (string, bool) {
	switch name {
	case "(request-target)":
		return strings.ToLower(r.Method) + " " + target(r), true
	case "(created)":
		return strconv.FormatInt(c.created, 10), c.created != 0
	case "(expires)":
		return strconv.FormatInt(c.expires, 10), c.expires != 0
	case "content-length": // net/http keeps it apart
		return strconv.FormatInt(r.ContentLength, 10), r.ContentLength >= 0
	}
	return fieldValue(r, name)
}

// Sign signs a request as PeerTube and Mastodon do (draft-cavage-12, rsa-sha256): it sets Date, Digest when there is a body to send, and
// Signature. The headers that are covered must not change afterwards.
func Sign(r *http.Request, body []byte, key PrivateKey, now time.Time) error {
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	c := credentials{keyID: key.ID, algorithm: "rsa-sha256", headers: []string{"(request-target)", "host", "date"}}
	if hasBody(r.Method) {
		r.Header.Set("Digest", Digest(body))
		c.headers = append(c.headers, "digest")
		if r.Header.Get("Content-Type") != "" {
			c.headers = append(c.headers, "content-type")
		}
	}
	base, refusal := c.base(r)
	if refusal != nil {
		return refusal
	}
	signature, err := key.sign([]byte(base))
	if err != nil {
		return err
	}
	r.Header.Set("Signature", `keyId="`+c.keyID+`",algorithm="`+c.algorithm+`",headers="`+strings.Join(c.headers, " ")+
		`",signature="`+base64.StdEncoding.EncodeToString(signature)+`"`)
	return nil
}
