package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lucarne/account"
	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// PersonKey tells people apart in rooms and bans, over connections and restarts: "account:<id>", "visitor:<hash>", "jid:<bare JID>". A domain of
// other servers, "domain:<host>", and a range of addresses, "address:<hash>", can be banned like a person.
type PersonKey string

// OfAccount is the key of somebody signed in here.
func OfAccount(id account.ID) PersonKey {
	return PersonKey("account:" + strconv.FormatInt(int64(id), 10))
}

// OfJID is the key of somebody signed in on another server, by bare JID.
func OfJID(bare string) PersonKey { return PersonKey("jid:" + strings.ToLower(bare)) }

// OfDomain is the key of all who are signed in on another server.
func OfDomain(host string) PersonKey { return PersonKey("domain:" + strings.ToLower(host)) }

// IsAnonymous reports whether the person has an account nowhere.
func (k PersonKey) IsAnonymous() bool { return strings.HasPrefix(string(k), "visitor:") }

// domain is the key of the server somebody is signed in on; "" for who is not.
func (k PersonKey) domain() PersonKey {
	jid, ok := strings.CutPrefix(string(k), "jid:")
	if _, host, found := strings.Cut(jid, "@"); ok && found {
		return OfDomain(host)
	}
	return ""
}

// accountID is the account of somebody signed in here, 0 for others.
func (k PersonKey) accountID() account.ID {
	number, ok := strings.CutPrefix(string(k), "account:")
	if !ok {
		return 0
	}
	id, _ := strconv.ParseInt(number, 10, 64) // made by OfAccount
	return account.ID(id)
}

// Affiliation is what somebody is to a room, wherever they are.
type Affiliation string

// The affiliations (XEP-0045 §5.2). Nobody is outcast who is let in.
const (
	NoAffiliation  Affiliation = "none"
	AdminAffiliate Affiliation = "admin" // moderators of the instance, and those the owner invited
	OwnerAffiliate Affiliation = "owner" // the channel's owner, and administrators
)

// CanModerate reports whether the affiliation comes with a moderator's powers.
func (a Affiliation) CanModerate() bool { return a == AdminAffiliate || a == OwnerAffiliate }

// Role is what an occupant may do just now.
type Role string

// The roles (XEP-0045 §5.1).
const (
	VisitorRole     Role = "visitor" // reads
	ParticipantRole Role = "participant"
	ModeratorRole   Role = "moderator"
)

// hash makes a value unreadable for who has the database and not the secret; what keeps uses of it apart.
func (r *Rooms) hash(what, value string) string {
	mac := hmac.New(sha256.New, r.o.Secret)
	mac.Write([]byte(what + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// OfVisitor is the key of somebody with an account nowhere, by the secret of their browser.
func (r *Rooms) OfVisitor(secret string) PersonKey {
	return PersonKey("visitor:" + r.hash("visitor", secret))
}

// OccupantID is what a room calls a person to everybody (XEP-0421): always the same, and nothing can be read from it. In another room it
// is another one.
func (r *Rooms) OccupantID(room RoomID, p PersonKey) string {
	return r.hash("occupant "+strconv.FormatInt(int64(room), 10), string(p))
}

// ofAddress is the key of the range an address lies in: the address itself, or the network of one home (IPv6, 64 bits).
func (r *Rooms) ofAddress(a netip.Addr) PersonKey {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	return PersonKey("address:" + r.hash("address", netip.PrefixFrom(a, bits).Masked().String()))
}

const (
	maxNickRunes = 40
	reservedNick = "peertube" // the room itself speaks by this name
)

// cleanNick gives a nickname in one form. Nothing in it may be invisible or turn the direction of what follows.
func cleanNick(nick string) (string, error) {
	nick = strings.Join(strings.Fields(norm.NFC.String(fewMarks(nick))), " ")
	isBad := strings.ContainsFunc(nick, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError })
	if nick == "" || isBad || utf8.RuneCountInString(nick) > maxNickRunes || rule.Normal(nick) == "" {
		return "", fault.InvalidParam("nickname", nil, "Should have 1 to %d visible characters", maxNickRunes)
	}
	return nick, nil
}
