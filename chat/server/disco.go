package server

import (
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

func info(category, kind, name string, features ...string) *xmpp.Element {
	q := xmpp.NewElement(nsDiscoInfo, "query", xmpp.NewElement(nsDiscoInfo, "identity").Set("category", category).Set("type", kind).Set("name", name))
	for _, f := range append([]string{nsDiscoInfo, nsDiscoItems, nsPing}, features...) {
		q.Add(xmpp.NewElement(nsDiscoInfo, "feature").Set("var", f))
	}
	return q
}

// serverInfo says what the server or an account can do (XEP-0030).
func (s *Server) serverInfo(e *xmpp.Element) *xmpp.Element {
	if to, err := xmpp.ParseJID(e.Attr("to")); err == nil && to.Local() != "" {
		return info("account", "registered", "", nsVCard)
	}
	return info("server", "im", "Lucarne", nsVersion, nsVCard, nsCarbons)
}

func (s *Server) serverItems(e *xmpp.Element) *xmpp.Element {
	q := xmpp.NewElement(nsDiscoItems, "query")
	if to := e.Attr("to"); to == s.host.Domain() || to == s.anon.Domain() {
		q.Add(xmpp.NewElement(nsDiscoItems, "item").Set("jid", s.room.Domain()).Set("name", "Rooms"))
	}
	return q
}

// roomsInfo says what the service of the rooms can do.
func roomsInfo() *xmpp.Element {
	return info("conference", "text", "Rooms", nsMUC, nsOccupant, nsMAM)
}

// roomFeatures are what every room can do.
var roomFeatures = []string{
	nsMUC, nsMUC + "#stable_id", nsMUC + "#self-ping-optimization", "muc_persistent", "muc_hidden", "muc_semianonymous", "muc_unsecured",
	nsMAM, nsMAM + "#extended", nsIDs, nsOccupant, nsCorrect, nsRetract, nsRetractOld, nsModerate, nsModerateOld, nsFasten, nsReactions, nsReply, nsVCard,
	nsPolls, nsSearch, featureSlow, featureDelay, nsTask, nsTaskList, nsNote, nsPubSub, nsPubSub + "#publish", nsPubSub + "#subscribe",
	nsPubSub + "#retrieve-items", nsPubSub + "#retract-items", nsChat,
}

// featuresOf are those a room has by its settings.
func featuresOf(s chat.Settings) []string {
	features := []string{"muc_open", "muc_unmoderated"}
	switch s.Mode {
	case chat.SignedInOnly:
		features = []string{"muc_membersonly", "muc_unmoderated", featureMute}
	case chat.AnonymousMuted:
		features = append(features, featureMute)
	case chat.FollowersOnly, chat.ReadOnly:
		features[1] = "muc_moderated"
	}
	if s.EmojiOnly {
		features = append(features, featureEmoji)
	}
	return features
}

// roomInfo says what a room can do and how it is set up (XEP-0045 §6.4).
func roomInfo(room chat.Room, title string, occupants int) *xmpp.Element {
	q := info("conference", "text", title, append(featuresOf(room.Settings), roomFeatures...)...)
	f := newForm("result", nsRoomInfo)
	f.field("muc#roomconfig_roomname", "text-single", "Name", title)
	f.flag("muc#roominfo_changesubject", "Occupants may change the subject", false)
	f.field("muc#maxhistoryfetch", "text-single", "Messages told to who comes in", strconv.Itoa(historyMost))
	f.field("muc#roominfo_description", "text-single", "Description", title)
	f.field("muc#roominfo_occupants", "text-single", "Occupants", strconv.Itoa(occupants))
	f.field(featureSlow, "text-single", "Seconds between two messages of one person", seconds(room.Settings.SlowMode))
	f.field(featureDelay, "text-single", "Seconds before others see a message", seconds(room.Settings.ModerationDelay))
	return q.Add(f.Element)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// form is a form of XEP-0004.
type form struct{ *xmpp.Element }

func newForm(kind, name string) form {
	f := form{xmpp.NewElement(nsForms, "x").Set("type", kind)}
	f.field("FORM_TYPE", "hidden", "", name)
	return f
}

func (f form) field(name, kind, label string, values ...string) {
	field := xmpp.NewElement(nsForms, "field").Set("var", name).Set("type", kind).Set("label", label)
	for _, v := range values {
		field.Add(xmpp.NewText(nsForms, "value", v))
	}
	f.Add(field)
}

// flag is a field that is on or off.
func (f form) flag(name, label string, isOn bool) {
	value := "0"
	if isOn {
		value = "1"
	}
	f.field(name, "boolean", label, value)
}

// fields reads the values of a submitted form by name; the first one of each.
func fields(x *xmpp.Element) map[string]string {
	values := make(map[string]string)
	for _, field := range x.Children() {
		if field.Is(nsForms, "field") {
			if value := field.Child(nsForms, "value"); value != nil {
				values[field.Attr("var")] = value.Text()
			}
		}
	}
	return values
}

// valuesOf reads all values of one field of a submitted form.
func valuesOf(x *xmpp.Element, name string) (values []string) {
	for _, field := range x.Children() {
		if !field.Is(nsForms, "field") || field.Attr("var") != name {
			continue
		}
		for _, value := range field.Children() {
			values = append(values, value.Text())
		}
	}
	return values
}

func isTrue(value string) bool { return value == "1" || value == "true" }
