package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// check refuses a value that has the right type; an empty text passes all but nonempty.
type check func(text, argument string) error

// textChecks are the words of the check tag that look at the text of a value.
var textChecks = map[string]check{
	"host": checkHost, "url": checkURL, "email": checkEmail, "oneof": checkOneOf, "cidr": checkCIDR, "ip": checkIP,
	"proxy": checkProxy, "stun": checkSTUN, "path": checkPath, "css": checkCSS, "address": checkAddress, "maxlen": checkMaxLength,
}

// verify runs the checks of a key on its value, and on each element of a list.
func (l *leaf) verify(c *Config) error {
	field := l.in(c)
	if field.Kind() != reflect.Slice {
		return l.verifyOne(field)
	}
	for i := range field.Len() {
		if err := l.verifyOne(field.Index(i)); err != nil {
			return fmt.Errorf("is wrong at place %d: it %w", i+1, err)
		}
	}
	return nil
}

func (l *leaf) verifyOne(v reflect.Value) error {
	for _, word := range l.checks {
		name, argument, _ := strings.Cut(word, "=")
		if err := verifyWord(v, name, argument); err != nil {
			return &refusal{rule: name, bound: argument, message: err.Error()}
		}
	}
	return nil
}

// refusal is a value that breaks a rule: a word of the check tag with what follows it, or one of those below.
type refusal struct{ rule, bound, message string }

const (
	ruleType     = "type"     // the value is of another type
	ruleTogether = "together" // it does not go with other settings
)

// Error continues the name of the setting: "must be at least 5".
func (r *refusal) Error() string { return r.message }

func verifyWord(v reflect.Value, name, argument string) error {
	switch name {
	case "port":
		return checkRange(v, "0", "65535")
	case "min":
		return checkRange(v, argument, "")
	case "max":
		return checkRange(v, "", argument)
	case "nonempty":
		if strings.TrimSpace(v.String()) == "" {
			return fmt.Errorf("must not be empty")
		}
		return nil
	}
	text := fmt.Sprint(v.Interface())
	run, known := textChecks[name]
	if !known {
		panic("config: unknown check " + name)
	}
	if text == "" {
		return nil
	}
	return run(text, argument)
}

// checkRange compares a number, a size in bytes or a duration in milliseconds with bounds written in the same unit.
func checkRange(v reflect.Value, low, high string) error {
	number := v.Int()
	if d, ok := v.Interface().(Duration); ok {
		number = d.Milliseconds()
	}
	if bound, err := strconv.ParseInt(low, 10, 64); err == nil && number < bound {
		return fmt.Errorf("must be at least %s", boundText(v.Type(), bound))
	}
	if bound, err := strconv.ParseInt(high, 10, 64); err == nil && number > bound {
		return fmt.Errorf("must be at most %s", boundText(v.Type(), bound))
	}
	return nil
}

func boundText(t reflect.Type, bound int64) string {
	switch t {
	case durationType:
		parsed, _ := ParseDuration(strconv.FormatInt(bound, 10))
		return parsed.String()
	case bytesType:
		return Bytes(bound).String()
	}
	return strconv.FormatInt(bound, 10)
}

func checkMaxLength(text, argument string) error {
	bound, _ := strconv.Atoi(argument)
	if utf8.RuneCountInString(text) > bound {
		return fmt.Errorf("must have at most %d characters", bound)
	}
	return nil
}

func checkOneOf(text, argument string) error {
	allowed := strings.Split(argument, "|")
	if !slices.Contains(allowed, text) {
		return fmt.Errorf("must be one of %s, not %q", strings.Join(allowed, ", "), text)
	}
	return nil
}

// checkHost accepts a host name or an address, without scheme, port or path.
func checkHost(text, _ string) error {
	if _, err := netip.ParseAddr(text); err == nil {
		return nil
	}
	bad := strings.ContainsFunc(text, func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if bad || len(text) > 253 || strings.Contains(text, "..") || text[0] == '.' || text[0] == '-' {
		return fmt.Errorf("must be a host name such as video.example.org, without scheme, port or path, not %q", text)
	}
	return nil
}

func checkURL(text, schemes string) error {
	allowed := strings.Split(schemes, "|")
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains(allowed, u.Scheme) {
		return fmt.Errorf("must be an address that starts with %s://", strings.Join(allowed, ":// or "))
	}
	return nil
}

func checkEmail(text, _ string) error {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text {
		return fmt.Errorf("must be a mail address such as name@example.org")
	}
	return nil
}

func checkCIDR(text, _ string) error {
	_, prefixErr := netip.ParsePrefix(text)
	_, addressErr := netip.ParseAddr(text)
	if prefixErr != nil && addressErr != nil {
		return fmt.Errorf("must be a network such as 192.0.2.0/24, not %q", text)
	}
	return nil
}

func checkIP(text, _ string) error {
	if _, err := netip.ParseAddr(text); err != nil {
		return fmt.Errorf("must be an IP address such as 192.0.2.7, not %q", text)
	}
	return nil
}

func checkProxy(text, argument string) error {
	if slices.Contains([]string{"loopback", "linklocal", "uniquelocal"}, text) || checkCIDR(text, argument) == nil {
		return nil
	}
	return fmt.Errorf("must be loopback, linklocal, uniquelocal, an address or a network such as 192.0.2.0/24, not %q", text)
}

// checkSTUN accepts stun and stuns addresses (RFC 7064) and turn ones (RFC 7065).
func checkSTUN(text, _ string) error {
	scheme, host, ok := strings.Cut(text, ":")
	if !ok || host == "" || !slices.Contains([]string{"stun", "stuns", "turn", "turns"}, scheme) {
		return fmt.Errorf("must be an address such as stun:stun.example.org, not %q", text)
	}
	return nil
}

func checkPath(text, _ string) error {
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\r\n") {
		return fmt.Errorf("must be a path of this site that starts with /")
	}
	return nil
}

// checkCSS keeps a value of a style from ending the declaration it is put into.
func checkCSS(text, _ string) error {
	if len(text) > 100 || strings.ContainsAny(text, ";{}<>\"'\\@") || strings.Contains(strings.ToLower(text), "url(") {
		return fmt.Errorf("must be one CSS value such as #ffb000 or 4px")
	}
	return nil
}

func checkAddress(text, _ string) error {
	_, port, err := net.SplitHostPort(text)
	if number, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil || number > 65535 {
		return fmt.Errorf("must be an address and a port such as 127.0.0.1:9001")
	}
	return nil
}
