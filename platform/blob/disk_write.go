package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// stagingAge is how old an untouched file of the staging folder must be before it counts as left behind: another
// process may share the folder and be writing.
const stagingAge = 24 * time.Hour

// staging is a folder of the same file system, so that rename makes a file appear whole. No key can reach it.
func (d *Disk) staging() string { return filepath.Join(d.root, ".incoming") }

func (d *Disk) sweep() {
	items, err := os.ReadDir(d.staging())
	if err != nil {
		return
	}
	limit := clock.System{}.Now().Add(-stagingAge)
	for _, item := range items {
		if stat, err := item.Info(); err == nil && stat.ModTime().Before(limit) {
			os.Remove(filepath.Join(d.staging(), item.Name()))
		}
	}
}

// Put writes to the staging folder, flushes to the device and renames.
func (d *Disk) Put(ctx context.Context, key string, r io.Reader, o PutOptions) error {
	path, err := d.path(key)
	if err != nil {
		return err
	}
	temp, err := writeTemp(ctx, d.staging(), r, o)
	if err != nil {
		return err
	}
	if err := d.publish(temp, path); err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}

// Adopt renames the local file, or copies and removes it when it is on another device.
func (d *Disk) Adopt(ctx context.Context, key, localPath string, o PutOptions) error {
	path, err := d.path(key)
	if err != nil {
		return err
	}
	if err := flush(localPath); err != nil {
		return err
	}
	err = d.publish(localPath, path)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	return d.adoptByCopy(ctx, key, localPath, o)
}

func (d *Disk) adoptByCopy(ctx context.Context, key, localPath string, o PutOptions) error {
	f, err := os.Open(localPath)
	if err != nil {
		return diskFault(err)
	}
	defer f.Close()
	o.Size = 0
	if err := d.Put(ctx, key, f, o); err != nil {
		return err
	}
	return diskFault(os.Remove(localPath))
}

// Copy makes a second file; file systems that can share blocks do.
func (d *Disk) Copy(ctx context.Context, from, to string, o PutOptions) error {
	if err := ValidateKey(to); err != nil {
		return err
	}
	source, err := d.Open(ctx, from)
	if err != nil {
		return err
	}
	defer source.Close()
	if from == to {
		return nil
	}
	o.Size = source.Size
	return d.Put(ctx, to, source.Content, o)
}

// Move renames.
func (d *Disk) Move(_ context.Context, from, to string, _ PutOptions) error {
	source, err := d.Path(from)
	if err != nil {
		return err
	}
	target, err := d.path(to)
	if err != nil || source == target {
		return err
	}
	return d.publish(source, target)
}

// publish renames onto path, making its folders. It tries again when a concurrent DeletePrefix takes them away in between.
func (d *Disk) publish(temp, path string) error {
	err := os.Rename(temp, path)
	for attempt := 0; errors.Is(err, fs.ErrNotExist) && attempt < 3; attempt++ {
		if err = os.MkdirAll(filepath.Dir(path), 0o750); err == nil {
			err = os.Rename(temp, path)
		}
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return fault.New(fault.Conflict, "A file stands where a folder is needed").Because(err)
	}
	if err != nil {
		return diskFault(err)
	}
	return syncFolder(filepath.Dir(path))
}

// writeTemp writes r to a new file of dir, flushed to the device, and gives its path. Nothing is left after an error.
func writeTemp(ctx context.Context, dir string, r io.Reader, o PutOptions) (string, error) {
	f, err := os.CreateTemp(dir, "put-*")
	if err != nil {
		return "", diskFault(err)
	}
	err = fill(f, newSource(ctx, r, o))
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", diskFault(err)
	}
	return f.Name(), nil
}

func fill(f *os.File, r io.Reader) error {
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return makeDurable(f)
}

// flush puts a finished local file on the device before it gets its name in the store.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return diskFault(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return diskFault(err)
	}
	return diskFault(makeDurable(f))
}

// makeDurable also opens the file to the group, so that a web server can be given the folder.
func makeDurable(f *os.File) error {
	if err := f.Chmod(0o640); err != nil {
		return err
	}
	return f.Sync()
}

// syncFolder makes the name itself survive a power cut. Some network file systems cannot and say EINVAL.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return unlessMissing(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return diskFault(err)
	}
	return nil
}
