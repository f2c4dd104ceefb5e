package api

import (
	"time"

	"lucarne/chat"
)

// botJSON is what a room says by itself; times are seconds.
type botJSON struct {
	Enabled  bool          `json:"enabled"`
	Nickname string        `json:"nickname"` // "" is the default
	Quotes   []quotesJSON  `json:"quotes"`
	Commands []commandJSON `json:"commands"`
}

type quotesJSON struct {
	Lines []string `json:"lines"`
	Every int64    `json:"every"`
}

type commandJSON struct {
	Name   string `json:"name"`
	Answer string `json:"answer"`
}

func botOf(b chat.Bot) botJSON {
	j := botJSON{Enabled: b.IsOn, Nickname: b.Nickname, Quotes: make([]quotesJSON, len(b.Quotes)), Commands: make([]commandJSON, len(b.Commands))}
	for i, q := range b.Quotes {
		j.Quotes[i] = quotesJSON{Lines: append([]string{}, q.Lines...), Every: int64(q.Every / time.Second)}
	}
	for i, c := range b.Commands {
		j.Commands[i] = commandJSON(c)
	}
	return j
}

// readBot reads what a room is to say by itself; nil when it was not sent or is refused.
func readBot(in *input, name string) *chat.Bot {
	var sent botJSON
	if !readStrictly(in, name, &sent) {
		return nil
	}
	b := chat.Bot{IsOn: sent.Enabled, Nickname: sent.Nickname}
	for _, q := range sent.Quotes {
		if q.Every < 0 || q.Every > maxRuleSeconds {
			in.refuse(name, nil, "A time should be a number of seconds")
			return nil
		}
		b.Quotes = append(b.Quotes, chat.Quotes{Lines: q.Lines, Every: time.Duration(q.Every) * time.Second})
	}
	for _, c := range sent.Commands {
		b.Commands = append(b.Commands, chat.Command(c))
	}
	return &b
}
