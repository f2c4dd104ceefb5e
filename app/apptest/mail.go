package apptest

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Letter is a mail the site wrote.
type Letter struct {
	To      string
	Subject string
	Text    string
}

const mailWithin = 10 * time.Second

// AwaitLetter waits for a mail to an address that is wanted, "" for any subject.
func (s *Server) AwaitLetter(t testing.TB, to string, isWanted func(Letter) bool) (found Letter) {
	t.Helper()
	Await(t, mailWithin, "a letter to "+to, func() bool {
		for _, l := range s.letters(t) {
			if strings.Contains(l.To, to) && isWanted(l) {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

func (s *Server) letters(t testing.TB) []Letter {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.Mail, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var list []Letter
	for _, path := range paths {
		letter, err := readLetter(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list = append(list, letter)
	}
	return list
}

func readLetter(path string) (Letter, error) {
	file, err := os.Open(path)
	if err != nil {
		return Letter{}, err
	}
	defer file.Close()
	message, err := mail.ReadMessage(file)
	if err != nil {
		return Letter{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return Letter{}, err
	}
	text, err := textOf(message)
	return Letter{To: message.Header.Get("To"), Subject: subject, Text: text}, err
}

// textOf is the plain text of a mail: all of it, or its part of that type.
func textOf(m *mail.Message) (string, error) {
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return readText(m.Body, m.Header.Get("Content-Transfer-Encoding"))
	}
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			return readText(part, part.Header.Get("Content-Transfer-Encoding"))
		}
	}
}

func readText(r io.Reader, encoding string) (string, error) {
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

var link = regexp.MustCompile(`https?://\S+`)

// Link is the first address in the letter that contains the text.
func (l Letter) Link(t testing.TB, containing string) string {
	t.Helper()
	for _, address := range link.FindAllString(l.Text, -1) {
		if strings.Contains(address, containing) {
			return strings.TrimRight(address, ".,)>")
		}
	}
	t.Fatalf("no address with %q in the letter %q:\n%s", containing, l.Subject, l.Text)
	return ""
}
