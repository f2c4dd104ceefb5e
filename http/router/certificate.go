package router

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificateAge is how long a certificate is used before its files are looked at again.
const certificateAge = time.Minute

// certificate is a pair of files, loaded again once they changed: renewing needs no restart. While they cannot be read (a renewal
// replaces one after the other) the pair loaded before stays.
type certificate struct {
	certFile, keyFile string

	mu       sync.Mutex
	pair     *tls.Certificate
	modified time.Time // of the younger file
	checked  time.Time
}

// loadCertificate fails for files that are no pair.
func loadCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return c, nil
}

// LoadTLS serves other protocols with a certificate as the site's own: files that change are read again.
func LoadTLS(certFile, keyFile string) (*tls.Config, error) {
	c, err := loadCertificate(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	return c.config(), nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current(time.Now()), nil
	}}
}

func (c *certificate) current(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.checked) > certificateAge {
		c.checked = now
		_ = c.load()
	}
	return c.pair
}

func (c *certificate) load() error {
	modified, err := youngest(c.certFile, c.keyFile)
	if err != nil || modified.Equal(c.modified) {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.pair, c.modified = &pair, modified
	return nil
}

func youngest(paths ...string) (modified time.Time, err error) {
	for _, path := range paths {
		stat, err := os.Stat(path)
		if err != nil {
			return time.Time{}, err
		}
		if stat.ModTime().After(modified) {
			modified = stat.ModTime()
		}
	}
	return modified, nil
}
