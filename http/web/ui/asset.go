package ui

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed all:dist
var dist embed.FS

// AssetPath is where Assets must be mounted.
const AssetPath = "/assets/"

// ErrNotBuilt says that the program was compiled without its browser assets.
var ErrNotBuilt = errors.New(`the pages' style and scripts were not built: run "make" (or "npm ci && npm run build" in http/web/assets) and compile again`)

// manifest maps the stable name of an asset to its hashed file name.
var manifest = sync.OnceValues(func() (map[string]string, error) {
	data, err := dist.ReadFile("dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	var names map[string]string
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, fmt.Errorf("asset manifest: %w", err)
	}
	return names, nil
})

// CheckAssets returns ErrNotBuilt when the assets are missing, to be told at the start. Pages work without, unstyled.
func CheckAssets() error {
	_, err := manifest()
	return err
}

// Asset returns the URL of the asset of that stable name ("style.css", "player.js"), or "" when it is not built.
func Asset(name string) string {
	names, err := manifest()
	if err != nil || names[name] == "" {
		return ""
	}
	return AssetPath + names[name]
}

// Assets serves the built files under AssetPath, compressed when the client accepts it, cacheable for ever: a changed
// file has another name.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, AssetPath)
		if name == "" || strings.ContainsAny(name, "/\\") || strings.HasPrefix(name, ".") || name == "manifest.json" {
			http.NotFound(w, r)
			return
		}
		file, encoding := openAsset(name, r.Header.Get("Accept-Encoding"))
		if file == nil {
			http.NotFound(w, r)
			return
		}
		defer func() { _ = file.Close() }()
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Accept-Encoding")
		if encoding != "" {
			h.Set("Content-Encoding", encoding)
		}
		http.ServeContent(w, r, "", time.Time{}, file)
	})
}

// openAsset opens the smallest form of the file the client accepts; nil when there is no such file.
func openAsset(name, accept string) (assetFile, string) {
	for _, form := range []struct{ suffix, encoding string }{{".br", "br"}, {".gz", "gzip"}, {"", ""}} {
		if form.encoding != "" && !accepts(accept, form.encoding) {
			continue
		}
		if f, err := dist.Open("dist/" + name + form.suffix); err == nil {
			if file, ok := f.(assetFile); ok {
				return file, form.encoding
			}
			_ = f.Close()
		}
	}
	return nil, ""
}

type assetFile interface {
	fs.File
	Seek(offset int64, whence int) (int64, error)
}

// accepts reads Accept-Encoding (RFC 9110 §12.5.3) as far as our three forms need: a coding refused by q=0 is refused.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), encoding) {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		return !found || strings.Trim(q, "0.") != ""
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
