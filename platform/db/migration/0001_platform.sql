-- up
-- Times are milliseconds since 1970, here and in all that follows.
CREATE TABLE setting (
  name       TEXT PRIMARY KEY,
  value      TEXT NOT NULL, -- JSON
  updated_at BIGINT NOT NULL
);

CREATE TABLE outbox_fact (
  id         {{id}},
  kind       TEXT NOT NULL,   -- "video.Published"
  payload    TEXT NOT NULL,   -- JSON
  created_at BIGINT NOT NULL
);

-- What a listener could not do yet. A fact leaves outbox_fact once each listener has taken it or has a row here.
CREATE TABLE outbox_retry (
  id         {{id}},
  listener   TEXT NOT NULL,
  kind       TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   BIGINT NOT NULL,
  next_at    BIGINT,          -- NULL: given up, kept for the administrator to see
  error      TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX outbox_retry_next ON outbox_retry (next_at);

CREATE TABLE job_progress (
  job_id     BIGINT PRIMARY KEY, -- river_job.id
  percent    BIGINT NOT NULL,
  note       TEXT NOT NULL DEFAULT '', -- what the job is doing or waiting for, for people
  updated_at BIGINT NOT NULL
);

-- down
DROP TABLE job_progress;
DROP TABLE outbox_retry;
DROP TABLE outbox_fact;
DROP TABLE setting;
