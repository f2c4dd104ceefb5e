package server

// The namespaces of the stanzas, with where they come from.
const (
	nsStreamErrors = "urn:ietf:params:xml:ns:xmpp-streams" // RFC 6120
	nsStanzas      = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsSASL         = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBinding      = "urn:xmpp:sasl-cb:0"
	nsBind         = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession      = "urn:ietf:params:xml:ns:xmpp-session" // RFC 3921, kept for old clients
	nsRoster       = "jabber:iq:roster"                    // RFC 6121
	nsForms        = "jabber:x:data"                       // XEP-0004
	nsDiscoInfo    = "http://jabber.org/protocol/disco#info"
	nsDiscoItems   = "http://jabber.org/protocol/disco#items"
	nsMUC          = "http://jabber.org/protocol/muc" // XEP-0045
	nsMUCUser      = nsMUC + "#user"
	nsMUCAdmin     = nsMUC + "#admin"
	nsMUCOwner     = nsMUC + "#owner"
	nsRoomInfo     = nsMUC + "#roominfo"
	nsRoomConfig   = nsMUC + "#roomconfig"
	nsVCard        = "vcard-temp"                        // XEP-0054
	nsRSM          = "http://jabber.org/protocol/rsm"    // XEP-0059
	nsPubSub       = "http://jabber.org/protocol/pubsub" // XEP-0060
	nsPubSubEvent  = nsPubSub + "#event"
	nsVersion      = "jabber:iq:version"                  // XEP-0092
	nsSM           = "urn:xmpp:sm:3"                      // XEP-0198
	nsPing         = "urn:xmpp:ping"                      // XEP-0199
	nsDelay        = "urn:xmpp:delay"                     // XEP-0203
	nsCarbons      = "urn:xmpp:carbons:2"                 // XEP-0280
	nsForward      = "urn:xmpp:forward:0"                 // XEP-0297
	nsCorrect      = "urn:xmpp:message-correct:0"         // XEP-0308
	nsMAM          = "urn:xmpp:mam:2"                     // XEP-0313
	nsHints        = "urn:xmpp:hints"                     // XEP-0334
	nsIDs          = "urn:xmpp:sid:0"                     // XEP-0359
	nsOccupant     = "urn:xmpp:occupant-id:0"             // XEP-0421
	nsFasten       = "urn:xmpp:fasten:0"                  // XEP-0422
	nsRetract      = "urn:xmpp:message-retract:1"         // XEP-0424
	nsRetractOld   = "urn:xmpp:message-retract:0"         // its first version, which the livechat plugin speaks
	nsModerate     = "urn:xmpp:message-moderate:1"        // XEP-0425
	nsModerateOld  = "urn:xmpp:message-moderate:0"        // its first version
	nsReactions    = "urn:xmpp:reactions:0"               // XEP-0444
	nsReply        = "urn:xmpp:reply:0"                   // XEP-0461
	nsPolls        = nsMUC + "#x-poll"                    // livechat plugin
	nsPollMessage  = nsMUC + "#x-poll-message"            // livechat plugin
	nsSearch       = "urn:xmpp:mam:2#x-search"            // livechat plugin
	nsChat         = "urn:lucarne:chat:0"                 // docs/chat-protocol.md
	featureSlow    = "muc#roominfo_slow_mode_duration"    // livechat plugin
	featureDelay   = "muc#roominfo_moderation_delay"      // livechat plugin
	featureMute    = "x_peertubelivechat_mute_anonymous"  // livechat plugin
	featureEmoji   = "x_peertubelivechat_emoji_only_mode" // livechat plugin
	nsTask         = "urn:peertube-plugin-livechat:task"
	nsTaskList     = nsTask + "list"
	nsNote         = "urn:peertube-plugin-livechat:note"
	attrAnnounce   = "x-livechat-announcement-type" // livechat plugin
)
