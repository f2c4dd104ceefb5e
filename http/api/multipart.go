package api

import (
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"os"

	"lucarne/platform/fault"
)

// part is an uploaded file, kept on disk until the request ends.
type part struct {
	Filename string // as the sender named it; not to be used as a path
	Type     string // as the sender claims
	Size     int64
	Path     string
}

// open reads the uploaded file.
func (p *part) open() (*os.File, error) { return os.Open(p.Path) }

// parts says which files a form may hold and how large each may be.
type parts map[string]int64

const (
	maxFormText    = 1 << 20 // of all fields together
	maxFormParts   = 200
	partNamePrefix = "lucarne-part-*"
)

// multipart reads a form with files, which go to folder ("" for the system's). done removes them. A body that is no multipart form is
// read as body does, so that clients may leave the files out.
func (r *request) multipart(folder string, allowed parts) (in *input, files map[string]*part, done func(), err error) {
	files = make(map[string]*part)
	done = func() {
		for _, p := range files {
			os.Remove(p.Path)
		}
	}
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		in, err = r.body()
		return in, files, done, err
	}
	form := &formReader{folder: folder, allowed: allowed, files: files, values: make(url.Values)}
	if err := form.read(multipart.NewReader(r.Body, parameters["boundary"])); err != nil {
		done()
		return nil, nil, func() {}, err
	}
	fields, err := nest(form.values)
	if err != nil {
		done()
		return nil, nil, func() {}, err
	}
	return newInput(fields, "body"), files, done, nil
}

type formReader struct {
	folder  string
	allowed parts
	files   map[string]*part
	values  url.Values
	text    int64
}

func (f *formReader) read(reader *multipart.Reader) error {
	for range maxFormParts {
		p, err := reader.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return bodyFault(err)
		}
		if p.FileName() == "" {
			err = f.field(p)
		} else {
			err = f.file(p)
		}
		if err != nil {
			return err
		}
	}
	return fault.New(fault.Invalid, "The form has more than %d parts", maxFormParts)
}

func (f *formReader) field(p *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(p, maxFormText-f.text+1))
	if err != nil {
		return bodyFault(err)
	}
	f.text += int64(len(value))
	if f.text > maxFormText {
		return fault.New(fault.TooLarge, "The fields of the form are larger than %d bytes", maxFormText)
	}
	f.values.Add(p.FormName(), string(value))
	return nil
}

// file keeps an expected file and passes over any other. A second file of a name replaces the first.
func (f *formReader) file(p *multipart.Part) error {
	limit, isExpected := f.allowed[p.FormName()]
	if !isExpected {
		_, err := io.Copy(io.Discard, p)
		return err
	}
	kept, err := os.CreateTemp(f.folder, partNamePrefix)
	if err != nil {
		return fault.New(fault.Unavailable, "The file cannot be kept").Because(err)
	}
	defer kept.Close()
	if old := f.files[p.FormName()]; old != nil {
		os.Remove(old.Path)
	}
	stored := &part{Filename: p.FileName(), Type: p.Header.Get("Content-Type"), Path: kept.Name()}
	f.files[p.FormName()] = stored
	stored.Size, err = io.Copy(kept, io.LimitReader(p, limit+1))
	if err != nil {
		return bodyFault(err)
	}
	if stored.Size > limit {
		return fault.InvalidParams([]fault.Param{{Name: p.FormName(), Message: "This file is too large"}})
	}
	return nil
}
