package replay_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// names translate what the recorded server called things into what ours calls them. They grow with each pair of answers.
type names struct {
	texts   map[string]string
	numbers map[numbered]string
}

// numbered is a recorded id: PeerTube counts each kind of thing on its own.
type numbered struct {
	kind string
	id   string
}

func newNames(host string) *names {
	n := &names{texts: make(map[string]string), numbers: make(map[numbered]string)}
	n.texts[recordedHost], n.texts[url.QueryEscape(recordedHost)] = host, url.QueryEscape(host)
	return n
}

// unrecordedToken is the second file token of the private film: only the answer that gave the first was kept.
const fileToken, unrecordedToken = "1ac6c7e7-e71e-4dfe-afef-97cd0eaec60f", "15b76e7b-bd2f-4a4d-ab8f-38211ae6e0a5"

// recordedHost is where the recorded server answered.
const recordedHost = "localhost:9100"

var (
	uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

	// secrets are the fields whose whole value the server made up.
	secrets = []string{"access_token", "refresh_token", "client_id", "client_secret", "shortUUID", "token"}
	// kinds say of what an id is, by the field that holds the thing.
	kinds = map[string]string{
		"user": "user", "account": "account", "byAccount": "account", "video": "video", "channel": "channel", "videoChannel": "channel",
		"videoChannels[]": "channel", "files[]": "file",
	}
	// answers say of what the id of an answer is, by where it was asked for.
	answers = []struct{ prefix, kind string }{
		{"/api/v1/users", "user"}, {"/api/v1/accounts", "account"}, {"/api/v1/video-channels", "channel"}, {"/api/v1/videos", "video"},
	}
	// addresses are where ids stand in the addresses of requests.
	addresses = []struct {
		at   *regexp.Regexp
		kind string
	}{
		{regexp.MustCompile(`/metadata/(\d+)`), "file"},
		{regexp.MustCompile(`videoFileIds=(\d+)`), "file"},
		{regexp.MustCompile(`videoChannelId=(\d+)`), "channel"},
		{regexp.MustCompile(`accountId=(\d+)`), "account"},
		{regexp.MustCompile(`/api/v1/users/(\d+)`), "user"},
		{regexp.MustCompile(`/videos/(\d+)`), "video"},
	}
	uploadID = regexp.MustCompile(`upload_id=([^&]+)`)
)

// learn takes what corresponds in two answers, place by place.
func (n *names) learn(p place, requested string) {
	if p.guessed {
		return
	}
	switch recorded := p.want.(type) {
	case string:
		ours, _ := p.got.(string)
		n.learnText(p.field(), recorded, ours)
	case float64:
		ours, isNumber := p.got.(float64)
		if kind := kindOf(p, requested); isNumber && kind != "" {
			n.numbers[numbered{kind, number(recorded)}] = number(ours)
		}
	}
}

func (n *names) learnText(field, recorded, ours string) {
	if ours == "" {
		return
	}
	if slices.Contains(secrets, field) {
		n.texts[recorded] = ours
		return
	}
	theirs, mine := uuid.FindAllString(recorded, -1), uuid.FindAllString(ours, -1)
	if len(theirs) != len(mine) {
		return
	}
	for i, one := range theirs {
		n.texts[one] = mine[i]
	}
	if last := path.Base(recorded); len(theirs) > 0 && strings.HasPrefix(recorded, "/lazy-static/") {
		n.texts[last] = path.Base(ours) // also its extension may differ
	}
}

// learnLocation takes where an upload continues.
func (n *names) learnLocation(recorded, ours string) {
	theirs, mine := uploadID.FindStringSubmatch(recorded), uploadID.FindStringSubmatch(ours)
	if theirs != nil && mine != nil {
		n.texts[theirs[1]] = mine[1]
	}
}

// kindOf is what the number at a place counts, "" when it is no id.
func kindOf(p place, requested string) string {
	if p.field() == "userId" {
		return "user"
	}
	if p.field() != "id" {
		return ""
	}
	if kind, known := kinds[p.parent()]; known {
		return kind
	}
	if p.path != "id" && p.path != "data[].id" {
		return ""
	}
	for _, a := range answers {
		if strings.HasPrefix(requested, a.prefix) {
			return a.kind
		}
	}
	return ""
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// text translates every known name in a text.
func (n *names) text(recorded string) string {
	theirs := slices.Collect(maps.Keys(n.texts))
	slices.SortFunc(theirs, func(a, b string) int { return len(b) - len(a) }) // what contains another goes first
	pairs := make([]string, 0, 2*len(theirs))
	for _, one := range theirs {
		pairs = append(pairs, one, n.texts[one])
	}
	recorded = strings.ReplaceAll(recorded, unrecordedToken, fileToken)
	return strings.NewReplacer(pairs...).Replace(recorded)
}

// address translates the address of a request.
func (n *names) address(recorded string) string {
	for _, a := range addresses {
		recorded = a.at.ReplaceAllStringFunc(recorded, func(found string) string {
			id := a.at.FindStringSubmatch(found)[1]
			if ours, known := n.numbers[numbered{a.kind, id}]; known {
				return strings.TrimSuffix(found, id) + ours
			}
			return found
		})
	}
	return n.text(recorded)
}

// value translates a body.
func (n *names) value(recorded any) any {
	switch r := recorded.(type) {
	case string:
		return n.text(r)
	case []any:
		list := make([]any, len(r))
		for i, one := range r {
			list[i] = n.value(one)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(r))
		for name, one := range r {
			object[name] = n.value(one)
			if id, isNumber := one.(float64); isNumber && name == "channelId" {
				object[name] = n.id("channel", id)
			}
		}
		return object
	}
	return recorded
}

func (n *names) id(kind string, recorded float64) json.Number {
	if ours, known := n.numbers[numbered{kind, number(recorded)}]; known {
		return json.Number(ours)
	}
	return json.Number(number(recorded))
}

// fields translates an answer's texts and, since one answer has fields named after files, the names of its fields.
func (n *names) fields(recorded any) any {
	object, isObject := n.value(recorded).(map[string]any)
	if !isObject {
		return n.value(recorded)
	}
	translated := make(map[string]any, len(object))
	for name, value := range object {
		translated[n.text(name)] = value
	}
	return translated
}
