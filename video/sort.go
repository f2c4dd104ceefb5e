package video

import (
	"strings"

	"lucarne/platform/fault"
)

// Sort is an order of a list. The zero Sort is the list's own.
type Sort struct {
	By           string // a name of sortColumns, "match" or "random"
	IsDescending bool
}

// sortColumns are the orders lists can take, by the API's names. Each has an index that gives it (0004_video.sql), save those few ask for.
var sortColumns = map[string]string{
	"publishedAt":           "v.published_at",
	"originallyPublishedAt": "v.originally_published_at",
	"createdAt":             "v.created_at",
	"updatedAt":             "v.updated_at",
	"name":                  "v.name_sort",
	"duration":              "v.duration",
	"views":                 "v.views",
	"likes":                 "v.likes",
	"dislikes":              "v.dislikes",
	"comments":              "v.comments",
	"trending":              "v.trending_views",
	"hot":                   "v.hot_score",
	"best":                  "v.hot_score",
	"localVideoFilesSize":   "v.files_size",
	"id":                    "v.id",
}

// The orders that are no column.
const (
	byMatch  = "match"
	byRandom = "random"
)

// ParseSort reads an order of videos as the API writes it: "-views" is most views first. "" gives the zero Sort.
func ParseSort(text string) (Sort, error) {
	s := Sort{By: strings.TrimPrefix(text, "-"), IsDescending: strings.HasPrefix(text, "-")}
	if _, ok := sortColumns[s.By]; !ok && text != "" && s.By != byMatch && s.By != byRandom {
		return Sort{}, fault.InvalidParam("sort", text, "Should have a valid sort column")
	}
	return s, nil
}

// orderBy is the ORDER BY clause. Videos without a date of origin come last in either direction.
func (s Sort) orderBy() string {
	direction := ""
	if s.IsDescending {
		direction = " DESC"
	}
	if s.By == byMatch {
		return " ORDER BY match.score DESC, v.id DESC"
	}
	column := sortColumns[s.By]
	switch s.By {
	case "id":
		return " ORDER BY v.id" + direction
	case "originallyPublishedAt":
		return " ORDER BY " + column + direction + " NULLS LAST, v.id" + direction
	}
	return " ORDER BY " + column + direction + ", v.id" + direction
}
