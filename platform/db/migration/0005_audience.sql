-- up
-- Views counted but not yet added to video.views: one row per video, so that a kill loses none.
CREATE TABLE view_buffer (
  video_id BIGINT PRIMARY KEY REFERENCES video (id) ON DELETE CASCADE,
  views    BIGINT NOT NULL
);

CREATE TABLE video_view (
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  start_at   BIGINT NOT NULL,                    -- the hour
  views      BIGINT NOT NULL,
  PRIMARY KEY (video_id, start_at)
);
CREATE INDEX video_view_start ON video_view (start_at);

-- The same for downloads, of our videos only.
CREATE TABLE download_buffer (
  video_id  BIGINT PRIMARY KEY REFERENCES video (id) ON DELETE CASCADE,
  downloads BIGINT NOT NULL
);

CREATE TABLE video_download (
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  start_at   BIGINT NOT NULL,                    -- the hour
  downloads  BIGINT NOT NULL,
  PRIMARY KEY (video_id, start_at)
);
CREATE INDEX video_download_start ON video_download (start_at);

-- One viewing of a local video, written when it ends.
CREATE TABLE viewer (
  id         {{id}},
  uuid       TEXT NOT NULL UNIQUE,
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  start_at   BIGINT NOT NULL,
  end_at     BIGINT NOT NULL,
  watch_time BIGINT NOT NULL,                    -- seconds
  country    TEXT NOT NULL DEFAULT '',
  region     TEXT NOT NULL DEFAULT '',
  client     TEXT NOT NULL DEFAULT '',
  device     TEXT NOT NULL DEFAULT '',
  os         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX viewer_video ON viewer (video_id, start_at);

CREATE TABLE viewer_section (
  viewer_id BIGINT NOT NULL REFERENCES viewer (id) ON DELETE CASCADE,
  start_at  BIGINT NOT NULL,                     -- seconds into the video
  end_at    BIGINT NOT NULL
);
CREATE INDEX viewer_section_viewer ON viewer_section (viewer_id);

CREATE TABLE watch_history (
  user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  seconds    BIGINT NOT NULL,                    -- where playback stood
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, video_id)
);
CREATE INDEX watch_history_updated ON watch_history (user_id, updated_at);

CREATE TABLE rate (
  account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,                      -- like | dislike
  url        TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, video_id)
);
CREATE INDEX rate_video ON rate (video_id, kind);

-- down
DROP TABLE rate;
DROP TABLE watch_history;
DROP TABLE viewer_section;
DROP TABLE viewer;
DROP TABLE video_download;
DROP TABLE download_buffer;
DROP TABLE video_view;
DROP TABLE view_buffer;
