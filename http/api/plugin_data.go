package api

import (
	"context"

	"lucarne/platform/shortid"
	"lucarne/video"
)

// pluginData is what PeerTube's clients send and read of plugins' fields of a video. Of these, only the livechat plugin's is known here.

// livechatActive is the field that says whether a video has a chat.
const livechatActive = "livechat-active"

// chatChoice reads whether a form says that the video has a chat; nil when it does not say.
func chatChoice(in *input) *bool {
	data := in.object("pluginData")
	if data == nil || !data.has(livechatActive) {
		return nil
	}
	if value := data.fields[livechatActive]; value == nil || value == "null" { // the plugin takes it for false
		return new(bool)
	}
	return data.optBool(livechatActive)
}

// keepChatChoice does what a form said of the chat of a video.
func (a *API) keepChatChoice(r *request, of video.Video, choice *bool) error {
	if a.Rooms == nil || choice == nil {
		return nil
	}
	return a.chooseChat(r, shortid.Of(of.UUID), *choice)
}

// addPluginData tells of a live whether it has a chat.
func (a *API) addPluginData(ctx context.Context, j *videoDetailsJSON, of video.Video) error {
	if a.Rooms == nil || !of.IsLive || !of.IsLocal() {
		return nil
	}
	isOn, err := a.Rooms.IsOn(ctx, of)
	j.PluginData = map[string]bool{livechatActive: isOn}
	return err
}
