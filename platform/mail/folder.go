package mail

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"

	gomail "github.com/wneessen/go-mail"

	"lucarne/platform/clock"
)

// folder keeps each message as a file a mail program can open, named so that they sort by time.
type folder struct {
	path  string
	clock clock.Clock
}

func (f folder) deliver(_ context.Context, m *gomail.Msg) error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(f.path, ".writing-*")
	if err != nil {
		return err
	}
	_, err = m.WriteTo(temp)
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), f.next())
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}

func (f folder) next() string {
	return filepath.Join(f.path, f.clock.Now().Format("20060102T150405.000Z")+"-"+rand.Text()[:8]+".eml")
}

func (f folder) check(context.Context) error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(f.path, ".writing-*")
	if err != nil {
		return err
	}
	return errors.Join(temp.Close(), os.Remove(temp.Name()))
}
