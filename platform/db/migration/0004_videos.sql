-- up
CREATE TABLE video (
  id             {{id}},
  uuid           TEXT NOT NULL UNIQUE,
  url            TEXT NOT NULL UNIQUE,           -- ActivityPub id
  host           TEXT NOT NULL DEFAULT '',       -- '' is here
  channel_id     BIGINT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
  name           TEXT NOT NULL,
  name_sort      {{sortkey}} NOT NULL,
  description    TEXT NOT NULL DEFAULT '',
  support        TEXT NOT NULL DEFAULT '',
  category       BIGINT,
  licence        BIGINT,
  language       TEXT,
  privacy        BIGINT NOT NULL,                -- 1 public, 2 unlisted, 3 private, 4 internal, 5 password
  state          BIGINT NOT NULL,                -- PeerTube's VideoState: 1 published, 2 to transcode, 7 transcoding failed …
  failure        TEXT NOT NULL DEFAULT '',       -- why the state is a failed one, for the uploader
  listed         BOOLEAN NOT NULL,               -- state lets others see it; written with it
  blocked        BOOLEAN NOT NULL DEFAULT FALSE,
  blocked_reason TEXT NOT NULL DEFAULT '',
  nsfw           BOOLEAN NOT NULL DEFAULT FALSE,
  nsfw_flags     BIGINT NOT NULL DEFAULT 0,
  nsfw_summary   TEXT NOT NULL DEFAULT '',
  duration       BIGINT NOT NULL DEFAULT 0,      -- seconds
  aspect_ratio   DOUBLE PRECISION NOT NULL DEFAULT 0,
  views          BIGINT NOT NULL DEFAULT 0,
  likes          BIGINT NOT NULL DEFAULT 0,
  dislikes       BIGINT NOT NULL DEFAULT 0,
  comments       BIGINT NOT NULL DEFAULT 0,
  downloads      BIGINT NOT NULL DEFAULT 0,
  trending_views BIGINT NOT NULL DEFAULT 0,      -- views of the trending window
  hot_score      DOUBLE PRECISION NOT NULL DEFAULT 0,
  files_size     BIGINT NOT NULL DEFAULT 0,      -- bytes of all local files, for sorting and quotas
  wait_transcoding BOOLEAN NOT NULL DEFAULT FALSE,
  download_enabled BOOLEAN NOT NULL DEFAULT TRUE,
  comments_policy BIGINT NOT NULL DEFAULT 1,     -- 1 enabled, 2 disabled, 3 requires approval
  is_live        BOOLEAN NOT NULL DEFAULT FALSE,
  announced      BOOLEAN NOT NULL DEFAULT FALSE, -- others were told of its publication
  published_at   BIGINT NOT NULL,
  originally_published_at BIGINT,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);
CREATE INDEX video_channel ON video (channel_id, published_at);
CREATE INDEX video_listed_published ON video (published_at, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_views ON video (views, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_likes ON video (likes, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_trending ON video (trending_views, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_hot ON video (hot_score, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_name ON video (name_sort, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_duration ON video (duration, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_comments ON video (comments, id) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_listed_created ON video (created_at, id) WHERE listed AND privacy IN (1, 4);
-- Counts without looking at the rows.
CREATE INDEX video_listed_count ON video (blocked, privacy, nsfw, host, is_live, listed) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_created ON video (created_at, id);
CREATE INDEX video_category ON video (category) WHERE listed AND privacy IN (1, 4);
CREATE INDEX video_language ON video (language) WHERE listed AND privacy IN (1, 4);

{{search "video_search"}}

CREATE TABLE video_tag (
  video_id BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  name     TEXT NOT NULL,
  folded   TEXT NOT NULL,                        -- lower case, without accents
  PRIMARY KEY (video_id, folded)
);
CREATE INDEX video_tag_folded ON video_tag (folded, video_id);

CREATE TABLE video_password (
  id         {{id}},
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  password   TEXT NOT NULL,                      -- in clear: the API gives it back to the owner
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (video_id, password)
);

CREATE TABLE video_schedule (
  video_id  BIGINT PRIMARY KEY REFERENCES video (id) ON DELETE CASCADE,
  update_at BIGINT NOT NULL,
  privacy   BIGINT                               -- NULL keeps the video's
);
CREATE INDEX video_schedule_at ON video_schedule (update_at);

CREATE TABLE streaming_playlist (
  id                 {{id}},
  video_id           BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  kind               BIGINT NOT NULL DEFAULT 1,  -- 1 HLS
  playlist_filename  TEXT NOT NULL DEFAULT '',
  playlist_url       TEXT NOT NULL DEFAULT '',   -- remote
  sha256_filename    TEXT NOT NULL DEFAULT '',
  sha256_url         TEXT NOT NULL DEFAULT '',   -- remote
  info_hashes        TEXT NOT NULL DEFAULT '[]', -- JSON list of 40 hex
  p2p_version        BIGINT NOT NULL,
  storage            BIGINT NOT NULL DEFAULT 0,  -- 0 disk, 1 object storage
  created_at         BIGINT NOT NULL,
  updated_at         BIGINT NOT NULL,
  UNIQUE (video_id, kind)
);

CREATE TABLE video_file (
  id               {{id}},
  video_id         BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  playlist_id      BIGINT REFERENCES streaming_playlist (id) ON DELETE CASCADE, -- NULL: progressive file
  resolution       BIGINT NOT NULL,              -- 0 is audio only
  width            BIGINT NOT NULL DEFAULT 0,
  height           BIGINT NOT NULL DEFAULT 0,
  fps              BIGINT NOT NULL DEFAULT 0,
  size             BIGINT NOT NULL,
  extname          TEXT NOT NULL,                -- ".mp4"
  filename         TEXT NOT NULL DEFAULT '',     -- last part of the blob key
  playlist_filename TEXT NOT NULL DEFAULT '',    -- media playlist of an HLS rendition
  codecs           TEXT NOT NULL DEFAULT '',     -- RFC 6381
  bandwidth        BIGINT NOT NULL DEFAULT 0,    -- peak bits per second
  average_bandwidth BIGINT NOT NULL DEFAULT 0,
  has_audio        BOOLEAN NOT NULL,
  has_video        BOOLEAN NOT NULL,
  info_hash        TEXT NOT NULL DEFAULT '',     -- BitTorrent v1, hex
  torrent_filename TEXT NOT NULL DEFAULT '',
  metadata         TEXT NOT NULL DEFAULT '',     -- JSON: ffprobe's view of the file
  segments         TEXT NOT NULL DEFAULT '',     -- JSON: byte range → SHA-256 of an HLS rendition
  file_url         TEXT NOT NULL DEFAULT '',     -- remote
  torrent_url      TEXT NOT NULL DEFAULT '',     -- remote
  metadata_url     TEXT NOT NULL DEFAULT '',     -- remote
  storage          BIGINT NOT NULL DEFAULT 0,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX video_file_web ON video_file (video_id, resolution, fps) WHERE playlist_id IS NULL;
CREATE UNIQUE INDEX video_file_hls ON video_file (playlist_id, resolution, fps) WHERE playlist_id IS NOT NULL;
CREATE INDEX video_file_video ON video_file (video_id);
CREATE INDEX video_file_info_hash ON video_file (info_hash);
CREATE INDEX video_file_filename ON video_file (filename);
CREATE INDEX video_file_torrent ON video_file (torrent_filename);

-- What was uploaded. A row stays for each upload; the file goes with the next one, or once transcoding is done unless it is kept.
CREATE TABLE video_source (
  id             {{id}},
  video_id       BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  input_filename TEXT NOT NULL,                  -- as the uploader named it
  filename       TEXT NOT NULL DEFAULT '',       -- blob key; '' once the file is gone
  is_kept        BOOLEAN NOT NULL DEFAULT FALSE, -- FALSE: the file goes once transcoding no longer needs it
  size           BIGINT NOT NULL DEFAULT 0,
  resolution     BIGINT,
  width          BIGINT NOT NULL DEFAULT 0,
  height         BIGINT NOT NULL DEFAULT 0,
  fps            BIGINT NOT NULL DEFAULT 0,
  metadata       TEXT NOT NULL DEFAULT '',       -- JSON: ffprobe's view of the file
  storage        BIGINT NOT NULL DEFAULT 0,      -- 0 disk, 1 object storage
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);
CREATE INDEX video_source_video ON video_source (video_id);

-- One line per rendition that is wanted: what the uploader sees as progress.
CREATE TABLE rendition_progress (
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,                      -- hls | web-video
  resolution BIGINT NOT NULL,
  fps        BIGINT NOT NULL,
  run        TEXT NOT NULL,                      -- the transcoding it belongs to: a new one takes the place of the last
  state      TEXT NOT NULL,                      -- waiting | running | done | failed
  percent    BIGINT NOT NULL DEFAULT 0,
  error      TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (video_id, kind, resolution)
);

CREATE TABLE thumbnail (
  id         {{id}},
  video_id   BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,                      -- thumbnail | preview
  width      BIGINT NOT NULL,
  height     BIGINT NOT NULL,
  filename   TEXT NOT NULL UNIQUE,               -- blob key in the store of its kind
  remote_url TEXT NOT NULL DEFAULT '',
  is_automatic BOOLEAN NOT NULL,                 -- taken from the video rather than given
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX thumbnail_video ON thumbnail (video_id);

CREATE TABLE storyboard (
  id              {{id}},
  video_id        BIGINT NOT NULL UNIQUE REFERENCES video (id) ON DELETE CASCADE,
  filename        TEXT NOT NULL UNIQUE,          -- blob key
  total_width     BIGINT NOT NULL,
  total_height    BIGINT NOT NULL,
  sprite_width    BIGINT NOT NULL,
  sprite_height   BIGINT NOT NULL,
  sprite_duration BIGINT NOT NULL,               -- seconds
  remote_url      TEXT NOT NULL DEFAULT '',
  created_at      BIGINT NOT NULL
);

CREATE TABLE caption (
  id           {{id}},
  video_id     BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  language     TEXT NOT NULL,
  filename     TEXT NOT NULL UNIQUE,             -- blob key
  m3u8_filename TEXT NOT NULL DEFAULT '',        -- of its media playlist, in the store of playlists
  is_automatic BOOLEAN NOT NULL DEFAULT FALSE,
  remote_url   TEXT NOT NULL DEFAULT '',
  storage      BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  UNIQUE (video_id, language)
);

CREATE TABLE chapter (
  video_id BIGINT NOT NULL REFERENCES video (id) ON DELETE CASCADE,
  timecode BIGINT NOT NULL,                      -- seconds
  title    TEXT NOT NULL,
  PRIMARY KEY (video_id, timecode)
);

-- A resumable upload that has not become a video yet. How much arrived is the file's own size.
CREATE TABLE upload (
  id         TEXT PRIMARY KEY,                   -- upload_id, unguessable
  user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  video_id   BIGINT REFERENCES video (id) ON DELETE CASCADE, -- set when it replaces the source of a video
  became_id  BIGINT REFERENCES video (id) ON DELETE CASCADE, -- the video it ended in: kept a while for clients that missed the answer
  size       BIGINT NOT NULL,
  mime_type  TEXT NOT NULL,
  filename   TEXT NOT NULL,                      -- as the uploader named it
  metadata   TEXT NOT NULL,                      -- JSON: the video's fields as received
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX upload_updated ON upload (updated_at);
CREATE INDEX upload_user ON upload (user_id);

-- down
DROP TABLE upload;
DROP TABLE chapter;
DROP TABLE caption;
DROP TABLE storyboard;
DROP TABLE thumbnail;
DROP TABLE rendition_progress;
DROP TABLE video_source;
DROP TABLE video_file;
DROP TABLE streaming_playlist;
DROP TABLE video_schedule;
DROP TABLE video_password;
DROP TABLE video_tag;
DROP TABLE video_search;
DROP TABLE video;
