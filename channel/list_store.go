package channel

import (
	"context"
	"strings"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/search"
)

type query struct {
	filter  db.Filter
	page    Page
	join    string
	joinArg string
	isEmpty bool
}

func (c *Channels) query(f Filter, p Page) query {
	if p.Count <= 0 {
		p.Count = defaultPage
	}
	p.Count, p.Start = min(p.Count, MaxPage), max(p.Start, 0)
	q := query{page: p}
	if f.Owner != 0 {
		q.filter.And("channel.account_id = ?", f.Owner)
	}
	if f.Host != nil {
		_, host := c.o.Site.SplitHandle("anyone@" + *f.Host)
		q.filter.And("actor.host = ?", host)
	}
	if len(f.Handles) > 0 {
		handles(&q.filter, c.o.Site, f.Handles)
	}
	if f.Search != "" {
		c.search(&q, f.Search)
	}
	return q
}

func handles(to *db.Filter, site account.Site, wanted []string) {
	var conditions []string
	var args []any
	for _, handle := range wanted[:min(len(wanted), MaxPage)] {
		username, host := site.SplitHandle(handle)
		conditions = append(conditions, "(LOWER(actor.username) = ? AND actor.host = ?)")
		args = append(args, strings.ToLower(username), host)
	}
	to.And("("+strings.Join(conditions, " OR ")+")", args...)
}

func (c *Channels) search(q *query, question string) {
	if handle, ok := c.handleIn(question); ok {
		handles(&q.filter, c.o.Site, []string{handle})
		return
	}
	engine := c.o.DB.Engine()
	asked := search.SQLiteFTS(question)
	if engine == db.PostgreSQL {
		asked = search.PostgresTSQuery(question)
	}
	switch {
	case asked == "":
		q.isEmpty = true
	case q.page.Sort.by == "" || q.page.Sort.by == "match":
		q.page.Sort.by = "match"
		q.join, q.joinArg = " "+searchIndex.Join(engine, "channel.id"), asked
	default:
		q.filter.And(searchIndex.Match(engine, "channel.id"), asked)
	}
}

// handleIn reads a question that names one channel: "@name@host", "name@host" or the address of a page of ours.
func (c *Channels) handleIn(question string) (handle string, ok bool) {
	if path, isOurs := strings.CutPrefix(question, c.o.Site.Origin+"/"); isOurs {
		for _, folder := range []string{"video-channels/", "c/"} {
			if name, found := strings.CutPrefix(path, folder); found {
				name, _, _ = strings.Cut(name, "/")
				return name, true
			}
		}
		return "", false
	}
	handle = strings.TrimPrefix(question, "@")
	return handle, strings.Count(handle, "@") == 1 && !strings.ContainsAny(handle, " /")
}

func (q query) args() []any {
	if q.join == "" {
		return q.filter.Args()
	}
	return append([]any{q.joinArg}, q.filter.Args()...)
}

func (q query) orderBy() string {
	s := q.page.Sort
	switch {
	case q.join != "":
		return " ORDER BY match.score DESC, channel.id DESC"
	case s.by == "" || s.by == "match":
		return " ORDER BY channel.created_at DESC, channel.id DESC"
	case s.isDescending:
		return " ORDER BY " + sortColumns[s.by] + " DESC, channel.id DESC"
	}
	return " ORDER BY " + sortColumns[s.by] + ", channel.id"
}

func (q query) run(ctx context.Context, from db.Querier) (List, error) {
	found, err := db.List(ctx, from, scan, "SELECT "+columns+tables+q.join+q.filter.Where()+q.orderBy()+" LIMIT ? OFFSET ?",
		append(q.args(), q.page.Count, q.page.Start)...)
	if err != nil {
		return List{}, err
	}
	if err := loadImages(ctx, from, found); err != nil {
		return List{}, err
	}
	list := List{Channels: make([]Channel, len(found))}
	for i, one := range found {
		list.Channels[i] = *one
	}
	list.Total, err = db.Value[int](ctx, from, "SELECT COUNT(*) FROM channel JOIN actor ON actor.id = channel.actor_id"+q.join+q.filter.Where(), q.args()...)
	return list, err
}
