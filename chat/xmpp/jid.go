package xmpp

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/secure/precis"

	"lucarne/platform/fault"
)

// RFC 7622 §3.2–3.4: each part of an address holds at most this many bytes.
const (
	maxPartBytes = 1023
	maxJIDBytes  = 3*maxPartBytes + 2
)

// maxEnforcements is how often the rules of PRECIS are applied until nothing changes (RFC 8264 §7).
const maxEnforcements = 4

// JID is an address, always in its normal form: two are the same address when they are ==. The zero JID is no address.
type JID struct {
	local, domain, resource string
}

// ParseJID reads an address and brings it into its normal form (RFC 7622). The error is a fault.Invalid.
func ParseJID(text string) (JID, error) {
	if len(text) > maxJIDBytes {
		return JID{}, fault.New(fault.Invalid, "This address is too long.")
	}
	// RFC 7622 §3.1: the resource begins at the first slash; only before it may an at sign part the localpart.
	bare, resource, hasResource := strings.Cut(text, "/")
	local, domain, hasLocal := strings.Cut(bare, "@")
	if !hasLocal {
		local, domain = "", bare
	}
	if hasLocal && local == "" || hasResource && resource == "" {
		return JID{}, fault.New(fault.Invalid, "This address has an empty part.")
	}
	return NewJID(local, domain, resource)
}

// NewJID makes an address of its parts; an empty local or resource is left out.
func NewJID(local, domain, resource string) (JID, error) {
	domain, err := normalDomain(domain)
	if err != nil {
		return JID{}, err
	}
	if local, err = normalLocal(local); err != nil {
		return JID{}, err
	}
	j := JID{local: local, domain: domain}
	return j.WithResource(resource)
}

// Local is the part before the at sign, "" for a domain.
func (j JID) Local() string { return j.local }

// Domain is the host.
func (j JID) Domain() string { return j.domain }

// Resource is the part after the slash: a session, or the nickname in a room. "" for a bare address.
func (j JID) Resource() string { return j.resource }

// Bare is the address without its resource.
func (j JID) Bare() JID { return JID{local: j.local, domain: j.domain} }

// IsBare says that there is no resource.
func (j JID) IsBare() bool { return j.resource == "" }

// IsZero says that there is no address.
func (j JID) IsZero() bool { return j.domain == "" }

// WithResource is the same account or room with this resource; "" gives the bare address.
func (j JID) WithResource(resource string) (JID, error) {
	resource, err := normalResource(resource)
	if err != nil {
		return JID{}, err
	}
	j.resource = resource
	return j, nil
}

// String is the address as the wire writes it.
func (j JID) String() string {
	if j.local == "" && j.resource == "" {
		return j.domain
	}
	var b strings.Builder
	b.Grow(len(j.local) + len(j.domain) + len(j.resource) + 2)
	if j.local != "" {
		b.WriteString(j.local)
		b.WriteByte('@')
	}
	b.WriteString(j.domain)
	if j.resource != "" {
		b.WriteByte('/')
		b.WriteString(j.resource)
	}
	return b.String()
}

func normalLocal(local string) (string, error) {
	if local == "" || isPlain(local) {
		return checkLength(local)
	}
	local, err := enforce(precis.UsernameCaseMapped, local)
	if err != nil {
		return "", err
	}
	// RFC 7622 §3.3.1: allowed by PRECIS, yet never in a localpart.
	if strings.ContainsAny(local, "\"&'/:<>@") {
		return "", fault.New(fault.Invalid, "This address holds a character that is not allowed before the @.")
	}
	return checkLength(local)
}

func normalResource(resource string) (string, error) {
	if resource == "" || isPlain(resource) {
		return checkLength(resource)
	}
	resource, err := enforce(precis.OpaqueString, resource)
	if err != nil {
		return "", err
	}
	return checkLength(resource)
}

// domainProfile maps as a look-up does and gives Unicode labels, as RFC 7622 §3.2 stores them.
var domainProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.ValidateLabels(true), idna.CheckHyphens(false))

func normalDomain(domain string) (string, error) {
	// RFC 7622 §3.2: a dot at the end is removed before anything else.
	domain = strings.TrimSuffix(domain, ".")
	if domain == "" || len(domain) > maxPartBytes {
		return "", fault.New(fault.Invalid, "This address has no valid host.")
	}
	if isPlain(domain) && isHost(domain) && !strings.Contains(domain, "xn--") {
		return domain, nil
	}
	if inner, ok := strings.CutPrefix(domain, "["); ok {
		return normalIPv6(strings.TrimSuffix(inner, "]"))
	}
	unicode, err := domainProfile.ToUnicode(domain)
	if err != nil || !utf8.ValidString(unicode) {
		return "", fault.New(fault.Invalid, "This address has no valid host.")
	}
	// What stands on the wire must mean the same when it is read again.
	if again, err := domainProfile.ToUnicode(unicode); err != nil || again != unicode || !isHost(unicode) {
		return "", fault.New(fault.Invalid, "This address has no valid host.")
	}
	return checkLength(unicode)
}

func normalIPv6(text string) (string, error) {
	address, err := netip.ParseAddr(text)
	if err != nil || !address.Is6() || address.Zone() != "" {
		return "", fault.New(fault.Invalid, "This address has no valid host.")
	}
	return "[" + address.String() + "]", nil
}

// isHost says that no label is empty and no ASCII character stands in it that hosts do not have.
func isHost(domain string) bool {
	previous := '.'
	for _, r := range domain {
		ascii := r == '.' || r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if r < utf8.RuneSelf && !ascii || r == '.' && previous == '.' {
			return false
		}
		previous = r
	}
	return previous != '.'
}

// isPlain says that a part is in its normal form under every profile, which is so for nearly all of them.
func isPlain(part string) bool {
	for i := range len(part) {
		c := part[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}

// enforce applies a profile until it changes nothing more; a text that never settles has no normal form.
func enforce(profile *precis.Profile, text string) (string, error) {
	if !utf8.ValidString(text) || len(text) > maxPartBytes {
		return "", fault.New(fault.Invalid, "This address is too long or no valid text.")
	}
	for range maxEnforcements {
		next, err := profile.String(text)
		if err != nil {
			return "", fault.New(fault.Invalid, "This address holds a character that is not allowed.").Because(err)
		}
		if next == text {
			return text, nil
		}
		text = next
	}
	return "", fault.New(fault.Invalid, "This address holds a character that is not allowed.")
}

func checkLength(part string) (string, error) {
	if len(part) > maxPartBytes {
		return "", fault.New(fault.Invalid, "This address is too long.")
	}
	return part, nil
}
