package app

import (
	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/account/password"
	"lucarne/account/signin"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/live"
	"lucarne/platform/blob"
	"lucarne/platform/mail"
	"lucarne/platform/setting"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/transcode"
	"lucarne/video/upload"
)

// subjects are what Lucarne is about, from the left of the line to the right.
type subjects struct {
	settings         *setting.Settings
	keys             *account.Keys
	users            *account.Users
	sessions         *signin.Sessions
	codes            *signin.Codes
	gallery          *account.Gallery
	letters          *account.Letters
	registrations    *account.Registrations
	channels         *channel.Channels
	videos           *video.Videos
	files            *video.Files
	fileTokens       *video.FileTokens
	renditions       *video.Renditions
	thumbnails       *video.Thumbnails
	storyboards      *video.Storyboards
	captions         *video.Captions
	chapters         *video.Chapters
	pipeline         *transcode.Pipeline
	uploads          *upload.Uploads
	lives            *live.Lives
	liveSessions     *live.Sessions
	liveReplays      *live.Replays
	liveRelays       *live.Relays
	viewers          *audience.Viewers
	downloads        *audience.Downloads
	history          *audience.History
	rates            *audience.Rates
	stats            *audience.Stats
	playback         *audience.Playback
	mailbox          *mail.Mailbox
	instancePictures *instance.Pictures
	homepage         *instance.Homepage
	contact          *instance.Contact
	statistics       *statistics
	configuration    *configuration
	chats            *chat.Rooms // nil: there are none
	chatTokens       *token.Tokens
}

// newSubjects builds the subjects on a platform. They do nothing by themselves before Run.
func newSubjects(p *platform) (*subjects, error) {
	s := &subjects{settings: setting.New(p.db, p.clock), keys: account.NewKeys(account.NewKeyPair)}
	s.gallery = account.NewGallery(p.blobs.Store(blob.Avatars), p.pictures, p.clock)
	s.buildVideos(p)
	s.channels = channel.New(channel.Options{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Site: p.site, Keys: s.keys, Images: p.blobs.Store(blob.Avatars),
		Pictures: p.pictures, Videos: s.videos, Settings: p.channelSettings,
	})
	if err := s.buildPeople(p); err != nil {
		return nil, err
	}
	s.buildMedia(p)
	s.buildLives(p)
	s.buildChats(p)
	if err := s.buildAudience(p); err != nil {
		return nil, err
	}
	s.buildInstance(p)
	return s, nil
}

// buildPeople builds who signs in, and how.
func (s *subjects) buildPeople(p *platform) error {
	hasher, err := password.New(password.Options{})
	if err != nil {
		return err
	}
	s.letters = account.NewLetters(p.letterOptions())
	s.users = account.New(account.Options{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Site: p.site, Keys: s.keys, Passwords: hasher, Channels: s.channels, Gallery: s.gallery,
		AdminEmail: p.config().Admin.Email, Letters: s.letters, Settings: p.accountSettings,
	})
	s.registrations = account.NewRegistrations(s.users, s.letters, p.signupSettings)
	s.codes, err = signin.NewCodes(signin.CodeOptions{
		DB: p.db, Clock: p.clock, Users: s.users, Site: p.site, Secret: p.secret,
		RequestLifetime: p.config().Lucarne.Lifetime.TwoFactorRequest.Std(),
	})
	if err != nil {
		return err
	}
	s.sessions = signin.New(p.sessionOptions(s.users, s.codes))
	return nil
}

// buildInstance builds what is said of the instance as a whole.
func (s *subjects) buildInstance(p *platform) {
	s.mailbox = mail.NewMailbox(p.db, p.jobs, p.mail)
	s.instancePictures = instance.NewPictures(instance.PictureOptions{
		Settings: s.settings, Renderer: p.pictures, Clock: p.clock, Avatars: p.blobs.Store(blob.Avatars), Logos: p.blobs.Store(blob.Uploads),
	})
	s.homepage = instance.NewHomepage(s.settings)
	s.contact = instance.NewContact(instance.ContactOptions{Mail: s.mailbox, Clock: p.clock, Settings: p.contactSettings})
	s.statistics = &statistics{db: p.db, clock: p.clock, config: p.config}
	s.configuration = &configuration{live: p.settings, stored: s.settings, signup: signup{s.registrations}, uploads: p.uploadSettings}
}

func (s *subjects) buildVideos(p *platform) {
	s.videos = video.New(video.Options{DB: p.db, Clock: p.clock, Outbox: p.outbox, Site: p.site, Settings: p.videoSettings})
	s.files = video.NewFiles(video.FilesOptions{DB: p.db, Clock: p.clock, Outbox: p.outbox, Blobs: p.blobs, Site: p.site, Logger: p.logger})
	s.fileTokens = video.NewFileTokens(p.secret, p.fileTokenLifetime, p.clock)
	s.renditions = video.NewRenditions(video.RenditionsOptions{DB: p.db, Clock: p.clock, Bus: p.bus, Logger: p.logger})
	s.thumbnails = video.NewThumbnails(video.ThumbnailsOptions{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Blobs: p.blobs, Pictures: p.pictures, Sizes: p.thumbnailSizes,
	})
	s.storyboards = video.NewStoryboards(video.StoryboardsOptions{DB: p.db, Clock: p.clock, Outbox: p.outbox, Blobs: p.blobs})
	s.captions = video.NewCaptions(video.CaptionsOptions{
		DB: p.db, Clock: p.clock, Outbox: p.outbox, Blobs: p.blobs, Site: p.site, Files: s.files, Extractor: p.ffmpeg, Logger: p.logger,
	})
	s.chapters = video.NewChapters(video.ChaptersOptions{DB: p.db, Clock: p.clock, Outbox: p.outbox})
}

func (s *subjects) buildMedia(p *platform) {
	s.pipeline = transcode.NewPipeline(transcode.Options{
		DB: p.db, Clock: p.clock, Logger: p.logger, Jobs: p.jobs, Blobs: p.blobs, Tools: p.ffmpeg, Videos: s.videos, Files: s.files,
		Renditions: s.renditions, Thumbnails: s.thumbnails, Storyboards: s.storyboards, Chapters: s.chapters, Captions: s.captions,
		Operation: p.transcoding, ToolsEvery: p.config().Lucarne.FFmpeg.RetryInterval.Std(),
	})
	s.uploads = upload.New(upload.Options{
		DB: p.db, Clock: p.clock, Logger: p.logger, Blobs: p.blobs, Videos: s.videos, Files: s.files, Thumbnails: s.thumbnails,
		Pipeline: s.pipeline, Glance: p.ffmpeg.Glance, Settings: p.uploadSettings,
	})
}

func (s *subjects) buildAudience(p *platform) (err error) {
	o := audience.Options{DB: p.db, Clock: p.clock, Outbox: p.outbox, Videos: s.videos, Settings: p.audienceSettings, Logger: p.logger}
	s.history = audience.NewHistory(o)
	s.viewers = audience.NewViewers(o, s.history)
	s.downloads = audience.NewDownloads(o)
	s.rates = audience.NewRates(o)
	s.stats = audience.NewStats(o)
	s.playback, err = audience.NewPlayback(p.registry)
	return err
}
