package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"

	"lucarne/platform/fault"
)

// sentFile is a file of a form, kept on disk until the request ends.
type sentFile struct {
	path string
	name string // as the sender named it; not to be used as a path
	kind string // as the sender claims
	size int64
}

// files are those of a form, by field.
type files map[string]*sentFile

const (
	maxFormText  = 1 << 20 // of all fields together
	maxFormParts = 200
	// anySize lets a handler bound the body itself.
	anySize = 1<<63 - 1
	// maxCaption is more than any subtitle file needs; the subject bounds it again.
	maxCaption = 20 << 20
)

// filesAction is where a form with files is posted. Its token is in the query, since the body is not read before who asks is known.
func (r *request) filesAction(path string) string {
	return withQuery(path, url.Values{"csrf": {r.csrf()}})
}

// sentFiles reads a form with files of at most the given sizes, which go to disk. An input without a chosen file is left out. done
// removes the files.
func (r *request) sentFiles(allowed map[string]int64) (f *form, sent files, done func(), err error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		f, err = r.sentForm()
		return f, nil, func() {}, err
	}
	reader := formReader{folder: r.pages.TemporaryFolder, allowed: allowed, files: files{}, form: r.newForm()}
	if err := reader.read(multipart.NewReader(r.Body, parameters["boundary"])); err != nil {
		reader.files.remove()
		return nil, nil, nil, err
	}
	return reader.form, reader.files, reader.files.remove, nil
}

func (f files) remove() {
	for _, one := range f {
		os.Remove(one.path)
	}
}

type formReader struct {
	folder  string
	allowed map[string]int64
	files   files
	form    *form
	text    int64
}

func (f *formReader) read(reader *multipart.Reader) error {
	for range maxFormParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bodyFault(err)
		}
		if part.FileName() == "" {
			err = f.field(part)
		} else {
			err = f.file(part)
		}
		if err != nil {
			return err
		}
	}
	return fault.New(fault.Invalid, "The form has more than %d parts", maxFormParts)
}

func (f *formReader) field(part *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(part, maxFormText-f.text+1))
	if err != nil {
		return bodyFault(err)
	}
	if f.text += int64(len(value)); f.text > maxFormText {
		return fault.New(fault.TooLarge, "The fields of the form are larger than %d bytes", maxFormText)
	}
	if _, isFile := f.allowed[part.FormName()]; !isFile { // a file input without a file
		f.form.values.Add(part.FormName(), string(value))
	}
	return nil
}

// file keeps an expected file, and passes over any other and a second one of the same field.
func (f *formReader) file(part *multipart.Part) error {
	limit, isExpected := f.allowed[part.FormName()]
	if !isExpected || f.files[part.FormName()] != nil {
		_, err := io.Copy(io.Discard, part)
		return bodyFault(err)
	}
	kept, err := os.CreateTemp(f.folder, "lucarne-form-*")
	if err != nil {
		return fault.New(fault.Unavailable, "The file cannot be kept").Because(err)
	}
	defer kept.Close()
	one := &sentFile{path: kept.Name(), name: part.FileName(), kind: part.Header.Get("Content-Type")}
	f.files[part.FormName()] = one
	one.size, err = io.Copy(kept, io.LimitReader(part, limit+1))
	if err == nil && one.size > limit {
		err = fault.New(fault.TooLarge, "The file is larger than %d bytes", limit)
	}
	return bodyFault(err)
}

// bodyFault tells a body that broke off or is too large from trouble of ours.
func bodyFault(err error) error {
	var known *fault.Error
	var tooLarge *http.MaxBytesError
	var onDisk *os.PathError
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &onDisk):
		return err
	case errors.As(err, &tooLarge):
		return fault.New(fault.TooLarge, "The form is larger than %d bytes", tooLarge.Limit)
	}
	return fault.New(fault.Invalid, "The form cannot be read").Because(err)
}

// open reads a file of a form; with none, the reader is nil.
func (f files) open(field string) (*os.File, error) {
	one := f[field]
	if one == nil {
		return nil, nil
	}
	return os.Open(one.path)
}
