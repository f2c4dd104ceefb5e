package config

import (
	"reflect"
	"strconv"
	"strings"
)

// Transcoding is what becomes of an uploaded file.
type Transcoding struct {
	Enabled      bool `key:"enabled" default:"true" doc:"Make renditions of uploaded videos."`
	OriginalFile struct {
		Keep bool `key:"keep" default:"false" doc:"Keep the file as it was uploaded."`
	} `key:"original_file"`
	AllowAdditionalExtensions            bool        `key:"allow_additional_extensions" default:"true" doc:"Accept more containers than MP4, WebM and Ogg: mkv, mov, avi and others."`
	AllowAudioFiles                      bool        `key:"allow_audio_files" default:"true" doc:"Accept sound alone and make a video of it with its cover."`
	RemoteRunners                        Switch      `key:"remote_runners" use:"later" set:"enabled=false" doc:"Leave transcoding to remote runners"`
	Threads                              int         `key:"threads" default:"0" check:"min=0 max=256" doc:"Threads one ffmpeg may use; 0 lets it choose."`
	Concurrency                          int         `key:"concurrency" default:"1" check:"min=1 max=64" doc:"Videos transcoded at one time on this machine; a change counts from the next start."`
	Profile                              string      `key:"profile" use:"told" default:"default" check:"nonempty" doc:"Set of encoder settings; Lucarne has one, default."`
	Resolutions                          Resolutions `key:"resolutions" set:"240p=true|360p=true|480p=true|720p=true|1080p=true"`
	AlwaysTranscodeOriginalResolution    bool        `key:"always_transcode_original_resolution" default:"true" doc:"Also make a rendition of the uploaded height when it is not in the list."`
	AlwaysTranscodePodcastOptimizedAudio bool        `key:"always_transcode_podcast_optimized_audio" default:"false" doc:"Also make a file of the sound alone, which podcast players prefer; PeerTube does so unless told otherwise."`
	FPS                                  FPS         `key:"fps"`
	WebVideos                            Switch      `key:"web_videos" set:"enabled=false" doc:"Renditions in one progressive MP4 file each"`
	HLS                                  struct {
		Enabled            bool `key:"enabled" default:"true" doc:"Make adaptive HLS renditions."`
		SplitAudioAndVideo bool `key:"split_audio_and_video" default:"false" doc:"Keep sound and picture in separate renditions; PeerTube before 6.3 cannot play those."`
	} `key:"hls"`
}

// FPS bounds the frame rate.
type FPS struct {
	Max int `key:"max" default:"60" check:"min=1 max=240" doc:"Highest frame rate of a rendition."`
}

// Resolutions is the ladder of renditions, named by their height.
type Resolutions struct {
	Audio bool `key:"0p" default:"false" doc:"Make a rendition of the sound alone."`
	P144  bool `key:"144p" default:"false" doc:"Make a rendition 144 pixels high."`
	P240  bool `key:"240p" default:"false" doc:"Make a rendition 240 pixels high."`
	P360  bool `key:"360p" default:"false" doc:"Make a rendition 360 pixels high."`
	P480  bool `key:"480p" default:"false" doc:"Make a rendition 480 pixels high."`
	P720  bool `key:"720p" default:"false" doc:"Make a rendition 720 pixels high."`
	P1080 bool `key:"1080p" default:"false" doc:"Make a rendition 1080 pixels high."`
	P1440 bool `key:"1440p" default:"false" doc:"Make a rendition 1440 pixels high."`
	P2160 bool `key:"2160p" default:"false" doc:"Make a rendition 2160 pixels high."`
}

// Heights lists the wanted heights from the lowest to the highest; 0 is sound alone.
func (r Resolutions) Heights() []int {
	heights := []int{}
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if !v.Field(i).Bool() {
			continue
		}
		height, _ := strconv.Atoi(strings.TrimSuffix(v.Type().Field(i).Tag.Get("key"), "p"))
		heights = append(heights, height)
	}
	return heights
}

// VideoStudio is editing in the browser.
type VideoStudio struct {
	Enabled       bool   `key:"enabled" default:"false" doc:"Users may cut and join their videos on the site."`
	RemoteRunners Switch `key:"remote_runners" set:"enabled=false" doc:"Leave editing to remote runners"`
}

// Transcription is captions made by a machine.
type Transcription struct {
	Enabled       bool     `key:"enabled" default:"false" edit:"yes" doc:"Write captions automatically."`
	Engine        string   `key:"engine" default:"whisper-ctranslate2" check:"oneof=openai-whisper|whisper-ctranslate2" doc:"Program that listens: openai-whisper or whisper-ctranslate2."`
	EnginePath    string   `key:"engine_path" null:"yes" doc:"Where that program is, when it is not on the path."`
	Model         string   `key:"model" default:"small" check:"oneof=tiny|base|small|medium|large-v2|large-v3" doc:"Size of the model: tiny, base, small, medium, large-v2 or large-v3."`
	ModelPath     string   `key:"model_path" null:"yes" doc:"A model of your own."`
	Timeout       Duration `key:"timeout" default:"6 hours" check:"min=1000" doc:"Time after which a transcription is given up."`
	RemoteRunners Switch   `key:"remote_runners" edit:"yes" set:"enabled=false" doc:"Leave transcription to remote runners"`
}

// VideoFile is what may happen to a published file.
type VideoFile struct {
	Update Switch `key:"update" set:"enabled=true" doc:"Users may replace the file of a video"`
}

// Storyboards is the pictures above the seek bar.
type Storyboards struct {
	Enabled       bool   `key:"enabled" default:"true" doc:"Make the small pictures shown above the seek bar."`
	RemoteRunners Switch `key:"remote_runners" use:"later" set:"enabled=false" doc:"Leave them to remote runners"`
}
