-- up
-- The info hashes of streaming playlists one by one, as trackers look them up.
CREATE TABLE swarm (
  info_hash   TEXT NOT NULL,                     -- 40 hex
  playlist_id BIGINT NOT NULL REFERENCES streaming_playlist (id) ON DELETE CASCADE,
  PRIMARY KEY (info_hash, playlist_id)
);
CREATE INDEX swarm_playlist ON swarm (playlist_id);

-- Each of a list ["<hash>","<hash>"] takes 43 characters.
INSERT INTO swarm (info_hash, playlist_id)
SELECT DISTINCT SUBSTR(p.info_hashes, 3 + 43 * n.i, 40), p.id
FROM streaming_playlist p
JOIN (SELECT 0 AS i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6
  UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9 UNION ALL SELECT 10 UNION ALL SELECT 11) n ON LENGTH(p.info_hashes) >= 43 * (n.i + 1);

-- down
DROP TABLE swarm;
