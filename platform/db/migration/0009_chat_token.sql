-- up
-- What people sign in to the chat with from other programs, in place of their password.
CREATE TABLE chat_token (
  id            {{id}},
  user_id       BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label         TEXT NOT NULL,
  hash          TEXT NOT NULL UNIQUE,            -- SHA-256, hex
  sha1_stored   TEXT NOT NULL,                   -- SCRAM's StoredKey and ServerKey, hex; the salt is derived from the site's secret and the name
  sha1_server   TEXT NOT NULL,
  sha256_stored TEXT NOT NULL,
  sha256_server TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  used_at       BIGINT                           -- to the minute
);
CREATE INDEX chat_token_user ON chat_token (user_id);

-- What lets a page read one room without being anybody.
CREATE TABLE chat_overlay (
  id         {{id}},
  room_id    BIGINT NOT NULL REFERENCES chat_room (id) ON DELETE CASCADE,
  label      TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,               -- SHA-256, hex
  created_by BIGINT REFERENCES account (id) ON DELETE SET NULL,
  created_at BIGINT NOT NULL,
  used_at    BIGINT                              -- to the minute
);
CREATE INDEX chat_overlay_room ON chat_overlay (room_id);
CREATE INDEX chat_overlay_creator ON chat_overlay (created_by);

-- down
DROP TABLE chat_overlay;
DROP TABLE chat_token;
