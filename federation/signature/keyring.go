package signature

import (
	"context"
	"net/url"
	"strings"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// KeySource knows the keys of actors. An unknown or vanished actor is NotFound; any other error means that the key may be had later.
type KeySource interface {
	// PublicKey gives the key with this id (a URL, mostly with a fragment, or "acct:name@host"). With fresh, what is kept about the actor is
	// not enough: its server is asked again, since the key seems to have changed.
	PublicKey(ctx context.Context, id string, fresh bool) (Key, error)
}

const (
	maxKeyIDBytes = 2000
	// A key nobody has is not looked for again during this time, and one that did not fit is asked for afresh at most once in it: otherwise
	// every bad signature would make us call a server of the sender's choice.
	keyPause   = 5 * time.Minute
	pausedKeys = 10_000
)

// keyring asks the source, within bounds.
type keyring struct {
	source      KeySource
	clock       clock.Clock
	unknown     *window[string]
	unavailable *window[string]
	asked       *window[string]
}

func newKeyring(source KeySource, c clock.Clock) *keyring {
	return &keyring{
		source: source, clock: c,
		unknown: newWindow[string](pausedKeys), unavailable: newWindow[string](pausedKeys), asked: newWindow[string](pausedKeys),
	}
}

// check finds the key and tries it; when it does not fit, its server is asked once whether the key has changed.
func (k *keyring) check(ctx context.Context, id string, fits func(Key) bool) (Key, error) {
	if err := checkKeyID(id); err != nil {
		return Key{}, err.about(id)
	}
	key, err := k.find(ctx, id, false)
	if err != nil || fits(key) {
		return key, err
	}
	now := k.clock.Now()
	if !k.asked.add(id, now, now.Add(keyPause)) {
		return Key{}, refuse(InvalidSignature, "Invalid signature").about(id)
	}
	key, err = k.find(ctx, id, true)
	if err != nil {
		return Key{}, err
	}
	if !fits(key) {
		return Key{}, refuse(InvalidSignature, "Invalid signature").about(id)
	}
	return key, nil
}

func (k *keyring) find(ctx context.Context, id string, fresh bool) (Key, error) {
	now := k.clock.Now()
	if k.unknown.holds(id, now) {
		return Key{}, refuse(UnknownKey, "Nobody had the key %s a moment ago", id).about(id)
	}
	if k.unavailable.holds(id, now) {
		return Key{}, refuse(KeyUnavailable, "The key %s could not be fetched a moment ago", id).about(id)
	}
	key, err := k.source.PublicKey(ctx, id, fresh)
	if err == nil && (key.Public == nil || key.Owner == "") {
		err = fault.New(fault.NotFound, "The key %s has no owner or no public half", id)
	}
	if err == nil {
		return key, nil
	}
	paused, refusal := k.unavailable, refuse(KeyUnavailable, "The key %s cannot be fetched", id)
	if fault.Is(err, fault.NotFound) {
		paused, refusal = k.unknown, refuse(UnknownKey, "Nobody has the key %s", id)
	}
	// A fresh look that fails says nothing about the key that is kept: whoever forges a signature must not lock out its owner. Nor does a
	// request that was given up say anything.
	if !fresh && ctx.Err() == nil {
		paused.add(id, now, now.Add(keyPause))
	}
	return Key{}, refusal.about(id).because(err)
}

// checkKeyID takes what federates: http(s) URLs without credentials, and acct: names.
func checkKeyID(id string) *Refusal {
	if id == "" || len(id) > maxKeyIDBytes {
		return refuse(Malformed, "The key id is empty or too long")
	}
	if name, isAccount := strings.CutPrefix(id, "acct:"); isAccount {
		if at := strings.LastIndexByte(name, '@'); at <= 0 || at == len(name)-1 {
			return refuse(Malformed, "The key id is not of the form acct:name@host")
		}
		return nil
	}
	u, err := url.Parse(id)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return refuse(Malformed, "The key id is not the address of a key")
	}
	return nil
}
