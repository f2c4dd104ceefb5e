package signature

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"lucarne/platform/clock"
)

// Options are what a Verifier needs.
type Options struct {
	Keys   KeySource
	Clock  clock.Clock
	Origin string // our public address, "https://tube.example": what is signed for another is refused
	// MaxSkew is how far a signature's time may be from ours; 0 means 30 minutes, as PeerTube has it.
	MaxSkew time.Duration
	// MaxReplays is how many accepted deliveries are remembered so that none is accepted twice; 0 means 100,000.
	MaxReplays int
}

// Verifier checks what strangers send. It is safe for concurrent use and bounded in memory.
type Verifier struct {
	keys     *keyring
	clock    clock.Clock
	origin   string
	host     string
	skew     time.Duration
	accepted *window[[sha256.Size]byte]
}

// Signer is who signed, proven.
type Signer struct {
	Key    Key
	Scheme Scheme
}

// Scheme is the way in which something is signed.
type Scheme string

// The schemes.
const (
	Cavage           Scheme = "draft-cavage-12"
	RFC9421          Scheme = "rfc9421"
	RsaSignature2017 Scheme = "RsaSignature2017"
)

// New makes a verifier.
func New(o Options) *Verifier {
	if o.MaxSkew == 0 {
		o.MaxSkew = 30 * time.Minute
	}
	if o.MaxReplays == 0 {
		o.MaxReplays = 100_000
	}
	host := o.Origin
	if u, err := url.Parse(o.Origin); err == nil && u.Host != "" {
		host = u.Host
	}
	return &Verifier{
		keys: newKeyring(o.Keys, o.Clock), clock: o.Clock, origin: strings.TrimSuffix(o.Origin, "/"), host: host,
		skew: o.MaxSkew, accepted: newWindow[[sha256.Size]byte](o.MaxReplays),
	}
}

// claim is a signature as a request carries it, whichever the scheme: read and checked for what it covers, not yet tried with the key.
type claim struct {
	scheme    Scheme
	keyID     string
	base      []byte // the text under the signature
	signature []byte
}

// Verify tells who signed a request to us. The error is a *Refusal. What must be covered: the method, the path and the host, a time, and the
// digest of the body of anything but GET and HEAD. A delivery is accepted once: its copy is refused as Replayed.
func (v *Verifier) Verify(r *http.Request, body []byte) (Signer, error) {
	c, refusal := v.read(r, body)
	if refusal != nil {
		return Signer{}, refusal
	}
	key, err := v.keys.check(r.Context(), c.keyID, func(k Key) bool { return k.made(c.signature, c.base) })
	if err != nil {
		return Signer{}, err
	}
	if hasBody(r.Method) {
		// Reads are not remembered: their signatures depend on nothing but the second, so two honest ones may be equal.
		now := v.clock.Now()
		if !v.accepted.add(sha256.Sum256(c.signature), now, now.Add(2*v.skew)) {
			return Signer{}, refuse(Replayed, "This request was accepted already").about(c.keyID)
		}
	}
	return Signer{Key: key, Scheme: c.scheme}, nil
}

func (v *Verifier) read(r *http.Request, body []byte) (claim, *Refusal) {
	if !strings.EqualFold(r.Host, v.host) {
		return claim{}, refuse(WrongHost, "The request is for the host %.100q, this is %s", r.Host, v.host)
	}
	if len(r.Header.Values("Signature-Input")) > 0 {
		return v.readMessage(r, body)
	}
	return v.readCavage(r, body)
}

func hasBody(method string) bool {
	return !slices.Contains([]string{http.MethodGet, http.MethodHead}, method)
}

// checkTime refuses what was signed too long ago or in the future.
func (v *Verifier) checkTime(signed time.Time) *Refusal {
	skew := v.clock.Now().Sub(signed).Abs()
	if skew > v.skew {
		return refuse(ClockSkew, "clock skew of %s was greater than %s", skew, v.skew)
	}
	return nil
}

func (v *Verifier) checkEnd(end time.Time) *Refusal {
	if v.clock.Now().After(end) {
		return refuse(Expired, "The signature expired at %s", end.UTC().Format(time.RFC3339))
	}
	return nil
}

// target is the path with its query as it stood on the request line: signed before any cleaning.
func target(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// fieldValue is a header as both schemes sign it: every line trimmed, joined by a comma (draft-cavage-12 §2.3, RFC 9421 §2.1).
func fieldValue(r *http.Request, name string) (string, bool) {
	if name == "host" {
		return hostOf(r), true
	}
	lines := r.Header.Values(name)
	if len(lines) == 0 {
		return "", false
	}
	trimmed := make([]string, len(lines))
	for i, line := range lines {
		trimmed[i] = strings.TrimSpace(line)
	}
	return strings.Join(trimmed, ", "), true
}

// hostOf is the Host header, which net/http keeps apart; on a request of ours it comes from the address.
func hostOf(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}
