package chat

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// SharedList is what somebody publishes for others to use: forbidden words, and servers nobody wants to hear of. docs/chat-lists.md describes
// how it travels.
type SharedList struct {
	Name        string
	Description string
	Publisher   string // address of the site
	UpdatedAt   time.Time
	Words       []SharedWords
	Domains     []string // host names: neither people from there nor links to there
}

// SharedWords are words of one language.
type SharedWords struct {
	Language string // "" any
	Inside   bool   // looked for inside other words too
	Entries  []string
}

// Bounds of shared lists. Those of words are the rules'.
const (
	MaxListDocument   = 1 << 20 // bytes
	maxListName       = 100
	maxListText       = 1000
	maxListDomains    = 10_000
	maxDomainBytes    = 253 // RFC 1035 §2.3.4
	listType          = "lucarne-chat-list"
	listVersion       = 1
	maxListClockError = 24 * time.Hour // ahead of ours
)

// listDocument is the file: the content is a JSON text of its own, so that what is signed is what is read, byte for byte.
type listDocument struct {
	Key       string `json:"key"`       // base64: Ed25519 public key (RFC 8032)
	Signature string `json:"signature"` // base64: of the bytes of content
	Content   string `json:"content"`
}

type listContent struct {
	Type        string        `json:"type"`
	Version     int           `json:"version"`
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Publisher   string        `json:"publisher,omitempty"`
	UpdatedAt   time.Time     `json:"updatedAt"`
	Words       []listEntries `json:"words"`
	Domains     []string      `json:"domains"`
}

type listEntries struct {
	Language string   `json:"language,omitempty"`
	Inside   bool     `json:"inside,omitempty"`
	Entries  []string `json:"entries"`
}

func (l SharedList) check() (SharedList, error) {
	l.Name, l.Description = strings.ReplaceAll(cleanBody(l.Name), "\n", " "), cleanBody(l.Description)
	if l.Name == "" || utf8.RuneCountInString(l.Name) > maxListName || utf8.RuneCountInString(l.Description) > maxListText || len(l.Publisher) > maxListText {
		return l, fault.New(fault.Invalid, "A shared list has a name of at most %d characters and a description of at most %d", maxListName, maxListText)
	}
	if len(l.Domains) > maxListDomains {
		return l, fault.New(fault.TooLarge, "A shared list has at most %d domains", maxListDomains)
	}
	for i, domain := range l.Domains {
		host, err := url.Parse("https://" + domain)
		if err != nil || host.Host != domain || host.Port() != "" || len(domain) > maxDomainBytes || !strings.Contains(domain, ".") {
			return l, fault.New(fault.Invalid, "A shared list names domains like evil.example")
		}
		l.Domains[i] = strings.ToLower(domain)
	}
	_, err := l.compile(rule.Hold)
	return l, err
}

func (l SharedList) compile(action rule.Action) (*rule.Shared, error) {
	lists := make([]rule.WordList, len(l.Words))
	for i, w := range l.Words {
		lists[i] = rule.WordList{Language: w.Language, Entries: w.Entries}
		if w.Inside {
			lists[i].Mode = rule.Plain
		}
	}
	return rule.CompileShared("list "+l.Name, rule.Policy{Enabled: true, Action: action}, lists, l.Domains)
}

// sign writes the file of a list.
func (l SharedList) sign(key ed25519.PrivateKey) ([]byte, error) {
	content := []byte(l.text())
	return json.Marshal(listDocument{
		Key: encode64(key.Public().(ed25519.PublicKey)), Signature: encode64(ed25519.Sign(key, content)), Content: string(content),
	})
}

func encode64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func (l SharedList) text() string {
	c := listContent{
		Type: listType, Version: listVersion, Name: l.Name, Description: l.Description, Publisher: l.Publisher, UpdatedAt: l.UpdatedAt.UTC(), Domains: l.Domains,
	}
	for _, w := range l.Words {
		c.Words = append(c.Words, listEntries(w))
	}
	text, _ := json.Marshal(c) // strings, numbers and times always can be written
	return string(text)
}

// ParseList reads the file of a shared list and checks that it is signed with the key it comes with, which is for the caller to trust or not.
func ParseList(file []byte) (l SharedList, publicKey string, err error) {
	if len(file) > MaxListDocument {
		return l, "", fault.New(fault.TooLarge, "A shared list has at most %d bytes", MaxListDocument)
	}
	var d listDocument
	if err := json.Unmarshal(file, &d); err != nil {
		return l, "", fault.New(fault.Invalid, "This is no shared list").Because(err)
	}
	key, err := base64.StdEncoding.DecodeString(d.Key)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return l, "", fault.New(fault.Invalid, "The key of the shared list cannot be read")
	}
	signature, err := base64.StdEncoding.DecodeString(d.Signature)
	if err != nil || !ed25519.Verify(key, []byte(d.Content), signature) {
		return l, "", fault.New(fault.Invalid, "The signature of the shared list is wrong")
	}
	l, err = parseListContent(d.Content)
	return l, encode64(key), err
}

func parseListContent(text string) (SharedList, error) {
	var c listContent
	if err := json.Unmarshal([]byte(text), &c); err != nil || c.Type != listType {
		return SharedList{}, fault.New(fault.Invalid, "This is no shared list").Because(err)
	}
	if c.Version != listVersion {
		return SharedList{}, fault.New(fault.Unsupported, "The shared list is of another version, %d", c.Version)
	}
	l := SharedList{Name: c.Name, Description: c.Description, Publisher: c.Publisher, UpdatedAt: c.UpdatedAt, Domains: c.Domains}
	for _, w := range c.Words {
		l.Words = append(l.Words, SharedWords(w))
	}
	return l.check()
}
