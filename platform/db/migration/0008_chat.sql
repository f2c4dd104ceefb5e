-- up
-- What the chats of a channel have in common.
CREATE TABLE chat_channel (
  channel_id BIGINT PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
  settings   TEXT NOT NULL                       -- JSON: chat.ChannelSettings
);

-- Videos whose owner chose whether they have a chat.
CREATE TABLE chat_video (
  video_id BIGINT PRIMARY KEY REFERENCES video (id) ON DELETE CASCADE,
  is_on    BOOLEAN NOT NULL
);

CREATE TABLE chat_room (
  id            {{id}},
  name          TEXT NOT NULL UNIQUE,            -- "<uuid of the video>" or "channel.<id>"
  video_id      BIGINT UNIQUE REFERENCES video (id) ON DELETE CASCADE,
  channel_id    BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  settings      TEXT NOT NULL,                   -- JSON: chat.Settings
  before_panic  TEXT,                            -- JSON: the settings to go back to; NULL without a panic
  pinned_id     BIGINT,                          -- chat_message
  last_seq      BIGINT NOT NULL DEFAULT 0,       -- of the room's events
  created_at    BIGINT NOT NULL
);
CREATE INDEX chat_room_channel ON chat_room (channel_id);

CREATE TABLE chat_message (
  id           {{id}},
  room_id      BIGINT NOT NULL REFERENCES chat_room (id) ON DELETE CASCADE,
  seq          BIGINT,                           -- of the event that showed it; NULL until then
  person       TEXT NOT NULL,                    -- chat.PersonKey
  nick         TEXT NOT NULL,
  affiliation  TEXT NOT NULL,                    -- when it was sent
  body         TEXT NOT NULL,
  kind         TEXT NOT NULL,                    -- chat.MessageKind
  reply_to     BIGINT,
  mentions     TEXT NOT NULL,                    -- JSON: the persons named
  origin       TEXT NOT NULL,                    -- the sender's own id, by which sending again is recognised; '' none
  state        TEXT NOT NULL,                    -- chat.MessageState
  rule         TEXT NOT NULL,                    -- what it is held for
  sent_at      BIGINT NOT NULL,
  release_at   BIGINT,
  shown_at     BIGINT,                           -- when all could see it
  edited_at    BIGINT
);
CREATE UNIQUE INDEX chat_message_origin ON chat_message (room_id, person, origin) WHERE origin <> '';
CREATE INDEX chat_message_seq ON chat_message (room_id, seq);
CREATE INDEX chat_message_person ON chat_message (person, room_id, id);
CREATE INDEX chat_message_sent ON chat_message (sent_at);
CREATE INDEX chat_message_waiting ON chat_message (state, release_at) WHERE state IN ('delayed', 'held');

CREATE TABLE chat_reaction (
  message_id BIGINT NOT NULL REFERENCES chat_message (id) ON DELETE CASCADE,
  person     TEXT NOT NULL,
  emoji      TEXT NOT NULL,
  PRIMARY KEY (message_id, emoji, person)
);
CREATE INDEX chat_reaction_person ON chat_reaction (person);

-- What happened in a room, in the order everybody saw it: whoever lost the line goes on from the last number seen.
CREATE TABLE chat_event (
  room_id    BIGINT NOT NULL REFERENCES chat_room (id) ON DELETE CASCADE,
  seq        BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  audience   TEXT NOT NULL,                      -- chat.Audience
  person     TEXT NOT NULL,                      -- whom it is about
  message_id BIGINT,
  detail     TEXT NOT NULL,                      -- JSON: chat.Detail
  at         BIGINT NOT NULL,
  PRIMARY KEY (room_id, seq)
);
CREATE INDEX chat_event_at ON chat_event (at);
CREATE INDEX chat_event_reacted ON chat_event (person) WHERE kind = 'reacted';

CREATE TABLE chat_moderator (
  channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, account_id)
);

CREATE TABLE chat_sanction (
  channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,                      -- mute | ban
  target     TEXT NOT NULL,                      -- chat.PersonKey, or the keyed hash of an address range
  nick       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  until      BIGINT,                             -- NULL: for good
  PRIMARY KEY (channel_id, kind, target)
);

-- Emoji of a channel's own.
CREATE TABLE chat_emoji (
  channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,                      -- without colons
  file       TEXT NOT NULL,                      -- in the channel's folder of the uploads store
  is_icon    BOOLEAN NOT NULL,
  position   BIGINT NOT NULL,
  PRIMARY KEY (channel_id, name)
);

-- The key lists are signed with, made once.
CREATE TABLE chat_list_key (
  id      BIGINT PRIMARY KEY,                    -- 1
  private TEXT NOT NULL                          -- base64: the seed (RFC 8032)
);

-- Lists others may subscribe to.
CREATE TABLE chat_list (
  scope      BIGINT PRIMARY KEY,                 -- channel; 0 the site's
  content    TEXT NOT NULL,                      -- JSON: what is signed
  updated_at BIGINT NOT NULL
);

-- Lists of others that are subscribed to.
CREATE TABLE chat_subscription (
  id         {{id}},
  scope      BIGINT NOT NULL,                    -- channel; 0 the site
  url        TEXT NOT NULL,
  public_key TEXT NOT NULL,                      -- base64; the one it was signed with first
  name       TEXT NOT NULL,
  content    TEXT NOT NULL,                      -- JSON: what was signed, the last that was right
  etag       TEXT NOT NULL,
  is_on      BOOLEAN NOT NULL,
  action     TEXT NOT NULL,                      -- rule.Action
  updated_at BIGINT NOT NULL,                    -- by its publisher
  fetched_at BIGINT NOT NULL,                    -- the last time that went well
  tried_at   BIGINT NOT NULL,
  error      TEXT NOT NULL,                      -- of the last time; '' none
  UNIQUE (scope, url)
);
CREATE INDEX chat_subscription_tried ON chat_subscription (tried_at);

-- Tasks and notes the moderators of a room share.
CREATE TABLE chat_item (
  room_id     BIGINT NOT NULL REFERENCES chat_room (id) ON DELETE CASCADE,
  item_id     TEXT NOT NULL,
  kind        TEXT NOT NULL,                     -- chat.ItemKind
  list_id     TEXT NOT NULL,                     -- of a task; '' others
  position    BIGINT NOT NULL,
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  is_done     BOOLEAN NOT NULL,
  person      TEXT NOT NULL,                     -- whom a note is about; '' nobody
  nick        TEXT NOT NULL,
  by_account  BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL,
  PRIMARY KEY (room_id, item_id)
);
CREATE INDEX chat_item_person ON chat_item (person) WHERE person <> '';

-- Who did what.
CREATE TABLE chat_log (
  id         {{id}},
  channel_id BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  room_id    BIGINT NOT NULL,
  action     TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  by_name    TEXT NOT NULL,
  target     TEXT NOT NULL,
  nick       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  until      BIGINT,
  at         BIGINT NOT NULL
);
CREATE INDEX chat_log_channel ON chat_log (channel_id, id);
CREATE INDEX chat_log_target ON chat_log (target);
CREATE INDEX chat_log_at ON chat_log (at);

CREATE TABLE chat_poll (
  id         {{id}},
  room_id    BIGINT NOT NULL REFERENCES chat_room (id) ON DELETE CASCADE,
  question   TEXT NOT NULL,
  choices    TEXT NOT NULL,                      -- JSON: labels
  ends_at    BIGINT NOT NULL,
  is_over    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX chat_poll_over ON chat_poll (ends_at) WHERE is_over;
CREATE INDEX chat_poll_open ON chat_poll (room_id) WHERE NOT is_over;

CREATE TABLE chat_vote (
  poll_id BIGINT NOT NULL REFERENCES chat_poll (id) ON DELETE CASCADE,
  voter   TEXT NOT NULL,                         -- keyed hash of poll and person: nobody can be read from it
  choice  BIGINT NOT NULL,
  PRIMARY KEY (poll_id, voter)
);

-- down
DROP TABLE chat_vote;
DROP TABLE chat_poll;
DROP TABLE chat_log;
DROP TABLE chat_item;
DROP TABLE chat_subscription;
DROP TABLE chat_list;
DROP TABLE chat_list_key;
DROP TABLE chat_emoji;
DROP TABLE chat_sanction;
DROP TABLE chat_moderator;
DROP TABLE chat_event;
DROP TABLE chat_reaction;
DROP TABLE chat_message;
DROP TABLE chat_room;
DROP TABLE chat_video;
DROP TABLE chat_channel;
