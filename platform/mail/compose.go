package mail

import (
	"crypto/rand"
	"html"
	"net/mail"
	"net/textproto"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

const (
	maxAddressBytes = 320 // RFC 3696 §3: 64 before the @, 255 behind it
	maxSubjectRunes = 300
	maxHeaderBytes  = 2000
)

// composer turns a Message into what goes over the wire. Nothing in a Message can add a header or a recipient.
type composer struct {
	from  *mail.Address
	style func() Style
	clock clock.Clock
}

func (c composer) compose(m Message) (*gomail.Msg, error) {
	if m.Text == "" && m.HTML == "" {
		return nil, fault.New(fault.Invalid, "The message is empty")
	}
	to, err := parseAddress(m.To)
	if err != nil {
		return nil, err
	}
	style := c.style()
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(c.from)
	out.ToMailAddress(to)
	out.Subject(subject(style, m.Subject))
	out.SetDateWithValue(c.clock.Now())
	out.SetMessageIDWithValue(rand.Text() + "@" + domain(c.from.Address))
	// RFC 3834 §5: keeps vacation programs from answering us.
	out.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated")
	if err := addReplyTo(out, m.ReplyTo); err != nil {
		return nil, err
	}
	if err := addHeaders(out, m.Headers); err != nil {
		return nil, err
	}
	addBodies(out, style, m)
	return out, nil
}

func parseAddress(text string) (*mail.Address, error) {
	if len(text) > maxAddressBytes || strings.ContainsFunc(text, unicode.IsControl) {
		return nil, invalidAddress()
	}
	address, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsFunc(address.Address, isForbidden) {
		return nil, invalidAddress()
	}
	return address, nil
}

// isForbidden finds what a quoted local part may hold by RFC 5322 but could be misread on the way.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`<>",;`, r)
}

func invalidAddress() error { return fault.New(fault.Invalid, "This is not a mail address") }

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

func subject(style Style, text string) string {
	line := strings.TrimSpace(style.expand(style.SubjectPrefix) + " " + text)
	line = strings.Join(strings.FieldsFunc(line, isBreak), " ")
	if runes := []rune(line); len(runes) > maxSubjectRunes {
		return string(runes[:maxSubjectRunes-1]) + "…"
	}
	return line
}

func isBreak(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }

func (s Style) expand(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "{{instanceName}}", s.InstanceName))
}

func addReplyTo(out *gomail.Msg, text string) error {
	if text == "" {
		return nil
	}
	address, err := parseAddress(text)
	if err != nil {
		return err
	}
	out.ReplyToMailAddress(address)
	return nil
}

// extraHeaders are those a Message may set; all others are ours.
var extraHeaders = map[string]bool{
	"In-Reply-To": true, "References": true, "Precedence": true, "List-Id": true, "List-Unsubscribe": true, "List-Unsubscribe-Post": true,
}

func addHeaders(out *gomail.Msg, headers map[string]string) error {
	for name, value := range headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if !extraHeaders[name] && !isExtension(name) {
			return fault.New(fault.Internal, "The mail header %q is not one a message may set", name)
		}
		if len(value) > maxHeaderBytes || strings.ContainsFunc(value, unicode.IsControl) {
			return fault.New(fault.Invalid, "The mail header %q holds what it may not", name)
		}
		out.SetGenHeader(gomail.Header(name), value)
	}
	return nil
}

func isExtension(name string) bool {
	return strings.HasPrefix(name, "X-") && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
}

func addBodies(out *gomail.Msg, style Style, m Message) {
	signature := style.expand(style.Signature)
	if m.Text != "" {
		out.SetBodyString(gomail.TypeTextPlain, signText(m.Text, signature))
	}
	if m.HTML == "" {
		return
	}
	signed := signHTML(m.HTML, signature)
	if m.Text == "" {
		out.SetBodyString(gomail.TypeTextHTML, signed)
		return
	}
	out.AddAlternativeString(gomail.TypeTextHTML, signed)
}

// RFC 3676 §4.3: "-- " alone on a line begins the signature.
func signText(text, signature string) string {
	if signature == "" {
		return text
	}
	return strings.TrimRight(text, "\n") + "\n\n-- \n" + signature + "\n"
}

func signHTML(text, signature string) string {
	if signature == "" {
		return text
	}
	signature = "<p>" + strings.ReplaceAll(html.EscapeString(signature), "\n", "<br>") + "</p>"
	if i := strings.LastIndex(text, "</body>"); i >= 0 {
		return text[:i] + signature + text[i:]
	}
	return text + signature
}
