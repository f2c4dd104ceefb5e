package chat

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// BotPerson is who speaks when the room itself does.
const BotPerson PersonKey = "room:bot"

// DefaultBotNick is the bot's nickname where the owner chose none.
const DefaultBotNick = "Sepia"

// Bot is what the room says by itself: lines from time to time, and answers to commands.
type Bot struct {
	IsOn     bool
	Nickname string // "": DefaultBotNick
	Quotes   []Quotes
	Commands []Command
}

// Quotes are lines said in turn, one each time. A turn passes when nobody is there, and when nothing was said since the last line.
type Quotes struct {
	Lines []string
	Every time.Duration
}

// Command is a word that is answered when somebody says it after a "!".
type Command struct {
	Name   string // without "!"
	Answer string
}

// Bounds of the bot.
const (
	maxQuotes       = 20 // lists
	maxLines        = 100
	minQuoteEvery   = time.Second
	maxQuoteEvery   = 6000 * time.Second
	maxCommands     = 100
	maxCommandRunes = 40
	helpCommand     = "help"
	answerEvery     = time.Second     // any command
	sameAnswerEvery = 5 * time.Second // the same one
	rememberedLines = 50              // the bot's, after a restart
)

var botNickname = regexp.MustCompile(`^[\p{L}\p{M}\p{N} _-]+$`)

func (b Bot) nick() string {
	if b.Nickname == "" {
		return DefaultBotNick
	}
	return b.Nickname
}

func (b Bot) check() error {
	if nick, err := cleanNick(b.nick()); err != nil || nick != b.nick() || !botNickname.MatchString(nick) || rule.Normal(nick) == reservedNick {
		return fault.InvalidParam("bot.nickname", nil, "Should have 1 to %d letters, digits, spaces, _ and -", maxNickRunes)
	}
	if len(b.Quotes) > maxQuotes {
		return fault.InvalidParam("bot.quotes", nil, "Should be at most %d lists", maxQuotes)
	}
	for i, q := range b.Quotes {
		if err := q.check("bot.quotes[" + strconv.Itoa(i) + "]"); err != nil {
			return err
		}
	}
	return checkCommands(b.Commands)
}

func (q Quotes) check(name string) error {
	if q.Every < minQuoteEvery || q.Every > maxQuoteEvery {
		return fault.InvalidParam(name+".delay", nil, "Should be between %d and %d seconds", int(minQuoteEvery.Seconds()), int(maxQuoteEvery.Seconds()))
	}
	if len(q.Lines) > maxLines || slices.ContainsFunc(q.Lines, func(line string) bool { return !isSayable(line) }) {
		return fault.InvalidParam(name+".messages", nil, "Should be at most %d lines of 1 to %d characters", maxLines, maxBodyRunes)
	}
	return nil
}

func checkCommands(list []Command) error {
	if len(list) > maxCommands {
		return fault.InvalidParam("bot.commands", nil, "Should be at most %d", maxCommands)
	}
	seen := make(map[string]bool, len(list))
	for i, c := range list {
		name := "bot.commands[" + strconv.Itoa(i) + "]"
		normal := rule.Normal(c.Name)
		if normal == "" || seen[normal] || strings.ContainsAny(c.Name, "! \t\n") || strings.Contains(normal, " ") || utf8.RuneCountInString(c.Name) > maxCommandRunes {
			return fault.InvalidParam(name+".command", nil, "Should be one word of at most %d characters without \"!\", and another one each", maxCommandRunes)
		}
		seen[normal] = true
		if !isSayable(c.Answer) {
			return fault.InvalidParam(name+".message", nil, "Should have 1 to %d characters", maxBodyRunes)
		}
	}
	return nil
}

func isSayable(text string) bool {
	p, err := Post{Body: text}.check()
	return err == nil && p.Body != ""
}

// botState is what the bot knows of one room.
type botState struct {
	due      []time.Time // of each list of quotes
	next     []int       // line of each
	quoted   time.Time   // when the last line was said; zero: none
	heard    time.Time   // when somebody else spoke last
	answered map[string]time.Time
	lastly   time.Time // any answer
}

// arm sets the clocks of the quotes, going on from what the bot said before.
func (s *botState) arm(b Bot, said []Message, now time.Time) {
	s.due, s.next, s.answered = make([]time.Time, len(b.Quotes)), make([]int, len(b.Quotes)), make(map[string]time.Time)
	for i, q := range b.Quotes {
		s.due[i] = now.Add(q.Every)
		for _, m := range said { // newest first
			if line := slices.Index(q.Lines, m.Body); line >= 0 {
				s.due[i], s.next[i] = m.SentAt.Add(q.Every), line+1
				s.quoted = later(s.quoted, m.SentAt)
				break
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// dueQuotes gives the lines whose time has come, at most one of a list.
func (h *hall) dueQuotes(now time.Time) (lines []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.channel.Bot.IsOn {
		return nil
	}
	for i, q := range h.channel.Bot.Quotes {
		if now.Before(h.bot.due[i]) || len(q.Lines) == 0 {
			continue
		}
		h.bot.due[i] = now.Add(q.Every)
		isHeard := h.bot.quoted.IsZero() || h.bot.heard.After(h.bot.quoted)
		if len(h.occupants) == 0 || !isHeard {
			continue
		}
		lines = append(lines, q.Lines[h.bot.next[i]%len(q.Lines)])
		h.bot.next[i]++
		h.bot.quoted = now
	}
	return lines
}

// quote says the lines whose time has come.
func (r *Rooms) quote(ctx context.Context, now time.Time) {
	var tasks []*task
	for _, h := range r.opened() {
		for _, line := range h.dueQuotes(now) {
			tasks = append(tasks, &task{done: make(chan error, 1), work: func(ctx context.Context, tx *db.Tx, b *batch) error {
				return r.speak(ctx, tx, b, h.botMessage(line, now))
			}})
		}
	}
	if len(tasks) > 0 {
		r.write(ctx, tasks)
	}
}

func (h *hall) botMessage(body string, now time.Time) Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Message{
		RoomID: h.room.ID, Person: BotPerson, Nick: h.channel.Bot.nick(), Affiliation: OwnerAffiliate, Body: cleanBody(body), Kind: FromBot,
		Mentions: []PersonKey{}, State: Delayed, SentAt: now,
	}
}

// speak says something in the name of the room.
func (r *Rooms) speak(ctx context.Context, tx *db.Tx, b *batch, m Message) (err error) {
	if m.ID, err = insertMessage(ctx, tx, m); err != nil {
		return err
	}
	return r.show(ctx, tx, b, &m)
}

// answer answers a message that is a command.
func (r *Rooms) answer(ctx context.Context, tx *db.Tx, b *batch, asked Message) error {
	word, isCommand := strings.CutPrefix(asked.Body, "!")
	h := r.hall(asked.RoomID)
	if !isCommand || asked.Person == BotPerson || h == nil {
		return nil
	}
	word, _, _ = strings.Cut(word, " ")
	now := r.o.Clock.Now()
	text := h.answerTo(rule.Normal(word), now)
	if text == "" {
		return nil
	}
	m := h.botMessage(text, now)
	m.ReplyTo = asked.ID
	return r.speak(ctx, tx, b, m)
}

// answerTo gives the answer to a command, "" to what is none or was answered just now.
func (h *hall) answerTo(name string, now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	bot := h.channel.Bot
	text := bot.answer(name)
	if !bot.IsOn || text == "" || now.Sub(h.bot.lastly) < answerEvery || now.Sub(h.bot.answered[name]) < sameAnswerEvery {
		return ""
	}
	h.bot.lastly, h.bot.answered[name] = now, now
	return text
}

func (b Bot) answer(name string) string {
	var names []string
	for _, c := range b.Commands {
		if rule.Normal(c.Name) == name {
			return c.Answer
		}
		names = append(names, "!"+c.Name)
	}
	if name != helpCommand || len(names) == 0 {
		return ""
	}
	return strings.Join(names, " ")
}

func (h *hall) botPresence() Presence {
	return Presence{Person: BotPerson, Nick: h.channel.Bot.nick(), Affiliation: OwnerAffiliate, Role: ModeratorRole}
}

// configure takes other settings of the channel, and tells the room what it shows of them.
func (h *hall) configure(s ChannelSettings, checker *rule.Checker, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.channel
	was := h.botPresence()
	h.channel, h.checker = s, checker.With(h.lists)
	h.bot.arm(s.Bot, nil, now)
	is := h.botPresence()
	isOther := before.Bot.IsOn != s.Bot.IsOn || was.Nick != is.Nick
	if isOther && before.Bot.IsOn {
		h.tell(&Event{Kind: Absent, Person: BotPerson, At: now, Detail: Detail{Presence: &was}})
	}
	if isOther && s.Bot.IsOn {
		h.tell(&Event{Kind: Present, Person: BotPerson, At: now, Detail: Detail{Presence: &is}})
	}
	if before.Terms != s.Terms {
		h.tell(&Event{Kind: TermsChanged, At: now, Detail: Detail{Terms: s.Terms}})
	}
}
