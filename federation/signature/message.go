package signature

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The RFC 9421 name of RSASSA-PKCS1-v1_5 with SHA-256, and the label our signatures stand under.
const (
	messageAlgorithm = "rsa-v1_5-sha256"
	ourLabel         = "sig1"
)

// readMessage reads the first signature of RFC 9421 a request carries and checks what it covers, the times and the digest.
func (v *Verifier) readMessage(r *http.Request, body []byte) (claim, *Refusal) {
	input, signature, refusal := firstSignature(r)
	if refusal != nil {
		return claim{}, refusal
	}
	keyID, refusal := messageKey(input)
	if refusal != nil {
		return claim{}, refusal
	}
	for _, check := range []func() *Refusal{
		func() *Refusal { return checkComponents(input, r) },
		func() *Refusal { return v.checkMessageTimes(input) },
		func() *Refusal { return checkMessageDigest(r, body) },
	} {
		if refusal := check(); refusal != nil {
			return claim{}, refusal.about(keyID)
		}
	}
	base, refusal := messageBase(input, r, v.origin)
	if refusal != nil {
		return claim{}, refusal.about(keyID)
	}
	return claim{scheme: RFC9421, keyID: keyID, base: []byte(base), signature: signature}, nil
}

func firstSignature(r *http.Request) (member, []byte, *Refusal) {
	inputs, refusal := parseDictionary(strings.Join(r.Header.Values("Signature-Input"), ", "))
	if refusal != nil {
		return member{}, nil, refusal
	}
	signatures, refusal := parseDictionary(strings.Join(r.Header.Values("Signature"), ", "))
	if refusal != nil {
		return member{}, nil, refusal
	}
	if len(inputs) == 0 || !inputs[0].isList {
		return member{}, nil, refuse(Malformed, "The Signature-Input header has no list of components")
	}
	labelled, found := find(signatures, inputs[0].name)
	signature, isBytes := labelled.item.value.([]byte)
	if !found || !isBytes {
		return member{}, nil, refuse(Missing, "The Signature header has no signature labelled %.40q", inputs[0].name)
	}
	return inputs[0], signature, nil
}

// messageKey gives the key id; an algorithm other than ours is refused, none at all leaves it to the key (RFC 9421 §3.2, point 6).
func messageKey(input member) (string, *Refusal) {
	value, _ := input.item.param("keyid")
	keyID, isString := value.(string)
	if !isString {
		return "", refuse(Malformed, "The signature names no key")
	}
	if algorithm, given := input.item.param("alg"); given && algorithm != messageAlgorithm {
		return "", refuse(Unsupported, "The signature algorithm is not %s", messageAlgorithm).about(keyID)
	}
	return keyID, nil
}

// checkComponents demands what makes a signature mean this request to this server.
func checkComponents(input member, r *http.Request) *Refusal {
	var names []string
	for _, component := range input.list {
		name, isString := component.value.(string)
		if !isString || len(component.params) > 0 {
			// RFC 9421 §2.1: parameters choose other forms of a value; none is used in the fediverse.
			return refuse(Unsupported, "The signature covers a component in a form that is not supported")
		}
		if slices.Contains(names, name) { // §2.5: each at most once
			return refuse(Malformed, "The signature covers a component twice")
		}
		names = append(names, name)
	}
	if missing := missingComponent(names, r); missing != "" {
		return refuse(Uncovered, "The signature does not cover %s", missing)
	}
	return nil
}

func missingComponent(names []string, r *http.Request) string {
	has := func(name string) bool { return slices.Contains(names, name) }
	hasPath := has("@request-target") || has("@path") && (has("@query") || !strings.Contains(target(r), "?"))
	switch {
	case !has("@method"):
		return "@method"
	case !has("@target-uri") && !has("@authority") && !has("host"):
		return "@target-uri or @authority"
	case !has("@target-uri") && !hasPath:
		return "@target-uri or @path with @query"
	case hasBody(r.Method) && !has("content-digest"):
		return "content-digest"
	}
	return ""
}

func (v *Verifier) checkMessageTimes(input member) *Refusal {
	created, _ := input.item.param("created")
	seconds, isNumber := created.(int64)
	if !isNumber {
		return refuse(Uncovered, "The signature does not say when it was created")
	}
	if refusal := v.checkTime(time.Unix(seconds, 0)); refusal != nil {
		return refusal
	}
	expires, given := input.item.param("expires")
	if !given {
		return nil
	}
	if seconds, isNumber = expires.(int64); !isNumber {
		return refuse(Malformed, "The end of the signature cannot be read")
	}
	return v.checkEnd(time.Unix(seconds, 0))
}

func checkMessageDigest(r *http.Request, body []byte) *Refusal {
	if !hasBody(r.Method) {
		return nil
	}
	value, _ := fieldValue(r, "content-digest")
	return checkContentDigest(value, body)
}

// messageBase is the text under the signature (RFC 9421 §2.5).
func messageBase(input member, r *http.Request, origin string) (string, *Refusal) {
	var b strings.Builder
	for _, component := range input.list {
		name := component.value.(string)
		value, found := componentValue(name, r, origin)
		if !found || strings.ContainsAny(value, "\r\n") {
			return "", refuse(Malformed, "The signature covers %.100q, which the request does not have", name)
		}
		b.WriteString(`"` + quoting.Replace(name) + `": ` + value + "\n")
	}
	b.WriteString(`"@signature-params": ` + input.serialize())
	return b.String(), nil
}

// componentValue is a derived component (RFC 9421 §2.2) or a header. The scheme and the host are those of our public address, since the
// connection may come from a proxy.
func componentValue(name string, r *http.Request, origin string) (string, bool) {
	path, query, _ := strings.Cut(target(r), "?")
	switch name {
	case "@method":
		return r.Method, true
	case "@target-uri":
		return origin + target(r), true
	case "@authority":
		return strings.ToLower(hostOf(r)), true
	case "@scheme":
		scheme, _, found := strings.Cut(origin, "://")
		return strings.ToLower(scheme), found
	case "@request-target":
		return target(r), true
	case "@path":
		return path, true
	case "@query":
		return "?" + query, true // §2.2.7: a lone "?" when there is none
	}
	if strings.HasPrefix(name, "@") || name != strings.ToLower(name) {
		return "", false
	}
	return fieldValue(r, name)
}

// SignMessage signs a request by RFC 9421 (rsa-v1_5-sha256): it sets Content-Digest when there is a body to send, Signature-Input and Signature.
func SignMessage(r *http.Request, body []byte, key PrivateKey, now time.Time) error {
	input := member{isList: true, list: []item{{value: "@method"}, {value: "@target-uri"}}}
	if hasBody(r.Method) {
		r.Header.Set("Content-Digest", ContentDigest(body))
		input.list = append(input.list, item{value: "content-digest"})
	}
	input.item.params = []parameter{{"created", now.Unix()}, {"keyid", key.ID}, {"alg", messageAlgorithm}}
	base, refusal := messageBase(input, r, originOf(r.URL))
	if refusal != nil {
		return refusal
	}
	signature, err := key.sign([]byte(base))
	if err != nil {
		return err
	}
	r.Header.Set("Signature-Input", ourLabel+"="+input.serialize())
	var written strings.Builder
	writeBare(&written, signature)
	r.Header.Set("Signature", ourLabel+"="+written.String())
	return nil
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }
