package apptest

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Form is a multipart body. A field whose value is a list is sent once per element; Files are paths by field.
type Form struct {
	Fields map[string]any
	Files  map[string]string
}

func (f Form) encode() (kind string, content []byte, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range sorted(f.Fields) {
		if err := writeField(w, name, f.Fields[name]); err != nil {
			return "", nil, err
		}
	}
	for _, name := range sorted(f.Files) {
		if err := writeFile(w, name, f.Files[name]); err != nil {
			return "", nil, err
		}
	}
	err = w.Close()
	return w.FormDataContentType(), b.Bytes(), err
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func writeField(w *multipart.Writer, name string, value any) error {
	list, isList := value.([]string)
	if !isList {
		return w.WriteField(name, fmt.Sprint(value))
	}
	for _, one := range list {
		if err := w.WriteField(name+"[]", one); err != nil {
			return err
		}
	}
	return nil
}

var types = map[string]string{
	".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".jpg": "image/jpeg", ".png": "image/png", ".vtt": "text/vtt",
}

// TypeOf is the media type a browser would give a file of the path.
func TypeOf(path string) string {
	if kind, known := types[strings.ToLower(filepath.Ext(path))]; known {
		return kind
	}
	return "application/octet-stream"
}

func writeFile(w *multipart.Writer, name, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition(name, filepath.Base(path)))
	header.Set("Content-Type", TypeOf(path))
	part, err := w.CreatePart(header)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}
