package mail_test

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
	"lucarne/platform/mail"
)

var noon = clock.NewFake(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))

func compose(t *testing.T, m mail.Message, style mail.Style) *netmail.Message {
	t.Helper()
	raw, err := mail.Compose(m, style, noon)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return parsed
}

func header(t *testing.T, m *netmail.Message, name string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestComposeHeaders(t *testing.T) {
	t.Parallel()
	style := mail.Style{InstanceName: "Télé", SubjectPrefix: "[{{instanceName}}]"}
	m := compose(t, mail.Message{
		To: "Zoé <zoe@peer.test>", ReplyTo: "reply@peer.test", Subject: "Bonjour\r\nBcc: all@peer.test\tà toi", Text: "x",
		Headers: map[string]string{"List-Unsubscribe": "<https://tube.test/u>", "x-kind": "welcome"},
	}, style)
	for name, want := range map[string]string{
		"From": `"Site" <site@tube.test>`, "To": `"Zoé" <zoe@peer.test>`, "Reply-To": "<reply@peer.test>", "Bcc": "",
		"Subject": "[Télé] Bonjour Bcc: all@peer.test à toi", "Date": "Mon, 04 May 2026 12:00:00 +0000",
		"List-Unsubscribe": "<https://tube.test/u>", "X-Kind": "welcome", "Auto-Submitted": "auto-generated",
	} {
		got := header(t, m, name)
		if name == "To" { // the encoded name comes without quotes
			got = strings.Replace(got, "Zoé <", `"Zoé" <`, 1)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if id := m.Header.Get("Message-Id"); !strings.HasSuffix(id, "@tube.test>") {
		t.Errorf("Message-ID: got %s, want one of our domain", id)
	}
}

func TestComposeBodies(t *testing.T) {
	t.Parallel()
	signed := mail.Style{InstanceName: "Tube", Signature: "{{instanceName}}\n<us>"}
	cases := []struct {
		name  string
		m     mail.Message
		style mail.Style
		want  []string // in this order
	}{
		{"text", mail.Message{Text: "hello"}, mail.Style{}, []string{"hello"}},
		{"text, signed", mail.Message{Text: "hello\n"}, signed, []string{"hello\r\n\r\n--", "\r\nTube\r\n<us>"}},
		{"html fragment", mail.Message{HTML: "<p>hi</p>"}, signed, []string{"<p>hi</p><p>Tube<br>&lt;us&gt;</p>"}},
		{"html document", mail.Message{HTML: "<body>hi</body>"}, signed, []string{"hi<p>Tube<br>&lt;us&gt;</p></body>"}},
		{"both", mail.Message{Text: "hello", HTML: "<p>hi</p>"}, mail.Style{}, []string{"text/plain", "hello", "text/html", "<p>hi</p>"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.m.To = "zoe@peer.test"
			body, err := io.ReadAll(compose(t, c.m, c.style).Body)
			if err != nil {
				t.Fatal(err)
			}
			rest := string(body)
			for _, part := range c.want {
				at := strings.Index(rest, part)
				if at < 0 {
					t.Fatalf("got\n%s\nwant %q in it", body, part)
				}
				rest = rest[at+len(part):]
			}
		})
	}
}

func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	good := mail.Message{To: "zoe@peer.test", Text: "x"}
	cases := map[string]struct {
		change func(*mail.Message)
		kind   fault.Kind
	}{
		"no recipient":          {func(m *mail.Message) { m.To = "" }, fault.Invalid},
		"two recipients":        {func(m *mail.Message) { m.To = "a@peer.test, b@peer.test" }, fault.Invalid},
		"recipient with break":  {func(m *mail.Message) { m.To = "a@peer.test\r\nBcc: b@peer.test" }, fault.Invalid},
		"quoted local part":     {func(m *mail.Message) { m.To = `"a b"@peer.test` }, fault.Invalid},
		"long recipient":        {func(m *mail.Message) { m.To = strings.Repeat("a", 400) + "@peer.test" }, fault.Invalid},
		"bad reply address":     {func(m *mail.Message) { m.ReplyTo = "nobody" }, fault.Invalid},
		"empty":                 {func(m *mail.Message) { m.Text = "" }, fault.Invalid},
		"header value injected": {func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: c@peer.test"} }, fault.Invalid},
		"header name injected":  {func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "c@peer.test"} }, fault.Internal},
		"header of ours":        {func(m *mail.Message) { m.Headers = map[string]string{"bcc": "c@peer.test"} }, fault.Internal},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := good
			c.change(&m)
			if _, err := mail.Compose(m, mail.Style{}, noon); !fault.Is(err, c.kind) {
				t.Errorf("got %v, want an error of kind %v", err, c.kind)
			}
		})
	}
}

func TestLongSubjectsAreCut(t *testing.T) {
	t.Parallel()
	m := compose(t, mail.Message{To: "a@peer.test", Subject: strings.Repeat("é", 1000), Text: "x"}, mail.Style{})
	if got := []rune(header(t, m, "Subject")); len(got) != 300 || got[299] != '…' {
		t.Errorf("subject: got %d runes, want 300 with an ellipsis", len(got))
	}
}

var ourHeaders = []string{
	"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Reply-To", "Subject", "To", "X-User",
}

// FuzzCompose checks that whatever users wrote adds neither a header nor a recipient.
func FuzzCompose(f *testing.F) {
	f.Add("zoe@peer.test", "a@b.test", "subject", "value", "text")
	f.Add("Zoé <zoe@peer.test>", "", "a\r\nBcc: b@peer.test", "v\r\nBcc: b@peer.test", "\r\n.\r\nMAIL FROM:<x@y.test>")
	f.Add(`"a\"b"@peer.test`, "<a@b.test>", "=?utf-8?q?=0D=0ABcc:_x@y.test?=", "=?utf-8?b?DQo=?=", "-- \n")
	f.Fuzz(func(t *testing.T, to, replyTo, subject, value, text string) {
		m := mail.Message{To: to, ReplyTo: replyTo, Subject: subject, Text: text, Headers: map[string]string{"X-User": value}}
		raw, err := mail.Compose(m, mail.Style{}, noon)
		if err != nil {
			return
		}
		parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v in\n%s", err, raw)
		}
		for name := range parsed.Header {
			if !slices.Contains(ourHeaders, name) {
				t.Errorf("header %q got in", name)
			}
		}
		if recipients, err := parsed.Header.AddressList("To"); err != nil || len(recipients) != 1 {
			t.Errorf("recipients: got %v, %v, want one", recipients, err)
		}
	})
}
