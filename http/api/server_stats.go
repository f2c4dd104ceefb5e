package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Statistics count what the public may know of the instance, at most every Age.
type Statistics interface {
	ServerStats(ctx context.Context) (ServerStats, error)
	Age() time.Duration
}

// ServerStats are the public figures of the instance. Null is what the settings keep private.
type ServerStats struct {
	Users         UserStats
	TotalLocal    LocalStats
	Redundancy    []RedundancyStats
	Abuses        AbuseStats
	Registrations RegistrationStats
	Messages      MessageStats
}

// UserStats count people.
type UserStats struct {
	Total         int  `json:"totalUsers"`
	DailyActive   int  `json:"totalDailyActiveUsers"`
	WeeklyActive  int  `json:"totalWeeklyActiveUsers"`
	MonthlyActive int  `json:"totalMonthlyActiveUsers"`
	Moderators    *int `json:"totalModerators"`
	Admins        *int `json:"totalAdmins"`
}

// LocalStats count what was published here, and all that is known here.
type LocalStats struct {
	Videos                int   `json:"totalLocalVideos"`
	VideoViews            int   `json:"totalLocalVideoViews"`
	VideoDownloads        int   `json:"totalLocalVideoDownloads"`
	VideoComments         int   `json:"totalLocalVideoComments"`
	VideoFilesSize        int64 `json:"totalLocalVideoFilesSize"`
	AllVideos             int   `json:"totalVideos"`
	AllVideoComments      int   `json:"totalVideoComments"`
	Channels              int   `json:"totalLocalVideoChannels"`
	DailyActiveChannels   int   `json:"totalLocalDailyActiveVideoChannels"`
	WeeklyActiveChannels  int   `json:"totalLocalWeeklyActiveVideoChannels"`
	MonthlyActiveChannels int   `json:"totalLocalMonthlyActiveVideoChannels"`
	Playlists             int   `json:"totalLocalPlaylists"`
	Followers             int   `json:"totalInstanceFollowers"`
	Following             int   `json:"totalInstanceFollowing"`
}

// RedundancyStats say what of others' videos is copied here.
type RedundancyStats struct {
	Strategy        string `json:"strategy"`
	TotalSize       *int64 `json:"totalSize"`
	TotalUsed       int64  `json:"totalUsed"`
	TotalVideoFiles int    `json:"totalVideoFiles"`
	TotalVideos     int    `json:"totalVideos"`
}

// AbuseStats count reports.
type AbuseStats struct {
	AverageResponseMillis *float64 `json:"averageAbuseResponseTimeMs"`
	Total                 *int     `json:"totalAbuses"`
	Processed             *int     `json:"totalAbusesProcessed"`
}

// RegistrationStats count requests to register.
type RegistrationStats struct {
	AverageResponseMillis *float64 `json:"averageRegistrationRequestResponseTimeMs"`
	Total                 *int     `json:"totalRegistrationRequests"`
	Processed             *int     `json:"totalRegistrationRequestsProcessed"`
}

// MessageStats count what other servers sent.
type MessageStats struct {
	Processed int `json:"totalActivityPubMessagesProcessed"`
	Successes int `json:"totalActivityPubMessagesSuccesses"`
	Errors    int `json:"totalActivityPubMessagesErrors"`
	// ByType counts per type of activity ("Create").
	SuccessesByType map[string]int `json:"-"`
	ErrorsByType    map[string]int `json:"-"`
	PerSecond       float64        `json:"activityPubMessagesProcessedPerSecond"`
	Waiting         int            `json:"totalActivityPubMessagesWaiting"`
}

// messageTypes are the activities counted one by one.
var messageTypes = []string{
	"Create", "Update", "Delete", "Follow", "Accept", "Reject", "Announce", "Undo", "Like", "Dislike", "Flag", "View", "ApproveReply", "RejectReply",
}

func (a *API) statsRoutes() []route {
	if a.Statistics == nil {
		return nil
	}
	return []route{
		{method: "GET", pattern: "/server/stats", operation: "getInstanceStats", do: a.getStats},
	}
}

func (a *API) getStats(w http.ResponseWriter, r *request) error {
	stats, err := a.Statistics.ServerStats(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "max-age="+strconv.Itoa(int(a.Statistics.Age().Seconds())))
	fields, err := stats.flat()
	if err != nil {
		return err
	}
	return answer(w, r, fields)
}

// flat is everything at one level, as PeerTube answers it.
func (s ServerStats) flat() (map[string]any, error) {
	text, err := json.Marshal(struct {
		UserStats
		LocalStats
		AbuseStats
		RegistrationStats
		MessageStats
		Redundancy []RedundancyStats `json:"videosRedundancy"`
	}{s.Users, s.TotalLocal, s.Abuses, s.Registrations, s.Messages, s.Redundancy})
	if err != nil {
		return nil, err
	}
	fields := make(map[string]any)
	for _, kind := range messageTypes {
		fields["totalActivityPub"+kind+"MessagesSuccesses"] = s.Messages.SuccessesByType[kind]
		fields["totalActivityPub"+kind+"MessagesErrors"] = s.Messages.ErrorsByType[kind]
	}
	return fields, json.Unmarshal(text, &fields)
}
