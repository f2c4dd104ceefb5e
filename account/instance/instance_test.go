package instance_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"lucarne/account/instance"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/mail"
	"lucarne/platform/picture"
	"lucarne/platform/setting"
)

func aPicture(t *testing.T) *bytes.Reader {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		img.Set(x, x%30, color.RGBA{R: uint8(x), A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func filesIn(t *testing.T, store *blob.Disk) int {
	t.Helper()
	n := 0
	for _, err := range store.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func disk(t *testing.T) *blob.Disk {
	t.Helper()
	store, err := blob.NewDisk(blob.DiskOptions{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestPicturesAreReplacedAndRemovedWithTheirFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		avatars, logos := disk(t), disk(t)
		pictures := instance.NewPictures(instance.PictureOptions{
			Settings: setting.New(d, clock.System{}), Renderer: picture.New(picture.Options{}), Clock: clock.System{}, Avatars: avatars, Logos: logos,
		})
		for range 2 { // the second replaces the first
			if err := pictures.Replace(t.Context(), instance.Avatar, aPicture(t)); err != nil {
				t.Fatal(err)
			}
		}
		if err := pictures.Replace(t.Context(), instance.Favicon, aPicture(t)); err != nil {
			t.Fatal(err)
		}
		images, err := pictures.List(t.Context(), instance.Avatar)
		if err != nil || len(images) != 4 || images[0].Width != 1500 || images[3].Width != 48 {
			t.Errorf("got %+v, %v; want four sizes, widest first", images, err)
		}
		if a, l := filesIn(t, avatars), filesIn(t, logos); a != 4 || l != 1 {
			t.Errorf("%d avatars and %d logos on disk, want 4 and 1", a, l)
		}
		if err := pictures.Replace(t.Context(), instance.Avatar, strings.NewReader("no picture")); !fault.Is(err, fault.Unsupported) && !fault.Is(err, fault.Invalid) {
			t.Errorf("not a picture: got %v", err)
		}
		if a := filesIn(t, avatars); a != 4 {
			t.Errorf("a refused picture left %d files, want 4", a)
		}
		for range 2 {
			if err := pictures.Remove(t.Context(), instance.Avatar); err != nil {
				t.Fatal(err)
			}
		}
		if images, _ := pictures.List(t.Context(), instance.Avatar); len(images) != 0 || filesIn(t, avatars) != 0 {
			t.Errorf("after removal: %+v, %d files", images, filesIn(t, avatars))
		}
	})
}

func TestHomepage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		page := instance.NewHomepage(setting.New(d, clock.System{}))
		if _, err := page.Get(t.Context()); !fault.Is(err, fault.NotFound) {
			t.Errorf("before: got %v, want not found", err)
		}
		if err := page.Put(t.Context(), "# Hello"); err != nil {
			t.Fatal(err)
		}
		if got, err := page.Get(t.Context()); got != "# Hello" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if err := page.Put(t.Context(), strings.Repeat("x", instance.MaxHomepage+1)); !fault.Is(err, fault.Invalid) {
			t.Errorf("too long: got %v, want invalid", err)
		}
		if err := page.Put(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		if exists, err := page.Exists(t.Context()); exists || err != nil {
			t.Errorf("after: %v, %v", exists, err)
		}
	})
}

type mailbox struct {
	isOff bool
	sent  []mail.Message
}

func (m *mailbox) Enabled() bool { return !m.isOff }

func (m *mailbox) Post(_ context.Context, message mail.Message) error {
	m.sent = append(m.sent, message)
	return nil
}

func TestContact(t *testing.T) {
	good := instance.Letter{FromName: "A", FromEmail: "a@example.org", Subject: "Hello", Body: "Hello there", IP: "192.0.2.1"}
	with := func(edit func(*instance.Letter)) instance.Letter {
		l := good
		edit(&l)
		return l
	}
	cases := []struct {
		name     string
		settings instance.ContactSettings
		isOff    bool
		letter   instance.Letter
		want     fault.Kind
	}{
		{"closed", instance.ContactSettings{}, false, good, fault.Conflict},
		{"no mail", instance.ContactSettings{IsOpen: true}, true, good, fault.Conflict},
		{"bad address", instance.ContactSettings{IsOpen: true}, false, with(func(l *instance.Letter) { l.FromEmail = "A <a@example.org>" }), fault.Invalid},
		{"header injection", instance.ContactSettings{IsOpen: true}, false, with(func(l *instance.Letter) { l.FromEmail = "a@example.org\r\nBcc: b@example.org" }), fault.Invalid},
		{"too short", instance.ContactSettings{IsOpen: true}, false, with(func(l *instance.Letter) { l.Body = "x" }), fault.Invalid},
		{"nobody", instance.ContactSettings{IsOpen: true}, false, with(func(l *instance.Letter) { l.FromName = "" }), fault.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			box := &mailbox{isOff: c.isOff}
			form := instance.NewContact(instance.ContactOptions{Mail: box, Clock: clock.System{}, Settings: func() instance.ContactSettings { return c.settings }})
			if err := form.Send(t.Context(), c.letter); !fault.Is(err, c.want) || len(box.sent) != 0 {
				t.Errorf("got %v and %d mails, want %v and none", err, len(box.sent), c.want)
			}
		})
	}
}

func TestContactOncePerHour(t *testing.T) {
	box, now := &mailbox{}, clock.NewFake(time.Now())
	form := instance.NewContact(instance.ContactOptions{Mail: box, Clock: now, Settings: func() instance.ContactSettings {
		return instance.ContactSettings{IsOpen: true, Administrator: "admin@example.org"}
	}})
	letter := instance.Letter{FromName: "A, B", FromEmail: "a@example.org", Subject: "Hello", Body: "Hello there", IP: "192.0.2.1"}
	if err := form.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if err := form.Send(t.Context(), letter); !fault.Is(err, fault.Forbidden) {
		t.Errorf("again at once: got %v, want forbidden", err)
	}
	now.Advance(time.Hour)
	if err := form.Send(t.Context(), letter); err != nil {
		t.Errorf("an hour later: %v", err)
	}
	if len(box.sent) != 2 || box.sent[0].To != "admin@example.org" || box.sent[0].ReplyTo != `"A, B" <a@example.org>` {
		t.Errorf("sent %+v", box.sent)
	}
}
