package signature

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/piprate/json-gold/ld"
)

// Document is a document whose RsaSignature2017 was verified.
type Document struct {
	Signer  Signer
	Created time.Time // when it was signed, by its signer's word: it may be long ago, and the document may have been seen before
	// Signed is what the signature says, and all it says, under the usual names: read this and not what was received, where a context may give
	// names another meaning and add what is not signed. A list of one is written as its element.
	Signed []byte
}

// linkedSignature is the "signature" member of a document.
type linkedSignature struct {
	Type           string `json:"type"`
	Creator        string `json:"creator"`
	Created        string `json:"created"`
	SignatureValue string `json:"signatureValue"`
}

const (
	linkedType    = "RsaSignature2017"
	linkedVersion = "2006-01-02T15:04:05.000Z"
)

// SignDocument adds an RsaSignature2017 to a JSON object, whose contexts must be among the fixed ones, without touching the rest of its text.
func SignDocument(ctx context.Context, document []byte, key PrivateKey, now time.Time) ([]byte, error) {
	content, refusal := readDocument(document)
	if refusal != nil {
		return nil, refusal
	}
	if _, signed := content["signature"]; signed {
		return nil, refuse(Malformed, "The document is signed already")
	}
	creator, _, _ := strings.Cut(key.ID, "#") // PeerTube names the actor here, not its key
	s := linkedSignature{Type: linkedType, Creator: creator, Created: now.UTC().Format(linkedVersion)}
	base, _, refusal := linkedBase(ctx, content, s)
	if refusal != nil {
		return nil, refusal
	}
	made, err := key.sign([]byte(base))
	if err != nil {
		return nil, err
	}
	s.SignatureValue = base64.StdEncoding.EncodeToString(made)
	member, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	open, _ := bytes.CutSuffix(bytes.TrimSpace(document), []byte("}"))
	return fmt.Appendf(nil, `%s,"signature":%s}`, open, member), nil // a document that says something is not empty
}

// VerifyDocument tells who wrote a document, whoever brought it. The error is a *Refusal. Nothing is fetched but the key.
func (v *Verifier) VerifyDocument(ctx context.Context, document []byte) (Document, error) {
	content, refusal := readDocument(document)
	if refusal != nil {
		return Document{}, refusal
	}
	s, made, refusal := linkedSignatureOf(content)
	if refusal != nil {
		return Document{}, refusal
	}
	created, err := time.Parse(time.RFC3339, s.Created)
	if err != nil {
		return Document{}, refuse(Malformed, "The time of the signature cannot be read").about(s.Creator)
	}
	if created.After(v.clock.Now().Add(v.skew)) {
		return Document{}, refuse(ClockSkew, "The document was signed in the future").about(s.Creator)
	}
	delete(content, "signature")
	base, said, refusal := linkedBase(ctx, content, s)
	if refusal != nil {
		return Document{}, refusal.about(s.Creator)
	}
	key, err := v.keys.check(ctx, s.Creator, func(k Key) bool { return k.made(made, []byte(base)) })
	if err != nil {
		return Document{}, err
	}
	signed, refusal := said.plain()
	if refusal != nil {
		return Document{}, refusal.about(s.Creator)
	}
	return Document{Signer: Signer{Key: key, Scheme: RsaSignature2017}, Created: created, Signed: signed}, nil
}

func linkedSignatureOf(content map[string]any) (linkedSignature, []byte, *Refusal) {
	member, signed := content["signature"].(map[string]any)
	if !signed {
		return linkedSignature{}, nil, refuse(Missing, "The document is not signed")
	}
	var s linkedSignature
	for name, field := range map[string]*string{"type": &s.Type, "creator": &s.Creator, "created": &s.Created, "signatureValue": &s.SignatureValue} {
		*field, _ = member[name].(string)
	}
	if s.Type != linkedType {
		return s, nil, refuse(Unsupported, "The document is signed with %.40q, not %s", s.Type, linkedType).about(s.Creator)
	}
	made, err := base64.StdEncoding.DecodeString(s.SignatureValue)
	if err != nil {
		return s, nil, refuse(Malformed, "The signature of the document cannot be read").about(s.Creator)
	}
	return s, made, nil
}

// linkedBase is the text under an RsaSignature2017: the hashes, in hexadecimal, of the signature's options and of the document.
func linkedBase(ctx context.Context, content map[string]any, s linkedSignature) (string, statements, *Refusal) {
	options, _, refusal := canonicalForm(ctx, map[string]any{"@context": securityV1, "creator": s.Creator, "created": s.Created})
	if refusal != nil {
		return "", statements{}, refusal
	}
	text, said, refusal := canonicalForm(ctx, content)
	if refusal != nil {
		return "", statements{}, refusal
	}
	return hexHash(options) + hexHash(text), said, nil
}

// canonicalForm gives the statements of a document and their canonical text.
func canonicalForm(ctx context.Context, content map[string]any) (string, statements, *Refusal) {
	said, refusal := statementsOf(content)
	if refusal != nil {
		return "", statements{}, refusal
	}
	text, refusal := canonicalize(ctx, said.quads)
	return text, said, refusal
}

// statements are what a document says, and the node at its top.
type statements struct {
	quads []*ld.Quad
	root  string
}

func statementsOf(content map[string]any) (said statements, refusal *Refusal) {
	defer func() {
		// The library is made for documents of friends: what it does not expect must not end the program.
		if problem := recover(); problem != nil {
			refusal = refuse(Malformed, "The document is not JSON-LD").because(fmt.Errorf("expansion: %v", problem))
		}
	}()
	options := ld.NewJsonLdOptions("")
	options.DocumentLoader = fixedContexts{}
	expanded, err := ld.NewJsonLdProcessor().Expand(content, options)
	if err != nil {
		return statements{}, refuse(Malformed, "The document is not JSON-LD").because(err)
	}
	if len(expanded) != 1 {
		return statements{}, refuse(Malformed, "The document says nothing, or is more than one")
	}
	if isCrowded(expanded, make(map[string]int)) {
		return statements{}, refuse(TooComplex, "A member of the document has more than %d values", maxSame)
	}
	top, _ := expanded[0].(map[string]any)
	root, _ := top["@id"].(string)
	dataset, err := ld.NewJsonLdApi().ToRDF(expanded, options)
	if err != nil {
		return statements{}, refuse(Malformed, "The document is not JSON-LD").because(err)
	}
	if len(dataset.Graphs) != 1 {
		return statements{}, refuse(Unsupported, "The document holds several graphs")
	}
	quads := dataset.Graphs["@default"]
	if slices.ContainsFunc(quads, isHollow) {
		return statements{}, refuse(Malformed, "A list of the document holds what is no address")
	}
	return statements{quads: quads, root: root}, nil
}

// isHollow finds the statements without an object that json-gold 0.9.1 makes of relative addresses in ordered lists.
func isHollow(q *ld.Quad) bool { return q.Subject == nil || q.Predicate == nil || q.Object == nil }
