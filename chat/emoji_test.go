package chat_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func pngOf(t testing.TB, side int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = byte(i / 4)
	}
	var out bytes.Buffer
	must(t, png.Encode(&out, img))
	return out.Bytes()
}

func gifOf(t testing.TB, side, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 10)
	}
	var out bytes.Buffer
	must(t, gif.EncodeAll(&out, g))
	return out.Bytes()
}

func TestEmojisOfAChannel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.Channel(t, "alice").ID
		bob, _ := w.enter(t, visitor("bob"))
		m := w.send(t, bob, "hi")
		refused(t, w.rooms.React(t.Context(), bob, m.ID, ":wave:", true), fault.Invalid, "emoji")
		made, err := w.rooms.SetEmojis(t.Context(), w.owner, id, []chat.NewEmoji{
			{Name: ":wave:", Picture: pngOf(t, 300), IsIcon: true}, {Name: "dance", Picture: gifOf(t, 20, 3)}, {Name: "still", Picture: gifOf(t, 20, 1)},
		})
		must(t, err)
		var ends []string
		for _, e := range made {
			ends = append(ends, e.Name+e.File[strings.IndexByte(e.File, '.'):])
		}
		if want := "[wave.png dance.gif still.jpg]"; fmt.Sprint(ends) != want {
			t.Errorf("made %s, want %s", ends, want)
		}
		must(t, w.rooms.React(t.Context(), bob, m.ID, ":wave:", true))
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{EmojiOnly: true}))
		w.send(t, bob, ":dance: :wave:")
		_, err = w.rooms.Send(t.Context(), bob, chat.Post{Body: ":unknown:"})
		refused(t, err, fault.Forbidden, "Only emoji")
		kept, err := w.rooms.SetEmojis(t.Context(), w.owner, id, []chat.NewEmoji{{Name: "wave", File: made[0].File}})
		if err != nil || len(kept) != 1 || kept[0].File != made[0].File {
			t.Fatalf("kept %+v, %v", kept, err)
		}
		if _, err := w.rooms.OpenEmoji(t.Context(), id, made[1].File); !fault.Is(err, fault.NotFound) {
			t.Errorf("the file of one that is gone: %v", err)
		}
		object, err := w.rooms.OpenEmoji(t.Context(), id, made[0].File)
		must(t, err)
		data, err := io.ReadAll(object.Content)
		must(t, err)
		must(t, object.Close())
		if size, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || size.Width != 96 {
			t.Errorf("drawn %d wide, %v", size.Width, err)
		}
		if _, err := w.rooms.OpenEmoji(t.Context(), id+1, "../"+made[0].File); !fault.Is(err, fault.NotFound) {
			t.Errorf("out of the folder: %v", err)
		}
	})
}

func TestEmojiFilesGoThereAndBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.Channel(t, "alice").ID
		_, err := w.rooms.SetEmojis(t.Context(), w.owner, id, []chat.NewEmoji{{Name: "wave", Picture: pngOf(t, 20), IsIcon: true}, {Name: "dance", Picture: gifOf(t, 20, 2)}})
		must(t, err)
		file, err := w.rooms.ExportEmojis(t.Context(), w.owner, id)
		must(t, err)
		list, err := chat.ParseEmojis(bytes.NewReader(file))
		must(t, err)
		made, err := w.rooms.SetEmojis(t.Context(), w.owner, id, list)
		if err != nil || len(made) != 2 || made[0].Name != "wave" || !made[0].IsIcon || !strings.HasSuffix(made[1].File, ".gif") {
			t.Errorf("back: %+v, %v", made, err)
		}
		_, err = w.rooms.ExportEmojis(t.Context(), w.User(t, "x", account.Ordinary), id)
		refused(t, err, fault.Forbidden, "owner")
	})
}

func TestHostileEmojis(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	id := w.Channel(t, "alice").ID
	good := pngOf(t, 10)
	many := make([]chat.NewEmoji, 10_000)
	for i := range many {
		many[i] = chat.NewEmoji{Name: fmt.Sprint("e", i), Picture: good}
	}
	noise := make([]byte, 2000)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	huge := append([]byte(nil), good...)
	copy(huge[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // says it is 65536 × 65536
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for name, c := range map[string]struct {
		list []chat.NewEmoji
		kind fault.Kind
	}{
		"10,000":         {many, fault.TooMany},
		"large file":     {[]chat.NewEmoji{{Name: "x", Picture: make([]byte, 30<<10+1)}}, fault.TooLarge},
		"no picture":     {[]chat.NewEmoji{{Name: "x"}}, fault.Invalid},
		"noise":          {[]chat.NewEmoji{{Name: "x", Picture: noise}}, fault.Unsupported},
		"SVG":            {[]chat.NewEmoji{{Name: "x", Picture: []byte("<svg onload='alert(1)'/>")}}, fault.Unsupported},
		"damaged GIF":    {[]chat.NewEmoji{{Name: "x", Picture: gifOf(t, 50, 5)[:100]}}, fault.Invalid},
		"huge when read": {[]chat.NewEmoji{{Name: "x", Picture: huge}}, fault.TooLarge},
		"markup":         {[]chat.NewEmoji{{Name: "<b>", Picture: good}}, fault.Invalid},
		"space":          {[]chat.NewEmoji{{Name: "a b", Picture: good}}, fault.Invalid},
		"empty name":     {[]chat.NewEmoji{{Name: "::", Picture: good}}, fault.Invalid},
		"look-alike":     {[]chat.NewEmoji{{Name: "wаve", Picture: good}}, fault.Invalid},
		"long name":      {[]chat.NewEmoji{{Name: strings.Repeat("x", 61), Picture: good}}, fault.Invalid},
		"twice":          {[]chat.NewEmoji{{Name: "x", Picture: good}, {Name: ":x:", Picture: good}}, fault.Invalid},
		"two icons":      {[]chat.NewEmoji{{Name: "x", Picture: good, IsIcon: true}, {Name: "y", Picture: good, IsIcon: true}}, fault.Invalid},
		"another's file": {[]chat.NewEmoji{{Name: "x", File: "../2/y.png"}}, fault.Invalid},
	} {
		began := time.Now()
		if _, err := w.rooms.SetEmojis(t.Context(), w.owner, id, c.list); !fault.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %s", name, err, c.kind)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
	if left, err := w.rooms.Emojis(t.Context(), id); err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
	_, err := w.rooms.SetEmojis(t.Context(), w.User(t, "x", account.Ordinary), id, nil)
	refused(t, err, fault.Forbidden, "owner")
}

func TestHostileFilesOfEmojis(t *testing.T) {
	entry := `{"sn":":x:","url":"data:image/png;base64,` + base64.StdEncoding.EncodeToString(pngOf(t, 4)) + `"}`
	for name, c := range map[string]struct {
		file io.Reader
		kind fault.Kind
	}{
		"10,000":      {strings.NewReader("[" + strings.Repeat(entry+",", 9_999) + entry + "]"), fault.TooMany},
		"endless":     {io.MultiReader(strings.NewReader(`[{"sn":"`), endless{}), fault.Invalid},
		"no array":    {strings.NewReader(`{"sn":"x"}`), fault.Invalid},
		"cut off":     {strings.NewReader("[" + entry), fault.Invalid},
		"deep":        {strings.NewReader("[" + strings.Repeat("[", 100_000)), fault.Invalid},
		"no base64":   {strings.NewReader(`[{"sn":":x:","url":"data:image/png,abc"}]`), fault.Invalid},
		"bad base64":  {strings.NewReader(`[{"sn":":x:","url":"data:image/png;base64,%%"}]`), fault.Invalid},
		"large":       {strings.NewReader(`[{"sn":":x:","url":"data:image/png;base64,` + strings.Repeat("A", 50_000) + `"}]`), fault.TooLarge},
		"no address":  {strings.NewReader(`[{"sn":":x:","url":""}]`), fault.Invalid},
		"bad address": {strings.NewReader(`[{"sn":":x:","url":"http://[::1"}]`), fault.Invalid},
	} {
		if _, err := chat.ParseEmojis(c.file); !fault.Is(err, c.kind) {
			t.Errorf("%s: got %v, want %s", name, err, c.kind)
		}
	}
}

// endless gives one letter for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func FuzzParseEmojis(f *testing.F) {
	f.Add([]byte(`[{"sn":":x:","url":"data:image/png;base64,AAAA","isCategoryEmoji":true}]`))
	f.Add([]byte(`[{"sn":"x","url":"https://h.example/plugins/livechat/router/emojis/channel/1/files/2.png"}]`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := chat.ParseEmojis(bytes.NewReader(file))
		if (err == nil) == (list == nil) {
			t.Errorf("%d emoji and %v", len(list), err)
		}
		for _, e := range list {
			if (e.File == "") == (e.Picture == nil) || strings.Contains(e.File, "/") && e.File != "/" {
				t.Errorf("read %+v", e)
			}
		}
	})
}

func TestEmojiOnlyEverywhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bob, _ := w.enter(t, visitor("bob"))
		for range 2 {
			must(t, w.rooms.EmojiOnlyEverywhere(t.Context(), w.owner, w.Channel(t, "alice").ID))
		}
		if e := expect(t, bob, "changed"); !e.Settings.EmojiOnly {
			t.Errorf("told %+v", e.Settings)
		}
		silent(t, bob)
	})
}
