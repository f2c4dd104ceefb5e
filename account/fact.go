package account

// UserCreated tells of a new user.
type UserCreated struct{ UserID UserID }

// UserBlocked tells that a user may no longer sign in.
type UserBlocked struct{ UserID UserID }

// Updated tells that the face of an account changed: its name, description or images.
type Updated struct{ AccountID ID }

// UserDeleted tells that a user and the account are gone, with what is left to remove of them.
type UserDeleted struct {
	UserID    UserID
	AccountID ID
	ActorURL  string
	Images    []string // keys in the avatars store
}

// ImagesReplaced tells which files no account shows any more.
type ImagesReplaced struct {
	AccountID ID
	Images    []string // keys in the avatars store
}
