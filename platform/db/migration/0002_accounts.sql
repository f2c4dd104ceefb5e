-- up
CREATE TABLE actor (
  id              {{id}},
  kind            TEXT NOT NULL,            -- application | account | channel
  username        TEXT NOT NULL,            -- as shown; unique without case per host
  host            TEXT NOT NULL DEFAULT '', -- '' is here
  url             TEXT NOT NULL UNIQUE,     -- ActivityPub id
  inbox_url       TEXT NOT NULL,
  outbox_url      TEXT NOT NULL,
  shared_inbox_url TEXT NOT NULL DEFAULT '',
  followers_url   TEXT NOT NULL,
  following_url   TEXT NOT NULL,
  public_key      TEXT NOT NULL DEFAULT '', -- PEM, PKIX
  private_key     TEXT NOT NULL DEFAULT '', -- PEM, PKCS #8; '' for remote actors
  followers_count BIGINT NOT NULL DEFAULT 0,
  following_count BIGINT NOT NULL DEFAULT 0,
  remote_created_at BIGINT,                 -- as a remote actor says; NULL for ours
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX actor_name ON actor (LOWER(username), host);

CREATE TABLE actor_image (
  id         {{id}},
  actor_id   BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,              -- avatar | banner
  width      BIGINT NOT NULL,
  height     BIGINT NOT NULL,
  filename   TEXT NOT NULL UNIQUE,       -- blob key in the avatars store
  remote_url TEXT NOT NULL DEFAULT '',   -- where a remote actor's image lives
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX actor_image_actor ON actor_image (actor_id, kind);

CREATE TABLE users (
  id               {{id}},
  username         TEXT NOT NULL,
  email            TEXT NOT NULL,
  pending_email    TEXT NOT NULL DEFAULT '', -- the next address, until it is verified
  email_verified   BOOLEAN,                  -- NULL: never asked
  email_public     BOOLEAN NOT NULL DEFAULT FALSE,
  password_hash    TEXT NOT NULL DEFAULT '', -- argon2id or bcrypt, encoded; '' for accounts that sign in elsewhere
  role             BIGINT NOT NULL,          -- 0 administrator, 1 moderator, 2 user
  admin_flags      BIGINT NOT NULL DEFAULT 0,
  blocked          BOOLEAN NOT NULL DEFAULT FALSE,
  blocked_reason   TEXT NOT NULL DEFAULT '',
  video_quota      BIGINT NOT NULL,          -- bytes, -1 none
  video_quota_daily BIGINT NOT NULL,         -- bytes in 24 hours, -1 none
  otp_secret       TEXT NOT NULL DEFAULT '', -- sealed with the site's secret; '' without a second factor
  otp_step         BIGINT NOT NULL DEFAULT 0, -- of the last code taken: none is taken twice
  feed_token       TEXT NOT NULL,            -- opens the user's own feeds; in clear, as it stands in their addresses
  plugin_auth      TEXT NOT NULL DEFAULT '', -- who signs the user in instead of us
  preferences      TEXT NOT NULL,            -- JSON: account.Preferences
  notification_settings TEXT NOT NULL,       -- JSON: account.NotificationSettings
  last_login_at    BIGINT,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_username ON users (LOWER(username));
CREATE UNIQUE INDEX users_email ON users (LOWER(email));
CREATE INDEX users_created ON users (created_at);

CREATE TABLE account (
  id          {{id}},
  actor_id    BIGINT NOT NULL UNIQUE REFERENCES actor (id) ON DELETE CASCADE,
  user_id     BIGINT UNIQUE REFERENCES users (id) ON DELETE CASCADE, -- NULL: the instance's own account, and remote ones
  name        TEXT NOT NULL,              -- display name
  name_sort   {{sortkey}} NOT NULL,       -- platform/collation
  description TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);

CREATE TABLE oauth_client (
  id            {{id}},
  client_id     TEXT NOT NULL UNIQUE,
  client_secret TEXT NOT NULL,
  created_at    BIGINT NOT NULL
);

-- One sign-in: an OAuth token pair of an application, or the cookie of a browser. Tokens are kept as SHA-256, never in clear.
CREATE TABLE session (
  id                 {{id}},
  user_id            BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind               TEXT NOT NULL,         -- oauth | page
  client_id          BIGINT REFERENCES oauth_client (id) ON DELETE CASCADE,
  access_hash        TEXT NOT NULL UNIQUE,
  access_expires_at  BIGINT NOT NULL,
  refresh_hash       TEXT UNIQUE,           -- NULL for pages
  refresh_expires_at BIGINT,
  login_device       TEXT NOT NULL DEFAULT '',
  login_ip           TEXT NOT NULL DEFAULT '',
  login_at           BIGINT NOT NULL,
  active_device      TEXT NOT NULL DEFAULT '',
  active_ip          TEXT NOT NULL DEFAULT '',
  active_at          BIGINT NOT NULL,
  created_at         BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_expiry ON session (access_expires_at);

CREATE TABLE registration (
  id                   {{id}},
  state                BIGINT NOT NULL,    -- 1 pending, 2 rejected, 3 accepted
  username             TEXT NOT NULL,
  email                TEXT NOT NULL,
  email_verified       BOOLEAN,
  password_hash        TEXT NOT NULL,
  channel_username     TEXT NOT NULL DEFAULT '',
  channel_name         TEXT NOT NULL DEFAULT '',
  account_name         TEXT NOT NULL DEFAULT '',
  reason               TEXT NOT NULL DEFAULT '',
  moderation_response  TEXT NOT NULL DEFAULT '',
  user_id              BIGINT REFERENCES users (id) ON DELETE SET NULL,
  processed_at         BIGINT,
  created_at           BIGINT NOT NULL,
  updated_at           BIGINT NOT NULL
);
CREATE INDEX registration_state ON registration (state, created_at);

-- One-time tokens sent by mail; kept as SHA-256.
CREATE TABLE one_time_token (
  token_hash      TEXT PRIMARY KEY,
  purpose         TEXT NOT NULL,           -- verify-email | verify-registration | reset-password
  user_id         BIGINT REFERENCES users (id) ON DELETE CASCADE,
  registration_id BIGINT REFERENCES registration (id) ON DELETE CASCADE,
  payload         TEXT NOT NULL DEFAULT '', -- the address the token was sent to
  expires_at      BIGINT NOT NULL
);
CREATE INDEX one_time_token_expiry ON one_time_token (expires_at);
CREATE INDEX one_time_token_user ON one_time_token (user_id);
CREATE INDEX one_time_token_registration ON one_time_token (registration_id);

CREATE TABLE follow (
  id              {{id}},
  actor_id        BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE, -- who follows
  target_actor_id BIGINT NOT NULL REFERENCES actor (id) ON DELETE CASCADE,
  state           TEXT NOT NULL,           -- pending | accepted | rejected
  url             TEXT NOT NULL UNIQUE,
  score           BIGINT NOT NULL,         -- falls when deliveries fail
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  UNIQUE (actor_id, target_actor_id)
);
CREATE INDEX follow_target ON follow (target_actor_id, state);

-- down
DROP TABLE follow;
DROP TABLE one_time_token;
DROP TABLE registration;
DROP TABLE session;
DROP TABLE oauth_client;
DROP TABLE account;
DROP TABLE users;
DROP TABLE actor_image;
DROP TABLE actor;
