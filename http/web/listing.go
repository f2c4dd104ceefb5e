package web

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/video"
)

// listing is a list of videos as the address of a page describes it. What the address says wrongly filters nothing: a link
// that is old or mistyped still shows videos.
type listing struct {
	search   string
	sort     string
	scope    string // "local", "federated", "" all
	category int
	licence  int
	language string
	tags     []string
	length   string // a name of lengths
	live     string // "true", "false", "" both
	nsfw     string // "true", "false", "both", "" as the policy says
	page     int
}

// The bounds of what an address may ask for.
const (
	maxSearch  = 500
	maxTags    = 10
	maxTag     = 60
	maxPageNow = 1000 // beyond it lists get slow for nobody's good
)

// lengths bound how long a video is, in seconds; 0 is no bound.
var lengths = map[string]struct{ least, most int }{"short": {0, 4 * 60}, "medium": {4 * 60, 20 * 60}, "long": {20 * 60, 0}}

// sorts are the orders people choose among, by the API's name.
var sorts = []string{"-publishedAt", "-trending", "-hot", "-views", "-likes", "name", "-originallyPublishedAt"}

func readListing(q url.Values) listing {
	l := listing{
		search: strings.TrimSpace(clip(q.Get("search"), maxSearch)), sort: oneOf(q.Get("sort"), append(sorts, "-match")...), scope: oneOf(q.Get("scope"), "local", "federated"),
		language: q.Get("languageOneOf"), length: q.Get("duration"), live: oneOf(q.Get("live"), "true", "false"),
		nsfw: oneOf(q.Get("nsfw"), "true", "false", "both"),
	}
	l.category, _ = strconv.Atoi(q.Get("categoryOneOf"))
	l.licence, _ = strconv.Atoi(q.Get("licenceOneOf"))
	if !constant.Categories().Has(l.category) {
		l.category = 0
	}
	if !constant.Licences().Has(l.licence) {
		l.licence = 0
	}
	if !constant.Languages().Has(l.language) {
		l.language = ""
	}
	if _, known := lengths[l.length]; !known {
		l.length = ""
	}
	l.tags = readTags(q["tagsOneOf"])
	l.page, _ = strconv.Atoi(q.Get("page"))
	l.page = min(max(l.page, 1), maxPageNow)
	return l
}

// readTags takes one tag per value, or several with commas, as the form sends them.
func readTags(values []string) []string {
	var tags []string
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			if tag = strings.TrimSpace(clip(tag, maxTag)); tag != "" && len(tags) < maxTags {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

func oneOf(value string, allowed ...string) string {
	for _, one := range allowed {
		if value == one {
			return value
		}
	}
	return ""
}

// clip cuts a text to at most n characters, and what is no text away.
func clip(value string, n int) string {
	text := []rune(strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", ""), ""))
	return string(text[:min(len(text), n)])
}

// isNarrowed reports whether more than an order was chosen.
func (l listing) isNarrowed() bool { return l.narrowedBy() > 0 }

// narrowedBy counts the filters in use.
func (l listing) narrowedBy() int {
	n := 0
	for _, isUsed := range []bool{
		l.scope != "", l.category != 0, l.licence != 0, l.language != "", len(l.tags) > 0, l.length != "", l.live != "", l.nsfw != "",
	} {
		if isUsed {
			n++
		}
	}
	return n
}

// url is the address of another page of the list below path.
func (l listing) url(path string, page int) string {
	q := url.Values{
		"search": {l.search}, "sort": {l.sort}, "scope": {l.scope}, "languageOneOf": {l.language}, "tagsOneOf": l.tags, "duration": {l.length},
		"live": {l.live}, "nsfw": {l.nsfw}, "categoryOneOf": {numberOrNone(l.category)}, "licenceOneOf": {numberOrNone(l.licence)},
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return withQuery(path, q)
}

func numberOrNone(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// filter is what the list asks of the videos.
func (r *request) filter(l listing) video.Filter {
	f := video.Filter{Search: l.search, TagsOneOf: l.tags}
	if l.scope != "" {
		isLocal := l.scope == "local"
		f.IsLocal = &isLocal
	}
	if l.category != 0 {
		f.Categories = []int{l.category}
	}
	if l.licence != 0 {
		f.Licences = []int{l.licence}
	}
	if l.language != "" {
		f.Languages = []string{l.language}
	}
	if l.live != "" {
		isLive := l.live == "true"
		f.IsLive, f.IncludeScheduledLive = &isLive, isLive
	}
	l.bound(&f)
	r.chooseSensitive(&f, l.nsfw)
	return f
}

func (l listing) bound(f *video.Filter) {
	bounds := lengths[l.length]
	if bounds.least > 0 {
		f.MinSeconds = &bounds.least
	}
	if bounds.most > 0 {
		f.MaxSeconds = &bounds.most
	}
}

func (r *request) chooseSensitive(f *video.Filter, wanted string) {
	switch wanted {
	case "":
		r.hideSensitive(f)
	case "true", "false":
		isWanted := wanted == "true"
		f.NSFW = &isWanted
	}
}

// find reads the page of videos the address asks for. byDefault is the order when it names none that is known.
func (r *request) find(l listing, byDefault video.Sort, narrow func(*video.Filter)) (found []ui.Card, total int, err error) {
	f := r.filter(l)
	if narrow != nil {
		narrow(&f)
	}
	by, err := video.ParseSort(l.sort)
	if err != nil || l.sort == "" || (by.By == "match" && f.Search == "") {
		by = byDefault
	}
	size := r.settings.pageSize()
	list, err := r.pages.Videos.List(r.Context(), r.viewer, f, video.Page{Start: (l.page - 1) * size, Count: size, Sort: by})
	return r.cards(list.Videos), list.Total, err
}

// pagination links the pages of a list.
func (r *request) pagination(l listing, path string, total int) ui.Pages {
	size := r.settings.pageSize()
	last := min((total+size-1)/size, maxPageNow)
	return ui.Pages{Current: l.page, Last: last, URL: func(page int) string { return l.url(path, page) }}
}

func label[K comparable](r *request, table constant.Table[K], id K) string {
	return table.Label(id, language.Make(r.t.Code()))
}

// options are the entries of a closed list, after one that chooses none of them.
func options[K comparable](r *request, table constant.Table[K], none string, chosen K, write func(K) string) []ui.Option {
	list := []ui.Option{{Value: "", Label: none}}
	for entry := range table.All() {
		list = append(list, ui.Option{Value: write(entry.ID), Label: label(r, table, entry.ID), Selected: entry.ID == chosen})
	}
	return list
}

// choices are options whose labels are in the catalogue.
func choices(chosen string, pairs ...string) []ui.Option {
	list := make([]ui.Option, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, ui.Option{Value: pairs[i], Label: pairs[i+1], Selected: pairs[i] == chosen})
	}
	return list
}
