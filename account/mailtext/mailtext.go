// Package mailtext writes the mails about accounts, in English and French, as text and as HTML.
package mailtext

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"golang.org/x/text/language"

	"lucarne/platform/mail"
)

// Kind is what a mail is about.
type Kind string

// The kinds of mails.
const (
	VerifyEmail          Kind = "verify-email"
	VerifyRegistration   Kind = "verify-registration"
	ResetPassword        Kind = "reset-password"
	CreatePassword       Kind = "create-password"
	RegistrationAccepted Kind = "registration-accepted"
	RegistrationRejected Kind = "registration-rejected"
	Blocked              Kind = "blocked"
	Unblocked            Kind = "unblocked"
)

// Values fill a mail in. What its kind does not need stays empty.
type Values struct {
	Site     string // its host
	Username string
	Link     string // what to open
	Lifetime string // of the link, in hours
	Message  string // of a moderator
}

//go:embed text/*.txt
var files embed.FS

// languages are those there are texts for; the first serves everybody else.
var (
	languages = []language.Tag{language.English, language.French}
	matcher   = language.NewMatcher(languages)
)

// texts are parsed once: file name → template.
var texts = texttemplate.Must(texttemplate.ParseFS(files, "text/*.txt"))

// page is the HTML around the paragraphs of a text.
var page = htmltemplate.Must(htmltemplate.New("page").Parse(
	`{{range .Paragraphs}}<p>{{.}}</p>
{{end}}{{with .Link}}<p><a href="{{.}}">{{.}}</a></p>
{{end}}`))

// Write composes a mail in the language of a BCP 47 tag, or the nearest there is. To is left to the caller.
func Write(kind Kind, tag string, v Values) (mail.Message, error) {
	wanted, _ := language.Parse(tag)
	_, index, _ := matcher.Match(wanted)
	base, _ := languages[index].Base()
	var text bytes.Buffer
	if err := texts.ExecuteTemplate(&text, string(kind)+"."+base.String()+".txt", v); err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", kind, err)
	}
	subject, body, _ := strings.Cut(strings.TrimSpace(text.String()), "\n")
	html, err := asHTML(body, v.Link)
	if err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", kind, err)
	}
	return mail.Message{Subject: subject, Text: strings.TrimSpace(body) + "\n", HTML: html}, nil
}

// asHTML makes paragraphs of the text, and of the line that is the link alone a link.
func asHTML(body, link string) (string, error) {
	var paragraphs []string
	for _, paragraph := range strings.Split(strings.TrimSpace(body), "\n\n") {
		if link == "" || strings.TrimSpace(paragraph) != link {
			paragraphs = append(paragraphs, paragraph)
		}
	}
	var html bytes.Buffer
	err := page.Execute(&html, struct {
		Paragraphs []string
		Link       string
	}{paragraphs, link})
	return html.String(), err
}
