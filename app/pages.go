package app

import (
	"context"
	"net/http"

	"lucarne/http/web"
	"lucarne/http/web/ui"
	"lucarne/platform/blob"
	"lucarne/platform/config"
)

// pages are what people see.
func (s *Site) pages(limited limit) (http.Handler, error) {
	pages, err := web.New(web.Services{
		Site: s.site, Clock: s.clock, Logger: s.logger, Secret: s.secret, Auth: s.sessions, Forms: s.sessions, Settings: s.webSettings,
		Catalogue: web.Catalogue{
			Videos: s.videos, Captions: s.captions, Chapters: s.chapters, Storyboards: s.storyboards, Renditions: s.renditions,
			FileTokens: s.fileTokens, Channels: s.channels, Accounts: feedAccounts{s.users}, Rates: s.rates, History: s.history,
			Viewers: s.viewers.Now, Figures: s.statistics.figures, Homepage: s.homepage, Letters: s.contact,
		},
		Entrance: web.Entrance{
			Sessions: s.sessions, Users: s.users, Registrations: s.registrations, AccountMail: s.letters, Codes: s.codes, Rules: s.signupRules,
		},
		Studio: web.Studio{
			Uploads: s.uploads, Files: s.files, Thumbnails: s.thumbnails, Pipeline: s.pipeline, Stats: s.stats, Bus: s.bus,
			UploadRules: s.uploadSettings, PublishDefaults: s.publishDefaults, TemporaryFolder: s.blobs.Local(blob.Temporary).Root(),
			MaxImageBytes: func() int64 { return int64(s.config().Lucarne.Upload.MaxImageBytes) },
		},
		GoLive: s.goLive(),
		Chat:   web.Chat{Rooms: s.chats, Tokens: s.chatTokens},
		Administration: web.Administration{
			Configuration: pageConfiguration{s.configuration}, Jobs: s.jobs, Health: s.health, LogBook: s.log, Backlog: s.outbox.Backlog,
		},
	})
	if err != nil {
		return nil, err
	}
	return pages.Handler(limited), nil
}

func (p *platform) signupRules() web.SignupRules {
	c := p.config()
	return web.SignupRules{
		RequiresApproval: c.Signup.RequiresApproval, RequiresEmailVerification: c.Signup.RequiresEmailVerification,
		MinPasswordLength: c.User.PasswordConstraints.MinLength, MinimumAge: c.Signup.MinimumAge,
	}
}

// webSettings is what the pages see of the configuration.
func (s *Site) webSettings() web.Settings {
	c := s.config()
	i := c.Instance
	return web.Settings{
		Name: i.Name, ShortDescription: i.ShortDescription, Description: i.Description, Terms: i.Terms, CodeOfConduct: i.CodeOfConduct,
		Moderation: i.ModerationInformation, CreationReason: i.CreationReason, Administrator: i.Administrator, Maintenance: i.MaintenanceLifetime,
		BusinessModel: i.BusinessModel, Hardware: i.HardwareInformation, Support: i.Support.Text, Languages: i.Languages, Categories: i.Categories,
		Theme: themeOf(c.Theme.Default), Language: i.DefaultLanguage, IsSignupOpen: c.Signup.Enabled,
		HasContactForm: c.ContactForm.Enabled && s.mailbox.Enabled(), NSFWPolicy: i.DefaultNSFWPolicy,
		CanDownload: true, TwitterName: c.Services.Twitter.Username, Broadcast: broadcastOf(c.BroadcastMessage),
		ViewSeconds:  int(c.Views.Videos.WatchingInterval.Anonymous.Std().Seconds()),
		MediaOrigins: mediaOrigins(c), Sharing: sharingOf(c), Version: version, PageSize: c.Lucarne.PageSize.Web,
	}
}

// themeOf is the colour scheme a theme's name stands for; "" leaves it to the visitor's device.
func themeOf(name string) string {
	if name == "light" || name == "dark" {
		return name
	}
	return ""
}

var broadcastTones = map[string]ui.Tone{"info": ui.Neutral, "warning": ui.Warning, "error": ui.Danger}

func broadcastOf(b config.BroadcastMessage) web.Broadcast {
	if !b.Enabled {
		return web.Broadcast{}
	}
	return web.Broadcast{Message: b.Message, Tone: broadcastTones[b.Level], IsDismissable: b.Dismissable}
}

// mediaOrigins are the hosts besides ours that players fetch files from.
func mediaOrigins(c *config.Config) []string {
	if !c.ObjectStorage.Enabled {
		return nil
	}
	var origins []string
	for _, bucket := range buckets(c) {
		if bucket.BaseURL != "" {
			origins = append(origins, bucket.BaseURL)
		}
	}
	if endpoint := c.ObjectStorage.Endpoint; endpoint != "" {
		origins = append(origins, endpoint)
	}
	return origins
}

// figures are what the about page tells of the instance.
func (s *statistics) figures(ctx context.Context) (web.Figures, error) {
	c, err := s.current(ctx)
	return web.Figures{
		Users: int64(c.people.Users), ActiveMonth: int64(c.people.ActiveMonth), Videos: int64(c.videos.Local), Views: int64(c.videos.Views),
		Channels: int64(c.channels), Bytes: c.videos.FilesSize,
	}, err
}

// health is how the machine and its programs are, for administrators.
func (s *Site) health(ctx context.Context) web.Health {
	h := web.Health{Database: string(s.db.Engine()), Started: s.started, Mail: web.MailState{IsConfigured: s.mail.Enabled()}}
	var err error
	if h.FFmpeg, err = s.ffmpeg.Version(ctx); err != nil {
		h.FFmpegError = explain(err)
	}
	if h.FreeBytes, h.TotalBytes, err = blob.FreeSpace(s.blobs.Local(blob.OriginalVideoFiles).Root()); err != nil {
		s.logger.Warn("free space is not known", "error", err)
	}
	if h.TotalBytes > 0 && h.FreeBytes < int64(s.config().Lucarne.Upload.MinFreeDiskBytes) {
		h.Warnings = append(h.Warnings, "The disk is nearly full: uploads are refused until there is room again.")
	}
	if paused, err := s.jobs.IsPaused(ctx); err == nil && paused {
		h.Warnings = append(h.Warnings, "The jobs are paused: nothing is transcoded until somebody resumes them.")
	}
	for _, w := range s.platform.settings.Warnings() {
		h.Warnings = append(h.Warnings, w.String())
	}
	return h
}
