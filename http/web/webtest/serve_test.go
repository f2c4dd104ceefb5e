package webtest_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/http/web"
	"lucarne/http/web/ui"
	"lucarne/http/web/webtest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// addressVariable names the environment variable that has TestServe serve sample pages on its address until it is interrupted.
// "?as=root" signs in, "?as=" signs out.
const addressVariable = "LUCARNE_SAMPLE_PAGES"

// emptyVariable has it serve an instance as it is when it was just started.
const emptyVariable = "LUCARNE_SAMPLE_EMPTY"

// TestServe shows the pages with sample data, to be looked at.
func TestServe(t *testing.T) {
	address := os.Getenv(addressVariable)
	if address == "" {
		t.Skip(addressVariable + " is not set")
	}
	w := webtest.New(t, dbtest.SQLite(t), nil)
	fill(t, w)
	mux := http.NewServeMux()
	for prefix, kind := range map[string]blob.Kind{
		"/static/web-videos/": blob.WebVideos, "/lazy-static/thumbnails/": blob.Thumbnails, "/lazy-static/previews/": blob.Previews,
	} {
		mux.Handle(prefix, http.StripPrefix(prefix, http.FileServer(http.Dir(w.Blobs.Local(kind).Root()))))
	}
	mux.Handle(ui.AssetPath, ui.Assets())
	mux.Handle("/", signInAs(w.Handler))
	mux.HandleFunc("/sample/", func(answer http.ResponseWriter, r *http.Request) { sampleState(w, r) })
	mux.HandleFunc("/sample/chat/{room}", func(_ http.ResponseWriter, r *http.Request) { sampleCrowd(w, r) })
	mux.Handle("/static/streaming-playlists/", http.StripPrefix("/static/streaming-playlists/", http.FileServer(http.Dir(w.Blobs.Local(blob.StreamingPlaylists).Root()))))
	mux.HandleFunc("/sample/live/", func(answer http.ResponseWriter, r *http.Request) { sampleShow(t, w, r) })
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("http://" + address)
	if err := server.Serve(listener); err != nil {
		t.Log(err)
	}
}

// sampleState changes the instance as the address says: /sample/?broadcast=1.
func sampleState(w *webtest.World, r *http.Request) {
	w.Settings.Broadcast = web.Broadcast{}
	if r.URL.Query().Has("broadcast") {
		w.Settings.Broadcast = web.Broadcast{Message: "Maintenance on **Sunday**, 8 to 9 in the morning.", Tone: ui.Note, IsDismissable: true}
	}
}

func signInAs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.Query(); query.Has("as") {
			http.SetCookie(w, &http.Cookie{Name: webtest.SessionCookie, Value: query.Get("as"), Path: "/"})
			http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var sampleTitles = []string{
	"The footbridge, one year after: what the quarter gained and lost", "How a sourdough starter works", "Swifts under the roof",
	"Atelier vélo : changer une chaîne en dix minutes, sans se salir les mains", "Interview: thirty years of night trains",
	"Learning to read a tide table", "Concert in the courtyard: the complete recording", "Evening assembly at the town hall", "Kites",
	"A walk through the old printing works, with the last typesetter", "Repairing a radio from 1961", "The river at dawn", "Reading aloud: chapter one",
	"Seeds, and how to keep them for ten years", "Small grammar of the potter’s wheel",
}

func fill(t *testing.T, w *webtest.World) {
	t.Helper()
	w.Join(t, "root", account.Administrator)
	if os.Getenv(emptyVariable) != "" {
		return
	}
	clip := sampleClip(t)
	people := []account.Viewer{w.Join(t, "nadia", account.Ordinary), w.Join(t, "teo", account.Ordinary), w.Join(t, "mira", account.Ordinary)}
	for i, title := range sampleTitles {
		made := w.Film(t, people[i%3], clip, func(d *video.Draft) {
			d.Name, d.DurationSeconds = title, 20
			d.Description = "Since it opened, the walk from the station takes **six minutes** instead of nineteen.\n\n0:00 Before\n0:07 Building\n0:14 What changed\n\nMore on https://example.org and #bridges."
			d.Category, d.Licence, d.Language, d.Tags = 11+i%3, 1, "en", []string{"bridges", "town planning"}
			d.Support, d.NSFW = "Buy us a coffee at https://example.org/coffee.", i == 8
		})
		if err := w.Thumbnails.Set(t.Context(), made.ID, video.Pictures{Thumbnail: samplePicture(i)}, false); err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(7 * time.Hour)
		fmt.Println("/w/"+made.ShortUUID(), title)
		if i == 0 {
			fillChat(t, w, made, people[0])
		}
	}
	waiting := w.Video(t, people[0], func(d *video.Draft) {
		d.Name, d.State, d.WaitTranscoding = "Still being prepared", video.ToTranscode, true
	})
	wanted := []video.Rendition{{Kind: video.HLS, Resolution: 480, Run: "1"}, {Kind: video.HLS, Resolution: 720, Run: "1"}, {Kind: video.HLS, Resolution: 1080, Run: "1"}}
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := w.Renditions.WantIn(ctx, tx, waiting.ID, wanted); err != nil {
			return err
		}
		return w.Renditions.MarkIn(ctx, tx, waiting.ID, wanted[:1], video.RenditionRunning, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Renditions.Report(t.Context(), waiting.ID, 42)
	locked := w.Film(t, people[1], clip, func(d *video.Draft) {
		d.Name, d.Privacy, d.Passwords = "Behind a password", video.Password, []string{"secret"}
	})
	fmt.Println("/w/"+waiting.ShortUUID(), "preparing")
	fmt.Println("/w/"+locked.ShortUUID(), "password: secret")
	fillLives(t, w, people)
	describe(w)
}

func describe(w *webtest.World) {
	w.Settings.Description = "Rivergate TV shows what happens **between the station and the harbour**.\n\n- films by neighbours\n- talks\n- the town’s assemblies"
	w.Settings.Terms = "Publish what is yours, or what you may publish. Be civil."
	w.Settings.CodeOfConduct = "Argue with ideas, not with people."
	w.Settings.Administrator = "Three volunteers of the Rivergate association."
	w.Settings.Categories, w.Settings.Languages, w.Settings.IsSignupOpen = []int{1, 11, 13}, []string{"en", "fr"}, true
}

func sampleClip(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.mp4")
	made := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=20", "-f", "lavfi", "-i",
		"sine=duration=20", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", path)
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	clip, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return clip
}

// samplePicture is an evening sky of its own colours.
func samplePicture(n int) *bytes.Reader {
	const width, height = 1280, 720
	skies := [][2]color.RGBA{
		{{243, 201, 139, 255}, {74, 49, 71, 255}},
		{{43, 58, 85, 255}, {227, 155, 109, 255}},
		{{188, 212, 208, 255}, {34, 72, 74, 255}},
		{{207, 224, 239, 255}, {55, 80, 107, 255}},
		{{29, 34, 51, 255}, {201, 164, 92, 255}},
		{{216, 230, 223, 255}, {47, 90, 85, 255}},
	}
	from, to := skies[n%len(skies)][0], skies[n%len(skies)][1]
	mix := func(a, b uint8, y int) uint8 { return uint8((int(a)*(height-y) + int(b)*y) / height) }
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		line := color.RGBA{mix(from.R, to.R, y), mix(from.G, to.G, y), mix(from.B, to.B, y), 255}
		for x := range width {
			canvas.SetRGBA(x, y, line)
			if dx, dy := x-300-n*50, y-220; dx*dx+dy*dy < 90*90 {
				canvas.SetRGBA(x, y, color.RGBA{255, 246, 224, 255})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		panic(err) // a buffer takes everything
	}
	return bytes.NewReader(out.Bytes())
}
