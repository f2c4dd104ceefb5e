package replay_test

import "slices"

// intended are all the differences between the recorded PeerTube 6.3 and us, each with its reason.
var intended = slices.Concat(laterFields, laterConfiguration, ofChats, ownWords, ownHeaders, ownFiles, ownDocuments)

// laterFields came, or went, with PeerTube 7 and 8, whose API this is.
var laterFields = []excuse{
	{[]string{"*avatars[].height", "*avatars[].fileUrl", "*banners[].height", "*banners[].fileUrl"}, nil, "8.0: pictures of actors have a height and an address"},
	{[]string{"*thumbnails"}, nil, "8.1: thumbnails of several sizes"},
	{[]string{"*comments", "*downloads"}, nil, "7.2 and 8.2: counts of comments and downloads"},
	{[]string{"*nsfwFlags"}, nil, "7.2: kinds of sensitive videos"},
	{[]string{"*nsfwFlagsDisplayed", "*nsfwFlagsHidden", "*nsfwFlagsWarned", "*nsfwFlagsBlurred"}, nil, "7.2: what users want of each kind of sensitive videos"},
	{[]string{"*newFeaturesInfoRead", "body videoChannelCollaborations"}, nil, "8.0: news read, and channels with several editors"},
	{[]string{"*files[].playlistUrl"}, nil, "7.1: the media playlist of each file"},
	{[]string{"body data[].fileUrl", "body data[].m3u8Url"}, []int{131}, "7.1 and 7.2: addresses of captions"},
	{[]string{"body storyboards[].fileUrl"}, []int{124}, "8.0: addresses of storyboards"},
	{[]string{"body totalLocalVideoDownloads"}, []int{249}, "8.2: count of downloads"},
	{[]string{"body schedules", "*liveSchedules"}, nil, "7.3: when lives are to begin"},
	{[]string{"body dvrWindow"}, []int{298, 299}, "8.2: looking back in lives"},
	{[]string{"body 8", "body 9"}, []int{5}, "7.3: public domain mark and all rights reserved"},
	{[]string{"body #EXT-X-MEDIA*", "body #EXT-X-STREAM-INF SUBTITLES"}, []int{147}, "7.2: captions are renditions of the master playlist"},
	{[]string{"body urlset/url/video/tag"}, []int{343}, "7.0: tags of videos in the sitemap"},
}

// ofChats are there because chats are part of the platform.
var ofChats = []excuse{
	{[]string{"body chat"}, []int{23, 24}, "settings of the chat"},
	{[]string{"body pluginData"}, []int{301}, "whether a live has a chat, as PeerTube answers it with the livechat plugin"},
}

// laterConfiguration are the settings PeerTube 7 and 8 added to /config and /config/custom.
var laterConfiguration = []excuse{
	{[]string{
		"body instance.serverCountry", "body instance.social", "body instance.support", "body instance.defaultLanguage", "body instance.logo",
		"body theme.customization", "body theme.builtIn", "body storyboards.remoteRunners", "body defaults", "body email",
	}, nil, "7.3: settings of the instance, its look and its mails"},
	{[]string{"body client.header", "body client.browseVideos", "body client.newFeaturesInfo", "body fieldsConstraints"}, nil, "8.0: settings of the client"},
	{[]string{"body client.openInApp", "body webrtc"}, nil, "7.0 and 7.1: settings of the player"},
	{[]string{"body nsfwFlagsSettings"}, nil, "7.2: kinds of sensitive videos"},
	{[]string{"body live.dvr"}, nil, "8.2: looking back in lives"},
	{[]string{"body federation", "body followers.channels", "body videoComments", "body views.videos.local", "body views.videos.remote"}, nil, "7.3 and 8.0: what is shared with other servers"},
	{[]string{"body transcoding.alwaysTranscodePodcastOptimizedAudio"}, nil, "8.1: audio for podcasts"},
	{[]string{"body client.videos.miniature.displayAuthorAvatar"}, nil, "7.0 took the setting away"},
	{[]string{"body software", "body blocklist"}, nil, "our own: which software answers, and what its lists of blocked servers are"},
}

// ownWords are answers to requests that fail.
var ownWords = []excuse{
	{[]string{"problem docs"}, nil, "the description of the operation is linked wherever there is one"},
	{[]string{"problem detail", "problem error"}, []int{45}, "the number of a right and the path inside a router tell users nothing"},
	{[]string{"problem detail", "problem error", "problem code", "problem type", "problem title"}, []int{162, 337}, "paths on the server's disk are not shown"},
	{[]string{"problem url"}, []int{342}, "the sender knows which address was sent"},
	{[]string{"status", "problem*", "header*"}, []int{341}, "addresses on a host without a dot are shown like all others"},
	{[]string{"status", "body", "header*"}, []int{272}, "this site can send mail, the recorded one could not"},
	{[]string{"status", "body", "header*"}, []int{340}, "there is no teapot"},
	{[]string{"status", "body*", "header*"}, []int{334}, "without a text of the operator's there is none; PeerTube's own names its authors"},
}

// ownHeaders are headers that differ from version 6.3.
var ownHeaders = []excuse{
	{[]string{"header access-control-expose-headers", "header access-control-allow-credentials"}, nil, "scripts of other sites may read every header our answers have"},
	{[]string{"header access-control-allow-origin"}, []int{345, 346, 347, 348, 349}, "other sites' scripts read the API and files, not pages"},
	{[]string{"header x-ratelimit-*", "header etag"}, []int{1}, "every operation is counted, also this one; its four bytes need no validator"},
	{[]string{"header last-modified"}, []int{313, 314, 315, 316, 320}, "feeds can be asked for by date"},
	{[]string{"header cache-control"}, []int{322, 323, 326, 330, 331, 342}, "no cache keeps a failure"},
	{[]string{"header cache-control", "header content-type"}, []int{165}, "no cache keeps an answer of the tracker, and no browser takes it for a page"},
	{[]string{"header cache-control"}, []int{119, 164, 286, 298}, "no cache keeps a secret"},
	{[]string{"header cache-control"}, []int{327, 328, 329, 332, 335, 336, 338, 344}, "caches keep what is discovered for as long as the settings say"},
	{[]string{"header cache-control"}, []int{149, 150, 154, 157, 158, 159, 160, 161}, "files get a new name with each change, so that caches may keep them"},
	{[]string{"header cache-control", "header last-modified"}, []int{151}, "a refusal says nothing of the file"},
	{[]string{"header cache-control", "header vary"}, []int{346, 347, 348, 349}, "pages depend on who is signed in"},
	{[]string{"header cache-control", "header content-type", "header vary", "body*"}, []int{333, 339, 345}, "nobody reads the body of a redirection"},
	{[]string{"header content-type", "header content-length"}, []int{60, 84, 115, 132, 350, 404}, "RFC 9110 §8.6: a 204 has no body, and neither type nor length"},
	{[]string{"header content-type"}, []int{152, 343}, "RFC 8259 §11: JSON has no charset; XML names its own"},
	{[]string{"header cache-control", "header content-type", "header content-length", "header content-disposition", "header accept-ranges", "header etag", "header last-modified"}, []int{156}, "a download that needs no work is the file itself, with all that files have"},
	{[]string{"header accept-ranges", "header last-modified"}, []int{335}, "the text is no file"},
}

// ownFiles are what we store of videos and how it is described.
var ownFiles = []excuse{
	{[]string{"body data[].data*", "body data[].canCancel", "body data[].priority", "body data[].reason", "body data[].parent"}, []int{89, 90, 258, 260}, "jobs carry our own payloads, and say why they wait"},
	{[]string{"body #EXT-X-INDEPENDENT-SEGMENTS", "body #EXT-X-STREAM-INF AVERAGE-BANDWIDTH"}, []int{147, 148, 164}, "RFC 8216 §4.3.5.1, §4.3.4.2: players choose better"},
	{[]string{"body*"}, []int{152}, "ranges of bytes depend on the film"},
	{[]string{"body metadata.streams[]*", "body streams[]*"}, []int{102, 155}, "what ffprobe does not know is left out instead of being called N/A; the rest depends on the film"},
	{[]string{"body*"}, []int{159}, "the captions are ours"},
}

// ownDocuments are feeds, pages and other documents.
var ownDocuments = []excuse{
	{[]string{"body rss/channel/item/description@type", "body rss/channel/item/guid@isPermaLink"}, []int{313, 316}, "RSS 2.0: descriptions have no type; links that identify say so"},
	{[]string{"body feed/entry/category@term", "body feed/link@type"}, []int{314}, "RFC 4287 §4.2.2.1: a category has a term"},
	{[]string{"body items[].date_published", "body items[].image"}, []int{315}, "JSON Feed 1.1: what readers show"},
	{[]string{"body rss/channel/*"}, []int{320}, "7.1: what Apple asks of podcasts"},
	{[]string{"body*"}, []int{335}, "our own policy: we track nobody"},
	{[]string{"body urlset/url/lastmod", "body urlset/url/video/*", "body urlset@*"}, []int{343}, "crawlers are told dates and durations; namespaces that are not used are left out"},
	{[]string{"body*"}, []int{346, 347, 348, 349}, "the heads of our pages are our own; the tests of the pages look at them"},
}
