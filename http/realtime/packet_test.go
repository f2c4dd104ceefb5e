package realtime

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

func TestParsePacket(t *testing.T) {
	tests := map[string]packet{
		`0`:                                      {kind: packetConnect, namespace: "/", id: -1},
		`0/user-notifications,`:                  {kind: packetConnect, namespace: UserNotifications, id: -1},
		`0/user-notifications`:                   {kind: packetConnect, namespace: UserNotifications, id: -1},
		`0/user-notifications,{"accessToken":1}`: {kind: packetConnect, namespace: UserNotifications, id: -1, data: json.RawMessage(`{"accessToken":1}`)},
		`1/user-notifications,`:                  {kind: packetDisconnect, namespace: UserNotifications, id: -1},
		`2["hello",1]`:                           {kind: packetEvent, namespace: "/", id: -1, data: json.RawMessage(`["hello",1]`)},
		`2/a,12["hello"]`:                        {kind: packetEvent, namespace: "/a", id: 12, data: json.RawMessage(`["hello"]`)},
		`3/a,0[]`:                                {kind: packetAck, namespace: "/a", id: 0, data: json.RawMessage(`[]`)},
	}
	for text, want := range tests {
		got, err := parsePacket(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestParsePacketRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "unknown type": "7", "attachments": `51-["a",{"_placeholder":true,"num":0}]`, "event without payload": "2",
		"event of an object": `2{}`, "event without name": `2[]`, "event named by a number": `2[1]`, "broken JSON": `2["a"`, "text after JSON": `2["a"]x`,
		"connect with an array": `0[]`, "connect with an id": `01{}`, "acknowledgement without id": `3[]`, "acknowledgement without payload": "31",
		"id out of range": `299999999999999999999["a"]`, "disconnect with payload": `1{}`, "refusal, which only servers send": `4{}`,
		"event with null": `2null`,
	} {
		if got, err := parsePacket(text); err == nil {
			t.Errorf("%s: %q was read as %+v", name, text, got)
		}
	}
}

func FuzzParsePacket(f *testing.F) {
	for _, seed := range []string{"", "0", `0/user-notifications,{"accessToken":"x"}`, `2/a,12["hello"]`, "2", "31[]", `51-["a"]`, "0/,", "2 [\"a\"]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePacket(text)
		if err != nil || p.id >= 0 {
			return
		}
		var data any
		if p.data != nil {
			data = p.data
		}
		again, err := encodePacket(p.kind, p.namespace, data)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if back, err := parsePacket(again); err != nil || back.kind != p.kind || back.namespace != p.namespace {
			t.Fatalf("%q became %q: %+v, %v", text, again, back, err)
		}
	})
}

func FuzzFollowed(f *testing.F) {
	for _, seed := range []string{`["subscribe",{"videoId":7}]`, `["unsubscribe",{"videoId":"7"}]`, `["subscribe",{"videoId":1e308}]`, `["x",[]]`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if name, id := followed(data); id < 0 || id != 0 && name == "" && !bytes.Contains(data, []byte(`""`)) {
			t.Errorf("%s: got %q, %d", data, name, id)
		}
	})
}
