package ui

// UploaderProps are where a file is sent and what may be sent.
type UploaderProps struct {
	Action    string // of the plain form: where it is posted without JavaScript
	Endpoint  string // of resumable uploads; "/api/v1/videos/upload-resumable" when empty
	CSRF      string
	ChannelID int64
	Privacy   int    // of the video until its details are saved
	Accept    string // accepted types, "video/*,audio/*"
	MaxBytes  int64  // shown and checked before sending; 0 is no limit
	EditURL   string // page of the details, with {uuid} in place of the video's id
	EventsURL string // server-sent events of transcoding, with {uuid}; polled as JSON when it answers so. Empty: not followed
}

// uploadSettings is the JSON the upload script reads.
type uploadSettings struct {
	Endpoint  string         `json:"endpoint"`
	ChannelID int64          `json:"channelId"`
	Privacy   int            `json:"privacy"`
	MaxBytes  int64          `json:"maxBytes"`
	EditURL   string         `json:"editUrl"`
	EventsURL string         `json:"eventsUrl"`
	Messages  map[string]any `json:"messages"`
}

func (p UploaderProps) settings(t Translator) uploadSettings {
	endpoint := p.Endpoint
	if endpoint == "" {
		endpoint = "/api/v1/videos/upload-resumable"
	}
	return uploadSettings{
		Endpoint: endpoint, ChannelID: p.ChannelID, Privacy: p.Privacy, MaxBytes: p.MaxBytes,
		EditURL: p.EditURL, EventsURL: p.EventsURL, Messages: t.Messages("upload"),
	}
}
