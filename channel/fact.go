package channel

// Topic is what transactions touch (db.Tx.Touch) when they change what a page or a list shows of channels.
const Topic = "channel"

// Created tells of a new channel.
type Created struct{ ChannelID ID }

// Updated tells that the face of a channel changed: its names, texts or images.
type Updated struct{ ChannelID ID }

// Deleted tells that a channel is gone, with what is left to remove of it.
type Deleted struct {
	ChannelID ID
	ActorURL  string
	Images    []string // keys in the avatars store
}

// ImagesReplaced tells which files no channel shows any more.
type ImagesReplaced struct {
	ChannelID ID
	Images    []string // keys in the avatars store
}
