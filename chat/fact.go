package chat

import "lucarne/account"

// Mentioned tells that a message everybody sees names people who have an account here.
type Mentioned struct {
	RoomID     RoomID
	MessageID  MessageID
	AccountIDs []account.ID
}

// Held tells that a message waits for a moderator.
type Held struct {
	RoomID    RoomID
	MessageID MessageID
	Rule      string
}

// Sanctioned tells that somebody was muted or banned in a channel's chats.
type Sanctioned struct {
	RoomID RoomID
	Kind   SanctionKind
	Person PersonKey
}
