package api

import (
	"net/http"

	"lucarne/live"
)

// relayJSON leaves the key out: it opens the air of another site, and is only ever written.
type relayJSON struct {
	ID      live.RelayID `json:"id"`
	Name    string       `json:"name"`
	Address string       `json:"address"`
	Enabled bool         `json:"enabled"`
}

func relayOf(r live.Relay) relayJSON {
	return relayJSON{ID: r.ID, Name: r.Name, Address: r.Address, Enabled: r.IsEnabled}
}

func (r *request) relayChange() (live.RelayChange, error) {
	in, err := r.body()
	if err != nil {
		return live.RelayChange{}, err
	}
	c := live.RelayChange{Name: in.optString("name"), Address: in.optString("address"), Key: in.optString("key"), IsEnabled: in.optBool("enabled")}
	return c, in.err()
}

func (a *API) listRelays(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	list, err := a.LiveRelays.List(r.Context(), r.viewer, id)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(list), list, relayOf))
}

func (a *API) addRelay(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	change, err := r.relayChange()
	if err != nil {
		return err
	}
	made, err := a.LiveRelays.Add(r.Context(), r.viewer, id, change)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]relayJSON{"relay": relayOf(made)})
}

func (a *API) updateRelay(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	relay, err := r.pathID("relayId")
	if err != nil {
		return err
	}
	change, err := r.relayChange()
	if err != nil {
		return err
	}
	if err := a.LiveRelays.Update(r.Context(), r.viewer, id, live.RelayID(relay), change); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) removeRelay(w http.ResponseWriter, r *request) error {
	id, err := r.pathVideo()
	if err != nil {
		return err
	}
	relay, err := r.pathID("relayId")
	if err != nil {
		return err
	}
	if err := a.LiveRelays.Remove(r.Context(), r.viewer, id, live.RelayID(relay)); err != nil {
		return err
	}
	return noContent(w)
}
