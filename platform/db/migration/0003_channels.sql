-- up
CREATE TABLE channel (
  id          {{id}},
  actor_id    BIGINT NOT NULL UNIQUE REFERENCES actor (id) ON DELETE CASCADE,
  account_id  BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,              -- display name
  name_sort   {{sortkey}} NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  support     TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX channel_account ON channel (account_id);
CREATE INDEX channel_created ON channel (created_at);

{{search "channel_search"}}

-- down
DROP TABLE channel_search;
DROP TABLE channel;
