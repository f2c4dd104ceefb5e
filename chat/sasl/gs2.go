package sasl

import (
	"strings"
	"unicode/utf8"
)

// gs2 is the header SCRAM and OAUTHBEARER messages begin with (RFC 5801 §4).
type gs2 struct {
	text    string // as it was sent, with the comma at its end
	flag    byte   // 'n': the client binds nothing; 'y': it would, and thinks the server cannot; 'p': it does
	binding string // by which channel binding, for 'p'
	authzid string
}

// cutGS2 parts a message into its header and the rest.
func cutGS2(message string) (header gs2, rest string, ok bool) {
	flag, rest, ok := strings.Cut(message, ",")
	if !ok {
		return gs2{}, "", false
	}
	authzid, rest, ok := strings.Cut(rest, ",")
	if !ok {
		return gs2{}, "", false
	}
	header.text = message[:len(message)-len(rest)]
	switch {
	case flag == "n", flag == "y":
		header.flag = flag[0]
	case strings.HasPrefix(flag, "p=") && len(flag) > len("p="):
		header.flag, header.binding = 'p', flag[len("p="):]
	default:
		return gs2{}, "", false
	}
	if authzid == "" {
		return header, rest, true
	}
	name, found := strings.CutPrefix(authzid, "a=")
	header.authzid, ok = decodeName(name)
	return header, rest, found && ok
}

// decodeName reads a saslname (RFC 5802 §5.1): not empty, commas and equals signs are escaped.
func decodeName(name string) (string, bool) {
	if name == "" || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00,") {
		return "", false
	}
	before, rest, hasEscape := strings.Cut(name, "=")
	if !hasEscape {
		return name, true
	}
	var b strings.Builder
	for hasEscape {
		b.WriteString(before)
		switch {
		case strings.HasPrefix(rest, "2C"):
			b.WriteByte(',')
		case strings.HasPrefix(rest, "3D"):
			b.WriteByte('=')
		default:
			return "", false
		}
		before, rest, hasEscape = strings.Cut(rest[2:], "=")
	}
	b.WriteString(before)
	return b.String(), true
}
