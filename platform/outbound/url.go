package outbound

import (
	"net/netip"
	"net/url"
	"strings"

	"lucarne/platform/fault"
)

// maxURLBytes is the length of the longest address accepted; the columns that keep addresses hold as much.
const maxURLBytes = 2000

// ParseURL reads an address and applies CheckURL to it.
func (c *Client) ParseURL(address string) (*url.URL, error) {
	if len(address) > maxURLBytes {
		return nil, fault.New(fault.Invalid, "This address is too long")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "This is not a web address").Because(err)
	}
	return u, c.CheckURL(u)
}

// CheckURL says whether the form of an address allows it to be asked. It looks nothing up: what a name stands for is
// checked when it is dialled, since it may be another thing by then.
func (c *Client) CheckURL(u *url.URL) error {
	host := strings.TrimSuffix(u.Hostname(), ".")
	switch {
	case u.Scheme != "https" && u.Scheme != "http", host == "", u.Opaque != "":
		return fault.New(fault.Invalid, "This is not a web address")
	case u.Scheme == "http" && !c.rules.AllowHTTP:
		return fault.New(fault.Invalid, "Only https addresses are accepted")
	case u.User != nil:
		return fault.New(fault.Invalid, "Addresses with a user name are not accepted")
	}
	return c.checkHost(host)
}

func (c *Client) checkHost(host string) error {
	if address, err := netip.ParseAddr(host); err == nil {
		return guard{allowPrivate: c.rules.AllowPrivate}.check(address)
	}
	if !strings.Contains(host, ".") && !c.rules.AllowPlainHosts {
		return fault.New(fault.Invalid, "This host name is not a public one")
	}
	return nil
}
