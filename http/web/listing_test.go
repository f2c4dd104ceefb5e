package web

import (
	"net/url"
	"reflect"
	"testing"
)

// FuzzReadListing looks for addresses that do not survive being read and written again, as the links between pages do.
func FuzzReadListing(f *testing.F) {
	for _, query := range []string{
		"", "sort=-views&page=3", "search=caf%C3%A9&tagsOneOf=a,b&tagsOneOf=c", "categoryOneOf=13&licenceOneOf=2&languageOneOf=fr", "scope=local&live=true&nsfw=both",
		"duration=short&page=99999999999", "search=%ff%00&tagsOneOf=%2C%2C", "sort=-match&search=%20a%20",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		read := readListing(values)
		again, err := url.Parse(read.url("/videos/browse", read.page))
		if err != nil {
			t.Fatal(err)
		}
		if got := readListing(again.Query()); !reflect.DeepEqual(got, read) {
			t.Errorf("%q reads as %+v, and written again as %+v", query, read, got)
		}
	})
}

func TestMoment(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{
		"": 0, "90": 90, "90s": 90, "1m30s": 90, "1h2m3s": 3723, "1:02:03": 3723, "-5": 0, "soon": 0, "99999999999999999999": 0,
	} {
		if got := moment(value); got != want {
			t.Errorf("%q: got %d, want %d", value, got, want)
		}
	}
}
