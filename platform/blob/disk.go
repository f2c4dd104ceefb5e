package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"lucarne/platform/fault"
)

// Disk is a Store in a folder of the file system. Symbolic links inside it are followed: they are the operator's.
type Disk struct {
	root    string
	baseURL string
}

// DiskOptions says where a Disk is.
type DiskOptions struct {
	Root    string // the folder; it is made when missing
	BaseURL string // where the public fetches the files without us (a CDN or a web server); "" when only we serve them
}

var _ Store = (*Disk)(nil)

// NewDisk opens the folder and drops what an interrupted write may have left there.
func NewDisk(o DiskOptions) (*Disk, error) {
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, fmt.Errorf("open storage folder: %w", err)
	}
	d := &Disk{root: root, baseURL: o.BaseURL}
	if err := os.MkdirAll(d.staging(), 0o750); err != nil {
		return nil, fmt.Errorf("open storage folder: %w", diskFault(err))
	}
	d.sweep()
	return d, nil
}

// Root is the folder.
func (d *Disk) Root() string { return d.root }

// Path is where the file of a key is, for programs that read it in place; NotFound when there is none.
func (d *Disk) Path(key string) (string, error) {
	path, err := d.path(key)
	if err != nil {
		return "", err
	}
	if _, err := statFile(path); err != nil {
		return "", err
	}
	return path, nil
}

func (d *Disk) path(key string) (string, error) {
	if err := ValidateKey(key); err != nil {
		return "", err
	}
	return filepath.Join(d.root, filepath.FromSlash(key)), nil
}

// Open gives the file; its Content is an *os.File.
func (d *Disk) Open(_ context.Context, key string) (*Object, error) {
	path, err := d.path(key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, diskFault(err)
	}
	stat, err := f.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return nil, diskFault(err)
	}
	return &Object{Attributes: attributesOf(key, stat), Content: f}, nil
}

// Stat gives the attributes of the file.
func (d *Disk) Stat(_ context.Context, key string) (Attributes, error) {
	path, err := d.path(key)
	if err != nil {
		return Attributes{}, err
	}
	stat, err := statFile(path)
	if err != nil {
		return Attributes{}, err
	}
	return attributesOf(key, stat), nil
}

func statFile(path string) (fs.FileInfo, error) {
	stat, err := os.Stat(path)
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, diskFault(err)
	}
	return stat, nil
}

func attributesOf(key string, stat fs.FileInfo) Attributes {
	tag := `"` + strconv.FormatInt(stat.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(stat.Size(), 36) + `"`
	return Attributes{Size: stat.Size(), ModTime: stat.ModTime(), ETag: tag, ContentType: ContentType(key)}
}

// Delete removes the file. The folders it stood in stay: another writer may be about to use them.
func (d *Disk) Delete(_ context.Context, key string) error {
	path, err := d.path(key)
	if err != nil {
		return err
	}
	if stat, err := os.Lstat(path); err == nil && stat.IsDir() {
		return nil
	}
	err = os.Remove(path)
	if err == nil || isMissing(err) {
		return nil
	}
	return diskFault(err)
}

// DeletePrefix removes the folder.
func (d *Disk) DeletePrefix(_ context.Context, prefix string) error {
	path, err := d.path(prefix)
	if err != nil {
		return err
	}
	if stat, err := os.Lstat(path); err == nil && stat.Mode().IsRegular() {
		return nil
	}
	if err := os.RemoveAll(path); err != nil && !isMissing(err) {
		return diskFault(err)
	}
	return nil
}

// List walks the folder.
func (d *Disk) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := validateListing(prefix); err != nil {
			yield(Entry{}, err)
			return
		}
		err := filepath.WalkDir(filepath.Join(d.root, filepath.FromSlash(prefix)), d.visit(ctx, prefix, yield))
		if err != nil {
			yield(Entry{}, diskFault(err))
		}
	}
}

// visit yields the regular files of a walk. What vanishes meanwhile is passed over.
func (d *Disk) visit(ctx context.Context, prefix string, yield func(Entry, error) bool) fs.WalkDirFunc {
	return func(path string, item fs.DirEntry, err error) error {
		if err = errors.Join(ctx.Err(), err); err != nil {
			return unlessMissing(err)
		}
		key := d.key(path)
		if key != "" && ValidateKey(key) != nil {
			return skip(item)
		}
		if !item.Type().IsRegular() || key == prefix {
			return nil
		}
		stat, err := item.Info()
		if err != nil {
			return unlessMissing(err)
		}
		if !yield(Entry{Key: key, Size: stat.Size(), ModTime: stat.ModTime()}, nil) {
			return fs.SkipAll
		}
		return nil
	}
}

func (d *Disk) key(path string) string {
	return filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(path, d.root), string(filepath.Separator)))
}

func skip(item fs.DirEntry) error {
	if item.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func unlessMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}

// URL is below BaseURL, or "".
func (d *Disk) URL(key string) string { return joinURL(d.baseURL, key) }

// Check says whether the folder can be written to; it is what doctor reports.
func (d *Disk) Check(ctx context.Context) error {
	path, err := writeTemp(ctx, d.staging(), strings.NewReader("lucarne"), PutOptions{})
	if err != nil {
		return err
	}
	return diskFault(os.Remove(path))
}

// diskFault gives an error of the file system its kind and a message fit for a user; nil stays nil.
func diskFault(err error) error {
	var known *fault.Error
	switch {
	case err == nil || errors.As(err, &known) || isContext(err):
		return err
	case isMissing(err):
		return fault.New(fault.NotFound, "File not found").Because(err)
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return fault.New(fault.Unavailable, "The disk is full").Because(err)
	case errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.EEXIST) || errors.Is(err, syscall.ENOTEMPTY):
		return fault.New(fault.Conflict, "A folder has this name already").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "The file arrived incomplete").Because(err)
	}
	return fault.New(fault.Internal, "The file storage failed").Because(err)
}

// isMissing counts a file in the place of a folder (ENOTDIR) as nothing there.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
