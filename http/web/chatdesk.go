package web

import (
	"strconv"
	"strings"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/http/web/ui"
)

// Chat is what the pages of chats speak for.
type Chat struct {
	Rooms *chat.Rooms // nil: there are no chats
	// Tokens are what people sign in to the chat with from elsewhere. They are there where Rooms are.
	Tokens *token.Tokens
}

// chatDeskRoutes are the pages of those who run a chat. Without chats there are none.
func (p *Pages) chatDeskRoutes() []route {
	if p.Rooms == nil {
		return nil
	}
	var list []route
	for _, table := range [][]route{
		p.chatSettingsRoutes(), p.chatRulesRoutes(), p.chatWordsRoutes(), p.chatModeratorsRoutes(), p.videoChatRoutes(), p.moderationRoutes(), p.chatShareRoutes(), p.dockRoutes(), p.myChatRoutes(),
		p.chatSearchRoutes(), p.chatBotRoutes(), p.adminChatRoutes(), p.chatEmojiRoutes(), p.chatListRoutes(),
	} {
		list = append(list, table...)
	}
	return list
}

// channelChatPath is where the chats of a channel are set up.
func channelChatPath(c channel.Channel) string { return myChannelPath(c) + "/chat" }

// moderationPath is where a room is moderated.
func moderationPath(room chat.Room) string { return "/chat/" + room.Name + "/moderation" }

// chatTabs are the pages a channel's chats are set up on.
func (r *request) chatTabs(c channel.Channel, current string) []ui.Tab {
	base := channelChatPath(c)
	list := []ui.Tab{
		{URL: base, Label: r.t.T("chatsettings.general"), Icon: "sliders-horizontal"},
		{URL: base + "/rules", Label: r.t.T("chatrules.title"), Icon: "shield"},
		{URL: base + "/bot", Label: r.t.T("chatbot.commands"), Icon: "message-square"},
		{URL: base + "/emoji", Label: r.t.T("chatemoji.tab"), Icon: "image"},
		{URL: base + "/lists", Label: r.t.T("chatlists.title"), Icon: "share-2"},
		{URL: base + "/moderators", Label: r.t.T("chatsettings.moderators"), Icon: "users"},
	}
	for i := range list {
		list[i].Current = list[i].URL == base+current
	}
	return list
}

// whole reads a number between two bounds. What is none, or lies outside, is refused.
func (f *form) whole(name string, least, most int) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.get(name)))
	if err != nil || n < least || n > most {
		f.refuse(name, f.r.t.T("problem.between", "least", least, "most", most))
		return least
	}
	return n
}

// lines are those of a text with something on them.
func (f *form) lines(name string) []string {
	list := []string{}
	for line := range strings.Lines(f.get(name)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
