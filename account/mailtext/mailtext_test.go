package mailtext

import (
	"strings"
	"testing"
)

var kinds = []Kind{VerifyEmail, VerifyRegistration, ResetPassword, CreatePassword, RegistrationAccepted, RegistrationRejected, Blocked, Unblocked}

func TestEveryKindIsThereInEveryLanguage(t *testing.T) {
	v := Values{Site: "video.example.org", Username: "alice", Link: "https://video.example.org/x?a=1&b=2", Lifetime: "1", Message: "<b>Sorry</b>"}
	for _, kind := range kinds {
		seen := make(map[string]bool)
		for _, tag := range []string{"en", "fr"} {
			m, err := Write(kind, tag, v)
			if err != nil {
				t.Fatal(err)
			}
			if m.Subject == "" || !strings.Contains(m.Text, "alice") || !strings.Contains(m.HTML, "<p>") || seen[m.Subject] {
				t.Errorf("%s in %s: got %+v", kind, tag, m)
			}
			if strings.Contains(m.HTML, "<b>") {
				t.Errorf("%s in %s: markup of people gets through: %s", kind, tag, m.HTML)
			}
			if strings.Contains(m.Text, v.Link) && !strings.Contains(m.HTML, `<a href="https://video.example.org/x?a=1&amp;b=2">`) {
				t.Errorf("%s in %s: the link is not one: %s", kind, tag, m.HTML)
			}
			seen[m.Subject] = true
		}
	}
}

func TestLanguages(t *testing.T) {
	for tag, want := range map[string]string{"": "Confirm", "en-GB": "Confirm", "fr-CA": "Confirmez", "ja": "Confirm", "../../x": "Confirm"} {
		m, err := Write(VerifyEmail, tag, Values{})
		if err != nil || !strings.HasPrefix(m.Subject, want+" ") {
			t.Errorf("%q: got %q, %v", tag, m.Subject, err)
		}
	}
}
