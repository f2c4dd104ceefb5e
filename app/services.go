package app

import (
	"lucarne/http/api"
	"lucarne/http/feed"
	"lucarne/http/files"
	"lucarne/platform/blob"
	"lucarne/video"
)

func (s *Site) apiServices() api.Services {
	return api.Services{
		Site: s.site, Auth: s.sessions, Logger: s.logger,
		PageSize:    func() int { return s.config().Lucarne.PageSize.Default },
		MaxPageSize: func() int { return s.config().Lucarne.PageSize.Max },
		Instance:    s.apiInstance(),
		Catalogue: api.Catalogue{
			Channels: s.channels, Videos: s.videos, Thumbnails: s.thumbnails, FindAccount: s.users.AccountByHandle, Viewers: s.viewers.Now,
			NSFWPolicy: func() string { return s.config().Instance.DefaultNSFWPolicy },
		},
		Audience: api.Audience{
			Audiences: s.viewers, History: s.history, Rates: s.rates, Stats: s.stats, Playback: s.playback, Captions: s.captions, Chapters: s.chapters,
		},
		People: api.People{Users: s.users, Sessions: s.sessions, Codes: s.codes, Registrations: s.registrations, Letters: s.letters},
		Media: api.Media{
			Uploads: s.uploads, Files: s.files, Storyboards: s.storyboards, FileTokens: s.fileTokens, Pipeline: s.pipeline, PublishDefaults: s.publishDefaults,
		},
		Broadcasting: api.Broadcasting{
			Lives: s.lives, LiveSessions: s.liveSessions, LiveRelays: s.liveRelays, LiveEnder: s.broadcasts, IngestAddresses: s.ingestAddresses,
		},
		Chat: api.Chat{Rooms: s.chats, ChatTokens: s.chatTokens},
	}
}

func (s *Site) apiInstance() api.Instance {
	return api.Instance{
		Configuration: s.configuration, InstancePictures: s.instancePictures, Homepage: s.homepage, Contact: s.contact, Mail: s.mailbox,
		Statistics: s.statistics, Jobs: s.jobs, Tasks: s.schedule, Commands: debugCommands, Log: s.log, AuditLog: s.audit,
		AcceptsClientLog: func() bool { return s.config().Log.AcceptClientLog },
		MaxImageBytes:    func() int64 { return int64(s.config().Lucarne.Upload.MaxImageBytes) },
		TemporaryFolder:  s.blobs.Local(blob.Temporary).Root(),
	}
}

// publishDefaults are what a new video has where its form says nothing.
func (p *platform) publishDefaults() video.Metadata {
	d := p.config().Defaults.Publish
	return video.Metadata{
		DownloadEnabled: d.DownloadEnabled, CommentsPolicy: video.CommentsPolicy(d.CommentsPolicy), Privacy: video.Privacy(d.Privacy), Licence: d.Licence,
	}
}

func (s *Site) fileOptions() files.Options {
	return files.Options{
		Blobs: s.blobs, Videos: s.videos, Captions: s.captions, Tokens: s.fileTokens, Downloads: s.downloads, Auth: s.sessions, FFmpeg: s.ffmpeg,
		OnAir: s.broadcasts,
		Settings: func() files.Settings {
			c := s.config()
			return files.Settings{
				PrivateFilesRequireAuth: c.StaticFiles.PrivateFilesRequireAuth, MediaAge: c.Lucarne.Cache.Media.Std(),
				PictureAge: c.Lucarne.Cache.Pictures.Std(), MaxMuxes: c.DownloadGenerate.MaxParallelDownloads,
				MaxRate: int64(c.Download.MaxTotalBytesPerSecond), MaxRatePerIP: int64(c.Download.MaxBytesPerIPPerSecond),
				SignPrivate: !c.ObjectStorage.Proxy.ProxifyPrivateFiles,
			}
		},
	}
}

func (s *Site) feedOptions() feed.Options {
	return feed.Options{
		Site: s.site, Clock: s.clock, Version: peertubeVersion, Started: s.started, Videos: s.videos, Channels: s.channels,
		Captions: s.captions, Accounts: feedAccounts{s.users}, Usage: s.statistics.Usage, WellKnown: s.blobs.Store(blob.WellKnown),
		Settings: s.feedSettings(s.configuration, instanceIcons(s.instancePictures, nil)), Rooms: s.chats,
		IsChatFederated: func() bool { return s.config().Chat.S2S.Enabled && s.config().Chat.S2S.Publish },
	}
}
