package whip

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"lucarne/platform/fault"
)

// Bounds of an offer. Browsers send about 10 KB with 2 media.
const (
	maxOfferBytes = 64 << 10
	maxMedia      = 4
	maxCodecs     = 8 // kept of each medium
)

// offer is an offer of which only what we take is left: H.264 and Opus, and no candidates.
type offer struct {
	description sdp.SessionDescription
	hasPictures bool
	hasSound    bool
	videoTypes  []coding
	audioTypes  []coding
}

// coding is a way to code a medium that the offer has and we take.
type coding struct {
	payload    uint8
	parameters string // the line fmtp, as we answer it
}

func (o *offer) media() int {
	count := 0
	for _, has := range []bool{o.hasPictures, o.hasSound} {
		if has {
			count++
		}
	}
	return count
}

// credentials identify an ICE session: RFC 8839 §5.4.
type credentials struct{ fragment, password string }

// readOffer takes an offer apart. It fails with fault.Invalid when it is no SDP, and with fault.Unsupported, in words for the encoder, when
// it has media we do not take: RFC 9725 §4.4.4 wants all of an offer taken or none.
func readOffer(text string) (*offer, error) {
	if len(text) > maxOfferBytes {
		return nil, fault.New(fault.TooLarge, "The offer is larger than %d bytes", maxOfferBytes)
	}
	o := &offer{}
	if err := o.description.UnmarshalString(text); err != nil {
		return nil, fault.New(fault.Invalid, "The offer is not a session description (SDP)").Because(err)
	}
	if len(o.description.MediaDescriptions) == 0 || len(o.description.MediaDescriptions) > maxMedia {
		return nil, fault.New(fault.Unsupported, "The offer must have one video, one audio, or both")
	}
	for _, m := range o.description.MediaDescriptions {
		if err := o.readMedium(m); err != nil {
			return nil, err
		}
	}
	if _, err := o.credentials(); err != nil {
		return nil, err
	}
	o.description.Attributes = withoutCandidates(o.description.Attributes)
	return o, nil
}

func (o *offer) readMedium(m *sdp.MediaDescription) error {
	kind := m.MediaName.Media
	_, isSimulcast := m.Attribute("simulcast")
	_, isMuxed := m.Attribute("rtcp-mux")
	switch {
	case kind != "video" && kind != "audio":
		return fault.New(fault.Unsupported, "The offer has %q, which is not taken here: only video and audio are", clipped(kind))
	case o.hasPictures && kind == "video", o.hasSound && kind == "audio":
		return fault.New(fault.Unsupported, "The offer has more than one %s", kind)
	case isSimulcast:
		return fault.New(fault.Unsupported, "The offer sends the %s in several qualities (simulcast): send one", kind)
	case !o.isSending(m):
		return fault.New(fault.Unsupported, "The offer does not send its %s", kind)
	case !isMuxed: // RFC 9725 §4.4.1
		return fault.New(fault.Unsupported, "The offer keeps RTCP apart (no rtcp-mux)")
	}
	if kind == "video" {
		o.hasPictures, o.videoTypes = true, h264Codecs(m)
		return keep(m, o.videoTypes, "The offer has no H.264 with packetization-mode 1, which is what is taken here")
	}
	o.hasSound, o.audioTypes = true, opusCodecs(m)
	return keep(m, o.audioTypes, "The offer has no Opus, which is what is taken here")
}

// clipped shows a word of somebody else's.
func clipped(word string) string { return word[:min(len(word), 20)] }

// isSending reads the direction: sendrecv where none is written (RFC 8866 §6.7).
func (o *offer) isSending(m *sdp.MediaDescription) bool {
	for _, attributes := range [][]sdp.Attribute{m.Attributes, o.description.Attributes} {
		for _, a := range attributes {
			switch a.Key {
			case "sendonly", "sendrecv":
				return true
			case "recvonly", "inactive":
				return false
			}
		}
	}
	return true
}

// h264Codecs finds baseline, main and high profile in single units and fragments (packetization-mode 1). The answer names level 5.2
// whatever the offer does: RFC 6184 §8.2.2, level-asymmetry-allowed, says what each side sends at most apart, and browsers offer 3.1,
// which ends at 720p.
func h264Codecs(m *sdp.MediaDescription) []coding {
	var found []coding
	for _, payload := range payloads(m, "h264/90000") {
		parameters := formatParameters(m, payload)
		profile := strings.ToLower(parameters["profile-level-id"])
		if profile == "" {
			profile = "42e01f" // RFC 6184 §8.1: baseline where none is written
		}
		isKnown := len(profile) == 6 && slices.Contains([]string{"42", "4d", "64"}, profile[:2])
		if !isKnown || parameters["packetization-mode"] != "1" || len(found) == maxCodecs {
			continue
		}
		if _, err := strconv.ParseUint(profile, 16, 32); err != nil {
			continue
		}
		found = append(found, coding{payload, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile[:4] + "34"})
	}
	return found
}

// opusCodecs finds Opus. The answer asks for stereo, which browsers send only then (RFC 7587 §7.1).
func opusCodecs(m *sdp.MediaDescription) []coding {
	var found []coding
	for _, payload := range payloads(m, "opus/48000/2") {
		if len(found) < maxCodecs {
			found = append(found, coding{payload, "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1;maxaveragebitrate=128000"})
		}
	}
	return found
}

// payloads lists the payload types of a coding, in the offer's order of preference.
func payloads(m *sdp.MediaDescription, coding string) []uint8 {
	var list []uint8
	for _, format := range m.MediaName.Formats {
		payload, err := strconv.ParseUint(format, 10, 7)
		if err == nil && strings.EqualFold(attributeOf(m, "rtpmap", format), coding) && !slices.Contains(list, uint8(payload)) {
			list = append(list, uint8(payload))
		}
	}
	return list
}

func formatParameters(m *sdp.MediaDescription, payload uint8) map[string]string {
	parameters := map[string]string{}
	for pair := range strings.SplitSeq(attributeOf(m, "fmtp", strconv.Itoa(int(payload))), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		parameters[strings.ToLower(name)] = value
	}
	return parameters
}

// attributeOf gives what an attribute says of a format: "a=fmtp:97 …".
func attributeOf(m *sdp.MediaDescription, key, format string) string {
	for _, a := range m.Attributes {
		if a.Key != key {
			continue
		}
		if of, value, _ := strings.Cut(a.Value, " "); of == format {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// keep leaves of a medium what we take of it.
func keep(m *sdp.MediaDescription, codecs []coding, refusal string) error {
	if len(codecs) == 0 {
		return fault.New(fault.Unsupported, "%s", refusal)
	}
	m.MediaName.Formats = nil
	kept := make(map[string]coding, len(codecs))
	for _, c := range codecs {
		format := strconv.Itoa(int(c.payload))
		m.MediaName.Formats = append(m.MediaName.Formats, format)
		kept[format] = c
	}
	var attributes []sdp.Attribute
	for _, a := range withoutCandidates(m.Attributes) {
		format, _, _ := strings.Cut(a.Value, " ")
		c, isKept := kept[format]
		switch {
		case a.Key == "fmtp" || a.Key == "rtcp-fb" && format != "*" && !isKept || a.Key == "rtpmap" && !isKept:
		case a.Key == "rtpmap":
			attributes = append(attributes, a, sdp.NewAttribute("fmtp", format+" "+c.parameters))
		default:
			attributes = append(attributes, a)
		}
	}
	m.Attributes = attributes
	return nil
}

// withoutCandidates drops the addresses of the encoder. Nothing is sent to an address that an offer names: as a lite agent we answer the
// checks that come, from wherever they come (RFC 8445 §2.5), so a thousand candidates or names to resolve cost nothing.
func withoutCandidates(attributes []sdp.Attribute) []sdp.Attribute {
	return slices.DeleteFunc(attributes, func(a sdp.Attribute) bool {
		return a.Key == "candidate" || a.Key == "end-of-candidates" || a.Key == "remote-candidates"
	})
}

// credentials are those of the first medium: all are bundled (RFC 9725 §4.4.1).
func (o *offer) credentials() (credentials, error) {
	for _, attributes := range [][]sdp.Attribute{o.description.MediaDescriptions[0].Attributes, o.description.Attributes} {
		found := readCredentials(attributes)
		if found.isValid() {
			return found, nil
		}
	}
	return credentials{}, fault.New(fault.Invalid, "The offer has no ICE credentials (ice-ufrag, ice-pwd)")
}

func readCredentials(attributes []sdp.Attribute) (c credentials) {
	for _, a := range attributes {
		switch a.Key {
		case "ice-ufrag":
			c.fragment = a.Value
		case "ice-pwd":
			c.password = a.Value
		}
	}
	return c
}

// isValid checks the lengths of RFC 8839 §5.4.
func (c credentials) isValid() bool {
	return len(c.fragment) >= 4 && len(c.fragment) <= 256 && len(c.password) >= 22 && len(c.password) <= 256
}

// withCredentials is the offer again, for an ICE restart.
func (o *offer) withCredentials(c credentials) (string, error) {
	replace := func(attributes []sdp.Attribute) {
		for i, a := range attributes {
			switch a.Key {
			case "ice-ufrag":
				attributes[i].Value = c.fragment
			case "ice-pwd":
				attributes[i].Value = c.password
			}
		}
	}
	replace(o.description.Attributes)
	for _, m := range o.description.MediaDescriptions {
		replace(m.Attributes)
	}
	return o.text()
}

func (o *offer) text() (string, error) {
	text, err := o.description.Marshal()
	return string(text), err
}
