package app

import (
	"context"
	"errors"
	"io"
	"net/http"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/server"
	"lucarne/chat/token"
	"lucarne/platform/blob"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
)

// buildChats builds the rooms, unless the site has none.
func (s *subjects) buildChats(p *platform) {
	if !p.config().Chat.Enabled {
		return
	}
	s.chats = chat.New(chat.Options{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Videos: s.videos, Channels: s.channels, Lives: s.lives, Logger: p.logger, Secret: p.secret,
		Settings: p.chatSettings, Images: p.blobs.Store(blob.Uploads), Pictures: p.pictures,
		Outbound: outbound.New(outbound.Options{AllowPrivate: !p.config().Federation.PreventSSRF, UserAgent: "Lucarne/" + version}),
	})
	s.chatTokens = token.New(token.Options{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Users: s.users, Rooms: s.chats, Logger: p.logger, Secret: p.secret,
		Settings: func() token.Settings { return token.Settings{AllowsTokens: p.config().Chat.Tokens.Enabled} },
	})
}

func (p *platform) chatSettings() chat.SiteSettings {
	c := p.config().Chat
	return chat.SiteSettings{
		Terms: c.Terms, AllVideos: c.AllVideos, HideFromAnonymous: c.HideFromAnonymous, AllowPatterns: c.AllowPatterns, BanAddresses: c.BanAddresses,
		Retention: c.Retention.Std(),
	}
}

func (s *subjects) sweepChats(ctx context.Context) error {
	if s.chats == nil {
		return nil
	}
	return errors.Join(s.chats.Sweep(ctx), s.chats.RefreshLists(ctx))
}

// chatVerifier knows the people of this site by what they show to the chat.
type chatVerifier struct{ *subjects }

// ByPassword takes what is made for the chat and, over a line nobody reads, the password of the account. Who has a second factor needs a
// token: a chat program cannot ask for codes.
func (v chatVerifier) ByPassword(ctx context.Context, username, password string, from server.Origin) (account.Viewer, error) {
	grant, err := v.chatTokens.CheckPassword(ctx, username, password)
	if err == nil || !fault.Is(err, fault.Unauthenticated) || !from.IsSecure {
		return grant.Viewer, err
	}
	user, err := v.sessions.Authenticate(ctx, signin.Credentials{Login: username, Password: password}, signin.Client{IP: from.Address.String()})
	if err != nil {
		return account.Viewer{}, err
	}
	return account.Viewer{User: &user}, nil
}

func (v chatVerifier) ByToken(ctx context.Context, token string, from server.Origin) (account.Viewer, error) {
	return v.sessions.ByToken(ctx, token, signin.Client{IP: from.Address.String()})
}

func (v chatVerifier) ScramKeys(ctx context.Context, h sasl.Hash, username string) (sasl.Salted[account.Viewer], error) {
	kept, err := v.chatTokens.ScramKeys(ctx, h, username)
	salted := sasl.Salted[account.Viewer]{Salt: kept.Salt, Iterations: kept.Iterations}
	for _, key := range kept.Keys {
		salted.Keys = append(salted.Keys, sasl.Key[account.Viewer]{Stored: key.Stored, Accept: func(ctx context.Context) (account.Viewer, error) {
			grant, err := key.Accept(ctx)
			return grant.Viewer, err
		}})
	}
	return salted, err
}

func (v chatVerifier) AccountID(ctx context.Context, username string) (account.ID, error) {
	user, err := v.users.ByUsername(ctx, username)
	return user.Account.ID, err
}

// chatAvatars gives chat programs pictures.
type chatAvatars struct {
	users *account.Users
	store blob.Store
}

const maxChatAvatar = 64 << 10 // bytes: a stanza has to carry it

func (a chatAvatars) Avatar(ctx context.Context, username string) (data []byte, mediaType string, err error) {
	of, err := a.users.AccountByHandle(ctx, username)
	if err != nil {
		return nil, "", err
	}
	if len(of.Actor.Avatars) == 0 {
		return nil, "", fault.New(fault.NotFound, "There is no picture")
	}
	object, err := a.store.Open(ctx, of.Actor.Avatars[0].Filename)
	if err != nil {
		return nil, "", err
	}
	defer object.Close()
	data, err = io.ReadAll(io.LimitReader(object.Content, maxChatAvatar))
	return data, http.DetectContentType(data), err
}
