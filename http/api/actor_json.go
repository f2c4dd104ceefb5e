package api

import (
	"net/http"
	"time"

	"lucarne/account"
	"lucarne/channel"
)

// timestamp is a time as PeerTube writes it, with milliseconds; the zero time is null.
type timestamp time.Time

const timestampForm = `"2006-01-02T15:04:05.000Z"`

// MarshalJSON writes the time in UTC.
func (t timestamp) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(t).UTC().AppendFormat(make([]byte, 0, len(timestampForm)), timestampForm), nil
}

// orNull writes an empty text as null.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

type actorImageJSON struct {
	Height    int       `json:"height"`
	Width     int       `json:"width"`
	Path      string    `json:"path"`
	FileURL   string    `json:"fileUrl"`
	CreatedAt timestamp `json:"createdAt"`
	UpdatedAt timestamp `json:"updatedAt"`
}

// The folders actor images are served from.
const (
	avatarPath = "/lazy-static/avatars/"
	bannerPath = "/lazy-static/banners/"
)

func (a *API) images(images []account.Image, folder string) []actorImageJSON {
	list := make([]actorImageJSON, len(images))
	for i, image := range images {
		path := folder + image.Filename
		list[i] = actorImageJSON{
			Height: image.Height, Width: image.Width, Path: path, FileURL: a.Site.Origin + path,
			CreatedAt: timestamp(image.CreatedAt), UpdatedAt: timestamp(image.UpdatedAt),
		}
	}
	return list
}

// actorJSON is what accounts and channels have in common.
type actorJSON struct {
	URL                   string           `json:"url"`
	Name                  string           `json:"name"`
	Host                  string           `json:"host"`
	Avatars               []actorImageJSON `json:"avatars"`
	ID                    int64            `json:"id"`
	HostRedundancyAllowed bool             `json:"hostRedundancyAllowed"`
	FollowingCount        int              `json:"followingCount"`
	FollowersCount        int              `json:"followersCount"`
	CreatedAt             timestamp        `json:"createdAt"`
	DisplayName           string           `json:"displayName"`
	Description           *string          `json:"description"`
	UpdatedAt             timestamp        `json:"updatedAt"`
}

func (a *API) actor(of account.Actor, id int64, name, description string) actorJSON {
	return actorJSON{
		URL: of.URL, Name: of.Username, Host: a.host(of), Avatars: a.images(of.Avatars, avatarPath), ID: id,
		FollowingCount: of.FollowingCount, FollowersCount: of.FollowersCount, CreatedAt: timestamp(of.CreatedAt),
		DisplayName: name, Description: orNull(description), UpdatedAt: timestamp(of.UpdatedAt),
	}
}

// host is where an actor lives, as the API prints it.
func (a *API) host(of account.Actor) string {
	if of.IsLocal() {
		return a.Site.Host
	}
	return of.Host
}

type accountJSON struct {
	actorJSON
	UserID account.UserID `json:"userId,omitempty"`
}

func (a *API) account(of account.Account) accountJSON {
	j := accountJSON{actorJSON: a.actor(of.Actor, int64(of.ID), of.Name, of.Description), UserID: of.UserID}
	j.UpdatedAt = timestamp(of.UpdatedAt)
	return j
}

type channelJSON struct {
	actorJSON
	Banners      []actorImageJSON `json:"banners"`
	Support      *string          `json:"support"`
	IsLocal      bool             `json:"isLocal"`
	OwnerAccount accountJSON      `json:"ownerAccount"`
	*channelStatsJSON
}

type channelStatsJSON struct {
	VideosCount int            `json:"videosCount"`
	ViewsPerDay []dayViewsJSON `json:"viewsPerDay"`
	TotalViews  int            `json:"totalViews"`
}

type dayViewsJSON struct {
	Date  timestamp `json:"date"`
	Views int       `json:"views"`
}

func (a *API) channel(of channel.Channel) channelJSON {
	j := channelJSON{
		actorJSON: a.actor(of.Actor, int64(of.ID), of.Name, of.Description), Banners: a.images(of.Actor.Banners, bannerPath),
		Support: orNull(of.Support), IsLocal: of.Actor.IsLocal(), OwnerAccount: a.account(of.Owner),
	}
	j.UpdatedAt = timestamp(of.UpdatedAt)
	return j
}

// summaryJSON is an account or a channel beside something else.
type summaryJSON struct {
	ID          int64            `json:"id"`
	Name        string           `json:"name"`
	DisplayName string           `json:"displayName"`
	URL         string           `json:"url"`
	Host        string           `json:"host"`
	Avatars     []actorImageJSON `json:"avatars"`
}

func (a *API) accountSummary(of account.Account) summaryJSON {
	return a.summary(int64(of.ID), of.Actor, of.Name)
}

func (a *API) channelSummary(of channel.Channel) summaryJSON {
	return a.summary(int64(of.ID), of.Actor, of.Name)
}

func (a *API) summary(id int64, of account.Actor, name string) summaryJSON {
	return summaryJSON{ID: id, Name: of.Username, DisplayName: name, URL: of.URL, Host: a.host(of), Avatars: a.images(of.Avatars, avatarPath)}
}

// imageList answers a picked image in all its sizes.
func (a *API) imageList(w http.ResponseWriter, r *request, name string, images []account.Image, folder string) error {
	return answer(w, r, map[string]any{name: a.images(images, folder)})
}
