package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

// subscribe has the channel of alice subscribe to a list of the site's, and gives the number of the subscription.
func (c *chatting) subscribe(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(c.handler)
	t.Cleanup(server.Close)
	c.expect(t, http.StatusNoContent, "PUT", "/chat/site/list", "root", `{"list":{"name":"Trolls","words":[{"entries":["never ever"]}]}}`)
	made := decoded(t, c.expect(t, http.StatusOK, "POST", fmt.Sprintf("/chat/channels/%d/subscriptions", c.Channel(t, "alice").ID), "alice",
		fmt.Sprintf(`{"url":%q}`, server.URL+"/api/v1/chat/site/list")))
	return fmt.Sprint(made["subscription"].(map[string]any)["id"])
}

func TestAListIsPublishedSubscribedToTriedAndSwitched(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newChatting(t, d)
		server := httptest.NewServer(c.handler)
		t.Cleanup(server.Close)
		theirs, ours := fmt.Sprintf("/chat/channels/%d", c.Channel(t, "bob").ID), fmt.Sprintf("/chat/channels/%d", c.Channel(t, "alice").ID)
		c.expect(t, http.StatusNotFound, "GET", theirs+"/list", "", "")
		const list = `{"list":{"name":"Trolls","description":"d","words":[{"language":"en","inside":false,"entries":["never ever"]}],"domains":["evil.example"]}}`
		c.expect(t, http.StatusForbidden, "PUT", theirs+"/list", "alice", list)
		c.expect(t, http.StatusNoContent, "PUT", theirs+"/list", "bob", list)
		hasFields(t, "document", c.read(t, theirs+"/list", ""), map[string]any{"key": anything, "signature": anything, "content": anything})

		address := server.URL + "/api/v1" + theirs + "/list"
		made := decoded(t, c.expect(t, http.StatusOK, "POST", ours+"/subscriptions", "alice", fmt.Sprintf(`{"url":%q}`, address)))
		subscription := made["subscription"].(map[string]any)
		hasFields(t, "subscription", subscription, map[string]any{
			"id": anything, "url": address, "key": anything, "name": "Trolls", "publisher": "http://localhost:9100", "entries": 1.0, "domains": 1.0,
			"updatedAt": anything, "enabled": false, "action": "hold", "fetchedAt": anything, "error": nil,
		})
		c.say(t, "bob", "N3ver ever")
		one := fmt.Sprintf("/chat/subscriptions/%.0f", subscription["id"])
		caught := decoded(t, c.expect(t, http.StatusOK, "POST", fmt.Sprintf("%s/subscriptions/%.0f/try", c.room, subscription["id"]), "alice", ""))
		if rows := caught["data"].([]any); len(rows) != 1 || rows[0].(map[string]any)["body"] != "N3ver ever" {
			t.Errorf("tried: got %v", caught)
		}
		c.expect(t, http.StatusNoContent, "PUT", one, "alice", `{"enabled":true,"action":"refuse"}`)
		if listed := c.rows(t, ours+"/subscriptions", "alice"); len(listed) != 1 || listed[0]["enabled"] != true || listed[0]["action"] != "refuse" {
			t.Errorf("listed: got %v", listed)
		}
		c.expect(t, http.StatusBadRequest, "PUT", one, "alice", `{"enabled":true,"action":"shout"}`)
		c.expect(t, http.StatusBadRequest, "PUT", one, "alice", `{}`)
		c.expect(t, http.StatusForbidden, "PUT", one, "bob", `{"enabled":false}`)
		c.expect(t, http.StatusNoContent, "DELETE", one, "alice", "")
		c.expect(t, http.StatusNotFound, "DELETE", one, "alice", "")
		c.expect(t, http.StatusNoContent, "DELETE", theirs+"/list", "bob", "")
		c.expect(t, http.StatusNotFound, "GET", theirs+"/list", "", "")
	})
}

func TestListsOfTheSiteAreForAdministrators(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	const list = `{"list":{"name":"Trolls","words":[{"entries":["never ever"]}]}}`
	c.expect(t, http.StatusForbidden, "PUT", "/chat/site/list", "alice", list)
	c.expect(t, http.StatusNoContent, "PUT", "/chat/site/list", "root", list)
	c.expect(t, http.StatusOK, "GET", "/chat/site/list", "", "")
	c.expect(t, http.StatusForbidden, "GET", "/chat/site/subscriptions", "alice", "")
	c.expect(t, http.StatusOK, "GET", "/chat/site/subscriptions", "root", "")
	for _, body := range []string{`{}`, `{"list":{"name":"","words":[]}}`, `{"list":{"name":"a","patterns":["b"]}}`, `{"list":7}`} {
		c.expect(t, http.StatusBadRequest, "PUT", "/chat/site/list", "root", body)
	}
	c.expect(t, http.StatusBadRequest, "POST", "/chat/site/subscriptions", "root", `{"url":"file:///etc/passwd"}`)
}
