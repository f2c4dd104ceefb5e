package server

import (
	"context"
	"slices"
	"strconv"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// Tasks and notes of moderators travel as the livechat plugin has them: nodes of publish-subscribe (XEP-0060) at the address of the room, for
// the owner and moderators who are in it. Who leaves is subscribed no longer.
const (
	tasksNode = "livechat-tasks"
	notesNode = "livechat-notes"

	boardPage      = 500       // items of one answer
	boardPageBytes = 256 << 10 // of one answer, unless a single item is longer
)

// board is what an occupant is told of.
type board struct{ tasks, notes bool }

func (b *board) node(name string) *bool {
	switch name {
	case tasksNode:
		return &b.tasks
	case notesNode:
		return &b.notes
	}
	return nil
}

// publishSubscribe answers what is asked of a node.
func (oc *occupancy) publishSubscribe(ctx context.Context, e, asked *xmpp.Element, isGet bool) error {
	if !oc.o.Affiliation.CanModerate() {
		return refusal{condition: forbidden}
	}
	what := asked.First()
	node := what.Attr("node")
	if new(board).node(node) == nil {
		return refusal{condition: notFound}
	}
	switch {
	case isGet && what.Is(nsPubSub, "items"):
		return oc.answerItems(ctx, e, asked, what)
	case isGet:
	case what.Is(nsPubSub, "subscribe"):
		return oc.subscribe(ctx, e, what)
	case what.Is(nsPubSub, "unsubscribe"):
		oc.setSubscribed(node, false)
		oc.peer.send(result(e))
		return nil
	case what.Is(nsPubSub, "publish"):
		return oc.publish(ctx, e, what)
	case what.Is(nsPubSub, "retract"):
		return oc.retractItems(ctx, e, what)
	}
	return refusal{condition: unimplemented}
}

func (oc *occupancy) setSubscribed(node string, isOn bool) {
	oc.reading.Lock()
	defer oc.reading.Unlock()
	*oc.board.node(node) = isOn
}

func (oc *occupancy) isSubscribed(node string) bool {
	oc.reading.Lock()
	defer oc.reading.Unlock()
	return *oc.board.node(node)
}

func (oc *occupancy) subscribe(ctx context.Context, e, what *xmpp.Element) error {
	jid, err := xmpp.ParseJID(what.Attr("jid"))
	if err != nil || jid.Bare() != oc.peer.address().Bare() {
		return refusal{condition: badRequest, text: "Everybody subscribes for themselves"}
	}
	node := what.Attr("node")
	if _, err := oc.items(ctx, node); err != nil { // makes the first list of tasks
		return err
	}
	oc.setSubscribed(node, true)
	told := xmpp.NewElement(nsPubSub, "subscription").Set("node", node).Set("jid", jid.String()).Set("subscription", "subscribed")
	oc.peer.send(result(e, xmpp.NewElement(nsPubSub, "pubsub", told)))
	return nil
}

func (oc *occupancy) items(ctx context.Context, node string) ([]chat.Item, error) {
	if node == tasksNode {
		return oc.s.o.Rooms.Tasks(ctx, oc.o.Viewer(), oc.room)
	}
	return oc.s.o.Rooms.Notes(ctx, oc.o.Viewer(), oc.room)
}

// answerItems gives the items of a node: those that are named, or a page of all (XEP-0060 §6.5, XEP-0059).
func (oc *occupancy) answerItems(ctx context.Context, e, asked, what *xmpp.Element) error {
	list, err := oc.items(ctx, what.Attr("node"))
	if err != nil {
		return err
	}
	if named := idsOf(what); len(named) > 0 {
		list = slices.DeleteFunc(list, func(i chat.Item) bool { return !slices.Contains(named, i.ID) })
	}
	total := len(list)
	set := asked.Child(nsRSM, "set")
	if after := set.ChildText(nsRSM, "after"); after != "" {
		at := slices.IndexFunc(list, func(i chat.Item) bool { return i.ID == after })
		if at < 0 {
			return refusal{condition: notFound}
		}
		list = list[at+1:]
	}
	told := xmpp.NewElement(nsPubSub, "items").Set("node", what.Attr("node"))
	page := xmpp.NewElement(nsRSM, "set")
	shown := oc.fill(told, list, pageSize(set.ChildText(nsRSM, "max"), what.Attr("max_items")))
	if shown > 0 {
		page.Add(xmpp.NewText(nsRSM, "first", list[0].ID), xmpp.NewText(nsRSM, "last", list[shown-1].ID))
	}
	page.Add(xmpp.NewText(nsRSM, "count", strconv.Itoa(total)))
	oc.peer.send(result(e, xmpp.NewElement(nsPubSub, "pubsub", told, page)))
	return nil
}

func idsOf(what *xmpp.Element) (ids []string) {
	for _, item := range what.Children() {
		if item.Is(nsPubSub, "item") {
			ids = append(ids, item.Attr("id"))
		}
	}
	return ids
}

func pageSize(wishes ...string) int {
	size := boardPage
	for _, wish := range wishes {
		if n, err := strconv.Atoi(wish); err == nil && n >= 0 {
			size = min(size, n)
		}
	}
	return size
}

// fill adds as many items as an answer should hold, and says how many.
func (oc *occupancy) fill(told *xmpp.Element, list []chat.Item, most int) (n int) {
	for bytes := 0; n < min(len(list), most) && bytes < boardPageBytes; n++ {
		item := xmpp.NewElement(nsPubSub, "item", oc.payload(list[n])).Set("id", list[n].ID)
		bytes += len(xmpp.Marshal(item))
		told.Add(item)
	}
	return n
}

// payload is an item as the livechat plugin writes it.
func (p pen) payload(i chat.Item) *xmpp.Element {
	order := strconv.Itoa(i.Order)
	switch i.Kind {
	case chat.TaskList:
		return xmpp.NewElement(nsTaskList, "tasklist", xmpp.NewText(nsTaskList, "name", i.Name))
	case chat.Task:
		task := xmpp.NewElement(nsTask, "task", xmpp.NewText(nsTask, "name", i.Name)).Set("list", i.ListID).Set("order", order)
		if i.Description != "" {
			task.Add(xmpp.NewText(nsTask, "description", i.Description))
		}
		if i.IsDone {
			task.Set("done", "true")
		}
		return task
	}
	note := xmpp.NewElement(nsNote, "note", xmpp.NewText(nsNote, "description", i.Description)).Set("order", order)
	if i.Nick != "" || i.Person != "" {
		note.Add(xmpp.NewElement(nsNote, "note-about", p.occupantID(i.Person)).Set("jid", p.at(i.Nick)).Set("nick", i.Nick))
	}
	return note
}

// publish keeps an item.
func (oc *occupancy) publish(ctx context.Context, e, what *xmpp.Element) error {
	given := what.Child(nsPubSub, "item")
	node := what.Attr("node")
	if given == nil || given.First() == nil {
		return refusal{condition: badRequest, text: "There is nothing to publish"}
	}
	i, err := oc.parseItem(ctx, node, given.First())
	if err != nil {
		return err
	}
	i.ID = given.Attr("id")
	if i, err = oc.s.o.Rooms.PutItem(ctx, oc.o.Viewer(), oc.room, i); err != nil {
		return err
	}
	told := xmpp.NewElement(nsPubSub, "publish", xmpp.NewElement(nsPubSub, "item").Set("id", i.ID)).Set("node", node)
	oc.peer.send(result(e, xmpp.NewElement(nsPubSub, "pubsub", told)))
	return nil
}

func (oc *occupancy) parseItem(ctx context.Context, node string, payload *xmpp.Element) (chat.Item, error) {
	order, err := strconv.ParseInt(or(payload.Attr("order"), "0"), 10, 32)
	if err != nil {
		return chat.Item{}, refusal{condition: badRequest, text: "order should be a number"}
	}
	space := payload.Name.Space
	i := chat.Item{Order: int(order), Name: payload.ChildText(space, "name"), Description: payload.ChildText(space, "description")}
	switch {
	case node == tasksNode && payload.Is(nsTaskList, "tasklist"):
		i.Kind = chat.TaskList
	case node == tasksNode && payload.Is(nsTask, "task"):
		i.Kind, i.ListID, i.IsDone = chat.Task, payload.Attr("list"), isTrue(payload.Attr("done"))
	case node == notesNode && payload.Is(nsNote, "note"):
		i.Kind = chat.Note
		i.Person, i.Nick, err = oc.noted(ctx, payload.Child(nsNote, "note-about"))
	default:
		return i, refusal{condition: badRequest, text: "The node does not take this"}
	}
	return i, err
}

// noted is whom a note is about; nobody when there is nobody of the id any more.
func (oc *occupancy) noted(ctx context.Context, about *xmpp.Element) (chat.PersonKey, string, error) {
	nick := about.Attr("nick")
	if len(nick) > maxNotedNick {
		return "", "", refusal{condition: badRequest, text: "The nickname is too long"}
	}
	if id := about.Child(nsOccupant, "occupant-id").Attr("id"); id != "" {
		person, err := oc.s.o.Rooms.PersonByOccupantID(ctx, oc.o.Viewer(), oc.room, id)
		if fault.Is(err, fault.NotFound) {
			return "", nick, nil
		}
		return person, nick, err
	}
	person, _ := oc.s.o.Rooms.PersonByNick(oc.room, nick)
	return person, nick, nil
}

const maxNotedNick = 1023 // bytes of a resource (RFC 7622 §3.4)

// retractItems removes items.
func (oc *occupancy) retractItems(ctx context.Context, e, what *xmpp.Element) error {
	ids := idsOf(what)
	if len(ids) == 0 || len(ids) > maxItemsAtOnce {
		return refusal{condition: badRequest}
	}
	list, err := oc.items(ctx, what.Attr("node"))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(i chat.Item) bool { return i.ID == id }) {
			return refusal{condition: notFound}
		}
		if err := oc.s.o.Rooms.DropItem(ctx, oc.o.Viewer(), oc.room, id); err != nil {
			return err
		}
	}
	oc.peer.send(result(e))
	return nil
}

// itemChanged tells who subscribed of an item (XEP-0060 §7.1.2, §7.2.2).
func (oc *occupancy) itemChanged(e *chat.Event) []*xmpp.Element {
	node := tasksNode
	if e.Item.Kind == chat.Note {
		node = notesNode
	}
	if !oc.isSubscribed(node) {
		return []*xmpp.Element{}
	}
	changed := xmpp.NewElement(nsPubSubEvent, "retract").Set("id", e.Item.ID)
	if e.Kind == chat.ItemPut {
		changed = xmpp.NewElement(nsPubSubEvent, "item", oc.payload(*e.Item)).Set("id", e.Item.ID)
	}
	items := xmpp.NewElement(nsPubSubEvent, "items", changed).Set("node", node)
	stanza := xmpp.NewElement(xmpp.NSClient, "message", xmpp.NewElement(nsPubSubEvent, "event", items))
	return []*xmpp.Element{stanza.Set("from", oc.jid).Set("type", "headline")}
}
