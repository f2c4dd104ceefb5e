package feed

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"

	"lucarne/platform/fault"
)

func (f *Feeds) robots(w http.ResponseWriter, r *http.Request) error {
	settings := f.o.Settings()
	return write(w, r, settings.Ages.Robots, textType, []byte(settings.Robots))
}

// securityTxt says whom to tell of a hole (RFC 9116), when the operator says so.
func (f *Feeds) securityTxt(w http.ResponseWriter, r *http.Request) error {
	settings := f.o.Settings()
	if settings.SecurityTxt == "" {
		return f.wellKnownFile(w, r, "security.txt")
	}
	return write(w, r, settings.Ages.Robots, textType, []byte(settings.SecurityTxt))
}

func (f *Feeds) securityTxtMoved(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/.well-known/security.txt", http.StatusMovedPermanently)
	return nil
}

// changePassword leads password managers to the form (W3C, A Well-Known URL for Changing Passwords).
func (f *Feeds) changePassword(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/my-account/settings", http.StatusFound)
	return nil
}

// dntStatement is true of the program as it is: no third party is asked for anything, and views are counted without knowing who watches.
const dntStatement = `This site sets no cookie and keeps no identifier to follow visitors, asks no third party for scripts, images or
advertisements, and gives nobody a record of what a visitor does, whether or not the visitor sends "DNT: 1" or "Sec-GPC: 1".
Addresses of visitors are used to serve them, to count a view once and to keep abuse away.
`

// dntPolicy answers what the site does about tracking; a file of the operator's own takes its place.
func (f *Feeds) dntPolicy(w http.ResponseWriter, r *http.Request) error {
	err := f.wellKnownFile(w, r, "dnt-policy.txt")
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return write(w, r, f.o.Settings().Ages.Robots, textType, []byte(dntStatement))
}

// dnt is the tracking status (W3C Tracking Preference Expression §6.2): N, not tracking.
func (f *Feeds) dnt(w http.ResponseWriter, r *http.Request) error {
	return write(w, r, f.o.Settings().Ages.Robots, jsonType, []byte(`{"tracking":"N"}`))
}

func (f *Feeds) wellKnown(w http.ResponseWriter, r *http.Request) error {
	return f.wellKnownFile(w, r, r.PathValue("file"))
}

// wellKnownFile serves a file the operator put into the folder of the settings.
func (f *Feeds) wellKnownFile(w http.ResponseWriter, r *http.Request, name string) error {
	notFound := fault.New(fault.NotFound, "Not found")
	if f.o.WellKnown == nil {
		return notFound
	}
	object, err := f.o.WellKnown.Open(r.Context(), name)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return notFound
	}
	if err != nil {
		return err
	}
	defer object.Close()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	w.Header().Set("ETag", object.ETag)
	if path.Ext(name) == "" {
		w.Header().Set("Content-Type", textType)
	}
	http.ServeContent(w, r, name, object.ModTime, object.Content)
	return nil
}

// manifest lets the site be installed as an application (W3C Web Application Manifest).
func (f *Feeds) manifest(w http.ResponseWriter, r *http.Request) error {
	type icon struct {
		Src   string `json:"src"`
		Sizes string `json:"sizes"`
		Type  string `json:"type"`
	}
	settings := f.o.Settings()
	icons := []icon{}
	for _, i := range settings.Icons {
		icons = append(icons, icon{i.Path, fmt.Sprintf("%[1]dx%[1]d", i.Side), i.Type})
	}
	body, err := json.Marshal(struct {
		Name            string `json:"name"`
		ShortName       string `json:"short_name"`
		StartURL        string `json:"start_url"`
		BackgroundColor string `json:"background_color"`
		ThemeColor      string `json:"theme_color"`
		Description     string `json:"description"`
		Display         string `json:"display"`
		Icons           []icon `json:"icons"`
	}{settings.Name, settings.Name, "/", "#fff", "#fff", settings.ShortDescription, "standalone", icons})
	if err != nil {
		return err
	}
	return write(w, r, settings.Ages.Robots, jsonType, body)
}
