package chat

import (
	"context"
	"math"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Search is what moderators look for among what everybody sees of a room: a text, a person, or what a person said of it.
type Search struct {
	Text   string    // without regard to case, accents, invisible and look-alike characters; "": any
	Person PersonKey // "": anybody
	Start  time.Time // shown from then on; zero: from the first
	End    time.Time // shown until then; zero: until now
	Before MessageID // is not in it; 0: from the last message on
	Max    int       // messages found; bounded by maxHistory
}

// Found is what a search found.
type Found struct {
	Messages []Message // newest first
	// Next is the message to search on before; 0 when everything was looked at.
	Next MessageID
}

const (
	maxSearched   = 20_000 // messages looked at by one search
	searchedPage  = 1000
	maxSearchText = 200 // bytes
)

// Search finds messages of a room, for its moderators. It looks at a bounded number of them; what it did not get to is before Found.Next.
func (r *Rooms) Search(ctx context.Context, by account.Viewer, room RoomID, s Search) (Found, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return Found{}, err
	}
	wanted := rule.Normal(s.Text)
	if wanted == "" && s.Person == "" || len(s.Text) > maxSearchText || len(s.Person) > maxPersonBytes {
		return Found{}, fault.InvalidParam("search", nil, "Should be a text of at most %d bytes or a person", maxSearchText)
	}
	before := int64(math.MaxInt64)
	if s.Before != 0 {
		var err error
		if before, err = shownAs(ctx, r.o.DB, room, s.Before); err != nil {
			return Found{}, err
		}
	}
	found, err := r.search(ctx, room, before, s, wanted)
	if err != nil {
		return Found{}, err
	}
	return found, describe(ctx, r.o.DB, found.Messages)
}

// filter is what the database can look for.
func (s Search) filter(room RoomID, before int64) *db.Filter {
	f := Span{Start: s.Start, End: s.End}.filter(room)
	f.And("m.seq < ?", before)
	if s.Person != "" {
		f.And("m.person = ?", s.Person)
	}
	return f
}

func (r *Rooms) search(ctx context.Context, room RoomID, before int64, s Search, wanted string) (found Found, err error) {
	most := min(max(s.Max, 1), maxHistory)
	for looked := 0; looked < maxSearched; looked += searchedPage {
		f := s.filter(room, before)
		page, err := db.List(ctx, r.o.DB, scanMessage, "SELECT "+messageColumns+" FROM chat_message m"+f.Where()+" ORDER BY m.seq DESC LIMIT ?",
			f.Args(searchedPage)...)
		if err != nil {
			return Found{}, err
		}
		for _, m := range page {
			if len(found.Messages) == most {
				return found, nil
			}
			found.Next, before = m.ID, m.Seq
			if strings.Contains(rule.Normal(m.Body), wanted) {
				found.Messages = append(found.Messages, m)
			}
		}
		if len(page) < searchedPage {
			found.Next = 0
			return found, nil
		}
	}
	return found, nil
}
