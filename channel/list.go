package channel

import (
	"context"
	"fmt"
	"strings"

	"lucarne/account"
	"lucarne/platform/fault"
)

// Page is a part of a list, in an order of ParseSort; Count is at most MaxPage, and 0 means 15.
type Page struct {
	Start, Count int
	Sort         Sort
}

// MaxPage bounds a page.
const (
	MaxPage     = 100
	defaultPage = 15
)

// Sort is an order of channels. The zero Sort is newest first, or best match first where a question is asked.
type Sort struct {
	by           string
	isDescending bool
}

var sortColumns = map[string]string{
	"createdAt": "channel.created_at", "updatedAt": "channel.updated_at", "name": "channel.name_sort", "displayName": "channel.name_sort",
	"id": "channel.id", "match": "",
}

// ParseSort reads an order as the API writes it: "-createdAt" is newest first.
func ParseSort(text string) (Sort, error) {
	if text == "" {
		return Sort{}, nil
	}
	s := Sort{by: strings.TrimPrefix(text, "-"), isDescending: strings.HasPrefix(text, "-")}
	if _, ok := sortColumns[s.by]; !ok {
		return Sort{}, fault.InvalidParam("sort", text, "Should have a valid sort column")
	}
	return s, nil
}

// Filter says which channels a list holds; empty fields filter nothing.
type Filter struct {
	Owner   account.ID
	Search  string
	Host    *string
	Handles []string // "name" or "name@host"
}

// List is a page of channels, and how many there are in all.
type List struct {
	Total    int
	Channels []Channel
}

// List finds channels. Several words of a search must all be found, in any of their forms, in the handle, the name or the description.
func (c *Channels) List(ctx context.Context, f Filter, p Page) (List, error) {
	q := c.query(f, p)
	if q.isEmpty {
		return List{Channels: []Channel{}}, nil
	}
	list, err := q.run(ctx, c.o.DB)
	if err != nil {
		return List{}, fmt.Errorf("list channels: %w", err)
	}
	return list, nil
}
