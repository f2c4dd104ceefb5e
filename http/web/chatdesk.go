package web

import "lucarne/chat"

// Chat is what the pages of chats speak for.
type Chat struct {
	Rooms *chat.Rooms // nil: there are no chats
}
