package chat

import (
	"context"
	"fmt"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Bounds of what is written.
const (
	maxQueued = 4096 // tasks that wait; more are refused
	maxBatch  = 256  // tasks of one transaction
	tick      = 100 * time.Millisecond
)

// task is a change somebody waits for. All changes are made by one goroutine, in the order in which everybody is told of them; those
// that come at the same time share a transaction.
type task struct {
	work func(ctx context.Context, tx *db.Tx, b *batch) error
	done chan error // takes one
}

// batch is what a transaction has to tell once it is committed.
type batch struct {
	rooms *Rooms
	then  []func()
}

// do makes a change and returns once it is committed. A ctx that ends meanwhile does not undo it.
func (r *Rooms) do(ctx context.Context, work func(ctx context.Context, tx *db.Tx, b *batch) error) error {
	t := &task{work: work, done: make(chan error, 1)}
	select {
	case r.queue <- t:
	case <-r.closed:
		return fault.New(fault.Unavailable, "The chat is being stopped")
	default:
		return fault.New(fault.Unavailable, "The chat is too busy, try again in a moment")
	}
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-r.closed:
		select {
		case err := <-t.done: // it was the last one
			return err
		default:
			return fault.New(fault.Unavailable, "The chat is being stopped")
		}
	}
}

// Run writes what is sent, shows what was delayed, ends polls and forgets empty rooms until ctx ends. Everybody is then let go.
func (r *Rooms) Run(ctx context.Context) error {
	defer r.stop()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case t := <-r.queue:
			r.write(ctx, r.gather(t))
		case <-ticker.C:
			if err := r.turn(ctx); err != nil && ctx.Err() == nil {
				r.o.Logger.Error("chats could not go on", "error", err)
			}
		}
	}
}

func (r *Rooms) stop() {
	close(r.closed)
	for _, h := range r.opened() {
		r.forget(h.room.ID)
		h.close(fault.New(fault.Unavailable, "The chat is being stopped"))
	}
}

// gather takes what else waits already.
func (r *Rooms) gather(first *task) []*task {
	tasks := []*task{first}
	for len(tasks) < maxBatch {
		select {
		case t := <-r.queue:
			tasks = append(tasks, t)
		default:
			return tasks
		}
	}
	return tasks
}

func (r *Rooms) write(ctx context.Context, tasks []*task) {
	b := &batch{rooms: r}
	results := make([]error, len(tasks))
	err := r.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, t := range tasks {
			if results[i] = b.attempt(ctx, tx, t); results[i] != nil && fault.Is(results[i], fault.Internal) {
				r.o.Logger.Error("a change in a chat failed", "error", results[i])
			}
		}
		return nil
	})
	if err == nil {
		for _, f := range b.then {
			f()
		}
	}
	for i, t := range tasks {
		if err != nil {
			results[i] = fmt.Errorf("write chats: %w", err)
		}
		t.done <- results[i]
	}
}

// attempt makes one change; one that fails leaves nothing behind and does not trouble the others.
func (b *batch) attempt(ctx context.Context, tx *db.Tx, t *task) error {
	told := len(b.then)
	if _, err := tx.SQL().ExecContext(ctx, "SAVEPOINT task"); err != nil {
		return err
	}
	err := t.work(ctx, tx, b)
	end := "RELEASE SAVEPOINT task"
	if err != nil {
		b.then = b.then[:told]
		end = "ROLLBACK TO SAVEPOINT task"
	}
	if _, failed := tx.SQL().ExecContext(ctx, end); failed != nil && err == nil {
		err = failed
	}
	return err
}

// emit numbers an event, keeps it and tells the room once it is committed.
func (b *batch) emit(ctx context.Context, tx *db.Tx, room RoomID, e *Event) error {
	seq, err := nextSeq(ctx, tx, room)
	if err != nil {
		return err
	}
	e.Seq, e.At = seq, b.rooms.o.Clock.Now()
	if e.Message != nil {
		if err := e.prepare(ctx, tx); err != nil {
			return err
		}
	}
	b.then = append(b.then, func() { b.rooms.inHall(room, func(h *hall) { h.publish(e) }) })
	return insertEvent(ctx, tx, room, e)
}

// prepare completes the message of an event that has its number.
func (e *Event) prepare(ctx context.Context, tx *db.Tx) error {
	m := e.Message
	e.MessageID = m.ID
	if m.Account == "" && m.Person.accountID() != 0 { // it is not sent just now
		list := []Message{*m}
		if err := introduceAuthors(ctx, tx, list); err != nil {
			return err
		}
		*m = list[0]
	}
	if e.Kind != Posted {
		return nil
	}
	m.Seq, m.ShownAt = e.Seq, e.At
	return setVisible(ctx, tx, m)
}

// update changes what is in memory of a room once the change is committed.
func (b *batch) update(room RoomID, change func(*hall)) {
	b.then = append(b.then, func() { b.rooms.inHall(room, change) })
}

// closes lets everybody in a room go once the change is committed.
func (b *batch) closes(room RoomID) {
	b.then = append(b.then, func() {
		if h := b.rooms.forget(room); h != nil {
			h.close(notFound())
		}
	})
}
