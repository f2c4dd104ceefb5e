package web

import (
	"net/http"
	"strings"
	"time"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/web/ui"
)

func (p *Pages) chatBotRoutes() []route {
	const one = myChannelsPath + "/{name}/chat/bot"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.chatBot},
		{method: "POST", pattern: one, access: signedIn, do: p.saveChatBot},
	}
}

// The bounds of the bot, as the subject has them, and how many empty fields the form ends with.
const (
	maxBotName      = 40
	maxQuoteMinutes = 100
	maxQuoteLists   = 20
	maxBotCommands  = 100
	maxCommandName  = 40
	maxBotText      = 2000
	spareQuotes     = 1
	spareCommands   = 2
)

func (p *Pages) chatBot(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	return r.showBot(w, c, r.newForm().setBot(s.Bot))
}

func (r *request) showBot(w http.ResponseWriter, c channel.Channel, f *form) error {
	return r.show(w, f.status(), r.myPage(r.chatTitle(c)), chatBotContent(r, c, f))
}

func (p *Pages) saveChatBot(w http.ResponseWriter, r *request) error {
	c, s, err := r.ownChat()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	s.Bot = f.bot()
	if !f.isRefused() {
		err = p.Rooms.ConfigureChannel(r.Context(), r.viewer, c.ID, s)
	}
	if err != nil && !f.takeBot(err) {
		return err
	}
	if f.isRefused() {
		return r.showBot(w, c, f)
	}
	r.flash(w, ui.Good, r.t.T("chatbot.saved"))
	return r.redirect(w, channelChatPath(c)+"/bot")
}

func quoteField(i int, name string) string   { return "quotes" + itoa(i) + "." + name }
func commandField(i int, name string) string { return "commands" + itoa(i) + "." + name }

func (f *form) setBot(b chat.Bot) *form {
	f.setIf("isOn", b.IsOn).set("nickname", b.Nickname)
	for i, q := range b.Quotes {
		f.set(quoteField(i, "lines"), strings.Join(q.Lines, "\n")).set(quoteField(i, "minutes"), wholeMinutes(q.Every))
	}
	for i, c := range b.Commands {
		f.set(commandField(i, "name"), c.Name).set(commandField(i, "answer"), c.Answer)
	}
	return f
}

// wholeMinutes writes a time as people count it, rounded up.
func wholeMinutes(d time.Duration) string { return itoa(int64((d + time.Minute - 1) / time.Minute)) }

// bot reads what the room says by itself. Fields that are left empty say nothing.
func (f *form) bot() chat.Bot {
	b := chat.Bot{IsOn: f.has("isOn"), Nickname: strings.TrimSpace(f.get("nickname"))}
	for i := range maxQuoteLists {
		lines := f.lines(quoteField(i, "lines"))
		if len(lines) == 0 {
			continue
		}
		every := time.Duration(f.whole(quoteField(i, "minutes"), 1, maxQuoteMinutes)) * time.Minute
		b.Quotes = append(b.Quotes, chat.Quotes{Lines: lines, Every: every})
	}
	for i := range maxBotCommands {
		name, answer := strings.TrimLeft(strings.TrimSpace(f.get(commandField(i, "name"))), "!"), strings.TrimSpace(f.get(commandField(i, "answer")))
		if name == "" && answer == "" {
			continue
		}
		if name == "" || answer == "" {
			f.refuse(commandField(i, "name"), f.r.t.T("chatbot.half-a-command"))
		}
		b.Commands = append(b.Commands, chat.Command{Name: name, Answer: answer})
	}
	return b
}

// takeBot tells what is wrong in words for the whole form: the subject counts what is filled in, the form its fields.
func (f *form) takeBot(err error) bool {
	if !f.take(err, nil) {
		return false
	}
	if f.problems["bot.nickname"] != "" {
		f.rename("bot.nickname", "nickname", f.r.t.T("chatbot.bad-name"))
		return true
	}
	clear(f.problems)
	f.problem = f.r.t.T("chatbot.refused")
	return true
}

// shownQuotes and shownCommands are how many fields the form has: those filled in, and a few more.
func (f *form) shownQuotes() int {
	return f.shownFields(maxQuoteLists, spareQuotes, func(i int) string { return quoteField(i, "lines") })
}

func (f *form) shownCommands() int {
	return f.shownFields(maxBotCommands, spareCommands, func(i int) string { return commandField(i, "name") })
}

func (f *form) shownFields(most, spare int, field func(int) string) int {
	last := 0
	for i := range most {
		if f.has(field(i)) {
			last = i + 1
		}
	}
	return min(last+spare, most)
}
