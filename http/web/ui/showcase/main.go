// Command showcase serves every component of the site with sample data, to be looked at:
//
//	go run ./http/web/ui/showcase -addr 127.0.0.1:9010 -media /folder/with/sample/video
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/a-h/templ"

	"lucarne/http/web/text"
	"lucarne/http/web/ui"
	"lucarne/platform/clock"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:9010", "where to listen")
	media := flag.String("media", os.TempDir(), "folder served under /media/: video.mp4, master.m3u8, storyboard.jpg, en.vtt")
	flag.Parse()
	handler, err := showcase(*media)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + *addr)
	server := &http.Server{Addr: *addr, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// sheet is one page of the showcase: its layout and what stands in it.
type sheet func(t ui.Translator) (ui.Page, templ.Component)

var sheets = map[string]sheet{
	"/{$}":        homeSheet,
	"/watch":      watchSheet,
	"/channel":    channelSheet,
	"/publish":    publishSheet,
	"/form":       formSheet,
	"/table":      tableSheet,
	"/empty":      emptySheet,
	"/error":      errorSheet,
	"/components": componentSheet,
}

func showcase(media string) (http.Handler, error) {
	catalogues, err := text.Load(clock.NewFake(now))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(ui.AssetPath, ui.Assets())
	mux.HandleFunc("GET /sample/{n}", picture)
	mux.Handle("GET /media/", http.StripPrefix("/media/", http.FileServer(http.Dir(media))))
	for path, s := range sheets {
		mux.Handle("GET "+path, render(catalogues, s))
	}
	mux.Handle("GET /embed", embed(catalogues))
	return mux, nil
}

func render(catalogues *text.Catalogues, s sheet) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, content := s(catalogues.Locale(r.URL.Query().Get("lang")))
		page.Path = r.URL.RequestURI()
		page.Theme = r.URL.Query().Get("theme")
		for _, l := range catalogues.Languages() {
			page.Site.Languages = append(page.Site.Languages, ui.Language(l))
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; media-src 'self' blob:; img-src 'self' data: blob:; worker-src 'self' blob:")
		answer(w, r, ui.Layout(page), content)
	})
}

func embed(catalogues *text.Catalogues) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := catalogues.Locale(r.URL.Query().Get("lang"))
		props := samplePlayer(t)
		props.Settings.IsEmbed, props.Settings.API = true, true
		answer(w, r, ui.EmbedLayout(samplePage(t, props.Settings.Title, "")), ui.Player(t, props))
	})
}

func answer(w http.ResponseWriter, r *http.Request, layout, content templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := layout.Render(templ.WithChildren(r.Context(), content), w); err != nil {
		log.Print(err)
	}
}
