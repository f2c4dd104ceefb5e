package api

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"

	"lucarne/platform/fault"
)

func bodyOf(t *testing.T, contentType, body string) *input {
	t.Helper()
	hr := httptest.NewRequest("POST", "/", strings.NewReader(body))
	hr.Header.Set("Content-Type", contentType)
	in, err := (&request{Request: hr}).body()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestListsComeInEveryShape(t *testing.T) {
	cases := []struct{ name, contentType, body string }{
		{"JSON", "application/json", `{"tags":["a","b"]}`},
		{"brackets", "application/x-www-form-urlencoded", "tags[]=a&tags[]=b"},
		{"numbered", "application/x-www-form-urlencoded", "tags[0]=a&tags[1]=b"},
		{"repeated", "application/x-www-form-urlencoded", "tags=a&tags=b"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := bodyOf(t, c.contentType, c.body)
			if got := in.strings("tags"); !reflect.DeepEqual(got, []string{"a", "b"}) || in.err() != nil {
				t.Errorf("got %v, %v; want [a b]", got, in.err())
			}
		})
	}
	if got := bodyOf(t, "application/x-www-form-urlencoded", "tags=a").strings("tags"); !reflect.DeepEqual(got, []string{"a"}) {
		t.Errorf("a lone value: got %v", got)
	}
}

func TestNullClearsAndAbsentLeaves(t *testing.T) {
	in := bodyOf(t, "application/json", `{"category":null,"name":"x","nsfw":"true","count":"7"}`)
	if v := in.optInt("category"); v == nil || *v != 0 {
		t.Errorf("null: got %v, want a pointer to 0", v)
	}
	if v := in.optInt("licence"); v != nil {
		t.Errorf("absent: got %v, want nil", *v)
	}
	if v := in.optBool("nsfw"); v == nil || !*v {
		t.Errorf("boolean as text: got %v", v)
	}
	if v := in.optInt("count"); v == nil || *v != 7 {
		t.Errorf("number as text: got %v", v)
	}
}

func TestEverythingRefusedIsNamed(t *testing.T) {
	in := bodyOf(t, "application/json", `{"name":"x","privacy":125,"scheduleUpdate":{"updateAt":"not a date"},"tags":[1,{}]}`)
	in.optString("name", length(3, 120))
	in.optInt("privacy", between(1, 5))
	in.object("scheduleUpdate").optTime("updateAt", "Should be a date")
	in.strings("tags")
	in.require("channelId", "Should have a channel")
	err := in.err()
	if got, want := err.Error(), "Incorrect request parameters: name, privacy, scheduleUpdate.updateAt, tags, channelId"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBracketsNestObjects(t *testing.T) {
	in := bodyOf(t, "application/x-www-form-urlencoded", "scheduleUpdate[privacy]=1&scheduleUpdate[updateAt]=2026-01-02T03:04:05.000Z")
	inner := in.object("scheduleUpdate")
	if p := inner.optInt("privacy"); p == nil || *p != 1 {
		t.Errorf("privacy: got %v", p)
	}
	if at := inner.optTime("updateAt", ""); at == nil || at.Year() != 2026 {
		t.Errorf("updateAt: got %v", at)
	}
}

func TestHostileBodies(t *testing.T) {
	cases := []struct {
		name, contentType, body string
		want                    fault.Kind
	}{
		{"not JSON", "application/json", "{", fault.Invalid},
		{"a list", "application/json", "[1]", fault.Invalid},
		{"two objects", "application/json", "{}{}", fault.Invalid},
		{"unknown type", "text/plain", "x", fault.Unsupported},
		{"deep brackets", "application/x-www-form-urlencoded", "a" + strings.Repeat("[b]", 50) + "=1", fault.Invalid},
		{"many fields", "application/x-www-form-urlencoded", manyFields(), fault.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			hr := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
			hr.Header.Set("Content-Type", c.contentType)
			_, err := (&request{Request: hr}).body()
			if fault.KindOf(err) != c.want || err == nil {
				t.Errorf("got %v, want kind %v", err, c.want)
			}
		})
	}
}

func manyFields() string {
	var b strings.Builder
	for i := range maxFields + 1 {
		b.WriteString("f" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) + "=1&")
	}
	return strings.TrimSuffix(b.String(), "&")
}

func form(t *testing.T, build func(w *multipart.Writer)) *request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	build(w)
	w.Close()
	hr := httptest.NewRequest("POST", "/", &body)
	hr.Header.Set("Content-Type", w.FormDataContentType())
	return &request{Request: hr}
}

func TestMultipartKeepsOnlyWhatIsExpected(t *testing.T) {
	folder := t.TempDir()
	r := form(t, func(w *multipart.Writer) {
		w.WriteField("name", "A film")
		w.WriteField("tags[]", "a")
		expected, _ := w.CreateFormFile("avatarfile", "../../me.png")
		expected.Write([]byte("png"))
		other, _ := w.CreateFormFile("other", "x")
		other.Write([]byte("ignored"))
	})
	in, files, done, err := r.multipart(folder, parts{"avatarfile": 100})
	if err != nil {
		t.Fatal(err)
	}
	if name := in.optString("name"); name == nil || *name != "A film" {
		t.Errorf("name: got %v", name)
	}
	if len(files) != 1 || files["avatarfile"].Size != 3 || files["avatarfile"].Filename != "me.png" {
		t.Errorf("files: got %+v", files)
	}
	done()
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d files left behind", len(left))
	}
}

func TestMultipartTooLargeLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	r := form(t, func(w *multipart.Writer) {
		file, _ := w.CreateFormFile("avatarfile", "me.png")
		file.Write(make([]byte, 101))
	})
	_, _, _, err := r.multipart(folder, parts{"avatarfile": 100})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want invalid", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d files left behind", len(left))
	}
}

func FuzzFormBody(f *testing.F) {
	for _, seed := range []string{"tags[]=a", "a[b][c]=d", "a[=1", "a]=1", "a[0]=x&a[1]=y", "a=1&a[b]=2", "[]=1", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		hr := httptest.NewRequest("POST", "/", strings.NewReader(body))
		hr.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		in, err := (&request{Request: hr}).body()
		if err != nil {
			return
		}
		for name := range in.fields {
			in.strings(name)
			in.optInt(name)
			in.object(name)
		}
	})
}
