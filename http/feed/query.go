package feed

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lucarne/platform/fault"
	"lucarne/video"
)

// query reads the parameters of an address and collects what is refused.
type query struct {
	values  url.Values
	refused []fault.Param
}

// maxValues bounds the elements of a list in the address.
const maxValues = 100

func queryOf(r *http.Request) (*query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The query of the address cannot be read")
	}
	return &query{values: values}, nil
}

func (q *query) refuse(name, message string) {
	q.refused = append(q.refused, fault.Param{Name: name, Value: q.values.Get(name), Message: message, Location: "query"})
}

func (q *query) err() error { return fault.InvalidParams(q.refused) }

// text is a parameter without what no name or text holds.
func (q *query) text(name string) string {
	value := q.values.Get(name)
	if strings.ContainsRune(value, 0) {
		q.refuse(name, "Invalid value")
		return ""
	}
	return value
}

// id is a positive number, 0 when it was not sent.
func (q *query) id(name string) int64 {
	text := q.values.Get(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		q.refuse(name, "Should have a valid id")
		return 0
	}
	return n
}

// flag is nil when the parameter was not sent, or is "both".
func (q *query) flag(name string) *bool {
	text := q.values.Get(name)
	if text == "" || text == "both" {
		return nil
	}
	value, err := strconv.ParseBool(text)
	if err != nil {
		q.refuse(name, "Should be a boolean")
		return nil
	}
	return &value
}

// list reads `name=a&name=b`, `name[]=a` and `name[0]=a`.
func (q *query) list(name string) []string {
	var found []string
	for key, values := range q.values {
		if key == name || strings.HasPrefix(key, name+"[") {
			found = append(found, values...)
		}
	}
	slices.Sort(found)
	if len(found) > maxValues || slices.ContainsFunc(found, func(s string) bool { return strings.ContainsRune(s, 0) }) {
		q.refuse(name, "Invalid value")
		return nil
	}
	return found
}

func (q *query) numbers(name string) []int {
	var found []int
	for _, text := range q.list(name) {
		n, err := strconv.Atoi(text)
		if err != nil {
			q.refuse(name, "Should be numbers")
			return nil
		}
		found = append(found, n)
	}
	return found
}

// filter reads which videos a feed holds.
func (q *query) filter(hidesNSFW bool) video.Filter {
	f := video.Filter{
		Include: video.IncludeFiles, Search: q.text("search"), Categories: q.numbers("categoryOneOf"), Licences: q.numbers("licenceOneOf"),
		Languages: q.list("languageOneOf"), TagsOneOf: q.list("tagsOneOf"), TagsAllOf: q.list("tagsAllOf"), NSFW: q.flag("nsfw"),
		IsLocal: q.flag("isLocal"), IsLive: q.flag("isLive"), HasHLSFiles: q.flag("hasHLSFiles"), HasWebVideoFiles: q.flag("hasWebVideoFiles"),
	}
	if hidesNSFW && q.values.Get("nsfw") == "" {
		f.NSFW = new(false)
	}
	if host := q.text("host"); host != "" {
		f.Host = &host
	}
	return f
}

// sort reads the order; newest first unless the reader asks otherwise.
func (q *query) sort() video.Sort {
	text := q.values.Get("sort")
	if text == "" {
		text = "-publishedAt"
	}
	order, err := video.ParseSort(text)
	if err != nil {
		q.refuse("sort", "Should have a valid sort column")
	}
	return order
}
