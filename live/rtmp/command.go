package rtmp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// call is a command as it came (RTMP §7.2): its name, the number its answer repeats, and its arguments, the command object first.
type call struct {
	name        string
	transaction float64
	arguments   []any
}

func (c call) argument(n int) any {
	if n >= len(c.arguments) {
		return nil
	}
	return c.arguments[n]
}

func (c call) text(n int) string {
	text, _ := c.argument(n).(string)
	return text
}

func (c call) object(n int) Object {
	object, _ := c.argument(n).(Object)
	return object
}

// isCommand tells whether the message is a command, also one in the wrapper of AMF3.
func (m message) isCommand() bool { return m.kind == typeCommand || m.kind == typeCommandAMF3 }

// amf is the message's AMF0. RTMP §7.1.1: those of AMF3 begin with a zero byte, then go on in AMF0 as long as nothing else is marked.
func (m message) amf() []byte {
	isWrapped := m.kind == typeCommandAMF3 || m.kind == typeDataAMF3
	if isWrapped && len(m.payload) > 0 && m.payload[0] == 0 {
		return m.payload[1:]
	}
	return m.payload
}

func parseCall(m message) (call, error) {
	values, err := decodeAMF(m.amf())
	if err != nil {
		return call{}, err
	}
	if len(values) < 2 {
		return call{}, violation("a command of %d values", len(values))
	}
	name, isName := values[0].(string)
	transaction, isNumber := values[1].(float64)
	if !isName || !isNumber {
		return call{}, violation("a command without a name or a number")
	}
	return call{name, transaction, values[2:]}, nil
}

// command makes one for a message stream; stream 0 is the connection itself.
func command(name string, stream uint32, transaction float64, arguments ...any) message {
	payload := encodeAMF(nil, name, transaction)
	return message{kind: typeCommand, stream: stream, payload: encodeAMF(payload, arguments...)}
}

// status is the information object of an answer (RTMP §7.2.2).
func status(level, code, description string) Object {
	return Object{{"level", level}, {"code", code}, {"description", description}}
}

func onStatus(stream uint32, level, code, description string) message {
	return command("onStatus", stream, 0, nil, status(level, code, description))
}

// shown makes what the other side says fit for our messages and logs: one line, of bounded length.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if len(text) <= maxTextShown {
		return text
	}
	cut := maxTextShown
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
