-- up
-- When broadcasts are to begin. Lists filter by it, so it belongs to the videos.
CREATE TABLE live_schedule (
  video_id BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  start_at BIGINT NOT NULL,
  PRIMARY KEY (video_id, start_at)
);
CREATE INDEX live_schedule_start ON live_schedule (start_at);
-- Lists that hold scheduled lives beside what is listed.
CREATE INDEX video_published ON video (published_at, id);
-- How many are on air and how many wait, at each start of a broadcast.
CREATE INDEX video_live ON video (state) WHERE is_live;

CREATE TABLE live (
  video_id       BIGINT PRIMARY KEY REFERENCES video (id) ON DELETE CASCADE,
  stream_key     TEXT NOT NULL,                  -- in clear: the API gives it back to the owner
  key_digest     TEXT NOT NULL UNIQUE,           -- SHA-256, hex: what a sent key is looked up by
  permanent      BOOLEAN NOT NULL,               -- goes on air many times
  save_replay    BOOLEAN NOT NULL,
  replay_privacy BIGINT NOT NULL DEFAULT 0,      -- 0 without replay
  latency        BIGINT NOT NULL,                -- PeerTube's LiveVideoLatencyMode: 1 default, 2 high, 3 small
  dvr_window     BIGINT NOT NULL,                -- seconds; -1 as far as the site allows
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);

-- One time on air. It outlives the live for the sake of its replay.
CREATE TABLE live_session (
  id              {{id}},
  video_id        BIGINT REFERENCES video (id) ON DELETE SET NULL,
  started_at      BIGINT NOT NULL,
  ended_at        BIGINT,                        -- NULL while on air
  processed       BOOLEAN NOT NULL DEFAULT FALSE, -- nothing is left to be done after the end
  save_replay     BOOLEAN NOT NULL,
  replay_privacy  BIGINT NOT NULL DEFAULT 0,
  replay_video_id BIGINT REFERENCES video (id) ON DELETE SET NULL,
  error           BIGINT NOT NULL DEFAULT 0      -- PeerTube's LiveVideoError; 0 ended as it should
);
CREATE INDEX live_session_video ON live_session (video_id, started_at);
CREATE INDEX live_session_replay ON live_session (replay_video_id);
CREATE INDEX live_session_open ON live_session (id) WHERE NOT processed;

-- Where else a broadcast is sent to.
CREATE TABLE live_relay (
  id         {{id}},
  video_id   BIGINT NOT NULL REFERENCES live (video_id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,                      -- rtmp:// or rtmps://, without the key
  stream_key TEXT NOT NULL,                      -- of the other site; never shown again
  enabled    BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX live_relay_video ON live_relay (video_id);

-- down
DROP TABLE live_relay;
DROP TABLE live_session;
DROP TABLE live;
DROP INDEX video_live;
DROP INDEX video_published;
DROP TABLE live_schedule;
