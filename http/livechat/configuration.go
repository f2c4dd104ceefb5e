package livechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/platform/fault"
)

type channelJSON struct {
	ID          channel.ID `json:"id"`
	Name        string     `json:"name"`
	DisplayName string     `json:"displayName"`
}

func channelOf(c channel.Channel) channelJSON {
	return channelJSON{ID: c.ID, Name: c.Actor.Username, DisplayName: c.Name}
}

type channelConfigurationJSON struct {
	Channel       channelJSON       `json:"channel"`
	Configuration configurationJSON `json:"configuration"`
}

// configuration answers what the rooms of a channel have in common.
func (s *surface) configuration(w http.ResponseWriter, r *request) error {
	of, settings, err := s.configured(r)
	if err != nil {
		return err
	}
	return answer(w, r, channelConfigurationJSON{channelOf(of), configurationOf(settings)})
}

func (s *surface) configured(r *request) (channel.Channel, chat.ChannelSettings, error) {
	of, err := s.channelOf(r)
	if err != nil {
		return of, chat.ChannelSettings{}, err
	}
	settings, err := s.o.Rooms.ChannelSettings(r.Context(), r.viewer, of.ID)
	return of, settings, err
}

// configure changes it. What the plugin's configuration has no words for stays as it is.
func (s *surface) configure(w http.ResponseWriter, r *request) error {
	of, before, err := s.configured(r)
	if err != nil {
		return err
	}
	wanted, err := readConfiguration(r)
	if err == nil {
		after := wanted.over(before)
		err = s.o.Rooms.ConfigureChannel(r.Context(), r.viewer, of.ID, after)
	}
	if fault.Is(err, fault.Invalid) {
		return refuse(w, err)
	}
	if err != nil {
		return err
	}
	return s.configuration(w, r)
}

// readConfiguration reads a configuration; a field that is not known is refused, as it would be lost.
func readConfiguration(r *request) (configurationJSON, error) {
	var wanted configurationJSON
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return wanted, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return wanted, fault.New(fault.Invalid, "The configuration cannot be read: %s", err)
	}
	return wanted, wanted.check()
}

// refuse answers in the plugin's form what is wrong with a configuration.
func refuse(w http.ResponseWriter, err error) error {
	message := "The configuration is not valid"
	var f *fault.Error
	if errors.As(err, &f) {
		message = f.Message
		for _, param := range f.Params {
			message += ": " + param.Name + ": " + param.Message
		}
	}
	body, err := json.Marshal(map[string]string{"validationErrorMessage": message})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(router.StatusOf(fault.New(fault.Invalid, "")))
	_, err = w.Write(body)
	return err
}
