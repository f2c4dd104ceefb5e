package realtime

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// packetType is the first character of a Socket.IO packet (Socket.IO protocol, revision 5, "Packet encoding").
type packetType byte

const (
	packetConnect      packetType = '0'
	packetDisconnect   packetType = '1'
	packetEvent        packetType = '2'
	packetAck          packetType = '3'
	packetConnectError packetType = '4'
)

// packet is one message of a namespace. Those with attachments (types 5 and 6) are refused: no client of ours sends any.
type packet struct {
	kind      packetType
	namespace string
	id        int             // of the acknowledgement asked for; -1 for none
	data      json.RawMessage // nil for none
}

var errPacket = errors.New("not a packet of Socket.IO")

// parsePacket reads `type[namespace,][id][json]`. What it accepts has the shape its type asks for.
func parsePacket(text string) (packet, error) {
	if text == "" || text[0] < byte(packetConnect) || text[0] > byte(packetConnectError) {
		return packet{}, errPacket
	}
	p := packet{kind: packetType(text[0]), namespace: "/", id: -1}
	rest := text[1:]
	if strings.HasPrefix(rest, "/") {
		p.namespace, rest, _ = strings.Cut(rest, ",")
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits > 0 {
		id, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil {
			return packet{}, errPacket
		}
		p.id, rest = int(id), rest[digits:]
	}
	if rest != "" {
		p.data = json.RawMessage(rest)
	}
	if !p.hasItsShape() {
		return packet{}, errPacket
	}
	return p, nil
}

func (p packet) hasItsShape() bool {
	if p.data != nil && !json.Valid(p.data) {
		return false
	}
	switch p.kind {
	case packetConnect:
		return p.id < 0 && (p.data == nil || p.data[0] == '{')
	case packetDisconnect:
		return p.id < 0 && p.data == nil
	case packetEvent:
		var event []json.RawMessage
		return json.Unmarshal(p.data, &event) == nil && len(event) > 0 && event[0][0] == '"'
	case packetAck:
		return p.id >= 0 && p.data != nil && p.data[0] == '['
	default: // only servers send packetConnectError
		return false
	}
}

// encodePacket is the text parsePacket reads.
func encodePacket(kind packetType, namespace string, data any) (string, error) {
	text := string(byte(kind))
	if namespace != "/" {
		text += namespace + ","
	}
	if data == nil {
		return text, nil
	}
	body, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	return text + string(body), nil
}
