package server

import (
	"errors"

	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// condition is how a stanza is refused (RFC 6120 §8.3).
type condition struct{ kind, name string }

var (
	badRequest    = condition{"modify", "bad-request"}
	notFound      = condition{"cancel", "item-not-found"}
	unavailable   = condition{"cancel", "service-unavailable"}
	unimplemented = condition{"cancel", "feature-not-implemented"}
	notAcceptable = condition{"modify", "not-acceptable"}
	forbidden     = condition{"auth", "forbidden"}
	tooMany       = condition{"wait", "resource-constraint"}
	jidMalformed  = condition{"modify", "jid-malformed"}
	notAllowed    = condition{"cancel", "not-allowed"}
)

var byKind = map[fault.Kind]condition{
	fault.Internal: {"wait", "internal-server-error"}, fault.Invalid: badRequest, fault.Unauthenticated: {"auth", "not-authorized"},
	fault.Forbidden: forbidden, fault.NotFound: notFound, fault.Conflict: {"cancel", "conflict"}, fault.TooLarge: {"modify", "policy-violation"},
	fault.TooMany: {"wait", "policy-violation"}, fault.Unsupported: unimplemented, fault.OutOfRange: badRequest,
	fault.Unavailable: tooMany,
}

// byCode are the refusals whose condition says more than their kind.
var byCode = map[string]condition{
	"signed_in_only": {"auth", "registration-required"}, "rule": {"modify", "policy-violation"}, "emoji_only": {"modify", "policy-violation"},
}

// refusal is a stanza error with a text for people.
type refusal struct {
	condition
	text string
	code string
}

func (r refusal) Error() string { return r.name + ": " + r.text }

// refusalOf translates by one table. What is our own doing keeps its text for the log.
func refusalOf(err error) refusal {
	var r refusal
	if errors.As(err, &r) {
		return r
	}
	kind := fault.KindOf(err)
	r.condition = byKind[kind]
	var f *fault.Error
	if !errors.As(err, &f) || kind == fault.Internal {
		return r
	}
	r.text, r.code = f.Message, f.Code
	for _, p := range f.Params {
		r.text += ". " + p.Message
	}
	if c, found := byCode[f.Code]; found {
		r.condition = c
	}
	return r
}

// element is the error child of a stanza.
func (r refusal) element() *xmpp.Element {
	e := xmpp.NewElement(xmpp.NSClient, "error", xmpp.NewElement(nsStanzas, r.name)).Set("type", r.kind)
	if r.text != "" {
		e.Add(xmpp.NewText(nsStanzas, "text", r.text).SetLang("en"))
	}
	if r.code != "" {
		e.Add(xmpp.NewElement(nsChat, "reason").Set("code", r.code))
	}
	return e
}

// refuse answers a stanza with an error. Answers and errors are never answered (RFC 6120 §8.3.1), and what is no answer is nil.
func refuse(stanza *xmpp.Element, why refusal) *xmpp.Element {
	kind := stanza.Attr("type")
	if kind == "error" || stanza.Name.Local == "iq" && kind == "result" {
		return nil
	}
	answer := xmpp.NewElement(xmpp.NSClient, stanza.Name.Local).Set("type", "error").Set("id", stanza.Attr("id"))
	answer.Set("from", stanza.Attr("to")).Set("to", stanza.Attr("from"))
	if stanza.Name.Local == "presence" {
		answer.Add(xmpp.NewElement(nsMUC, "x")) // XEP-0045 §7.2.8, §7.6: so that clients know it for a room's
	}
	return answer.Add(why.element())
}
