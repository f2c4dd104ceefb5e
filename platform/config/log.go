package config

// Log is what the site writes about itself.
type Log struct {
	Level    string `key:"level" default:"info" check:"oneof=debug|info|warn|error" doc:"Least serious message written: debug, info, warn or error."`
	Rotation struct {
		Enabled     bool  `key:"enabled" default:"true" doc:"Start new log files when they grow."`
		MaxFileSize Bytes `key:"max_file_size" default:"12MB" check:"min=1" doc:"Size at which a new log file starts."`
		MaxFiles    int   `key:"max_files" default:"20" check:"min=1" doc:"Log files kept."`
	} `key:"rotation" use:"kept"`
	AnonymizeIP               bool `key:"anonymize_ip" default:"false" doc:"Write addresses without their last part."`
	LogPingRequests           bool `key:"log_ping_requests" default:"true" doc:"Write a line for calls of /api/v1/ping."`
	LogTrackerUnknownInfohash bool `key:"log_tracker_unknown_infohash" default:"true" doc:"Write a line when a peer asks the tracker for something unknown."`
	LogHTTPRequests           bool `key:"log_http_requests" default:"true" doc:"Write a line for each request."`
	PrettifySQL               bool `key:"prettify_sql" default:"false" use:"kept" doc:"Lay out SQL in debug messages."`
	AcceptClientLog           bool `key:"accept_client_log" default:"true" doc:"Accept errors reported by browsers."`
}

// OpenTelemetry is what the site measures and traces.
type OpenTelemetry struct {
	Metrics struct {
		Enabled               bool     `key:"enabled" default:"false" doc:"Publish measurements for Prometheus on the address below; lucarne.admin_listen has them in any case."`
		PlaybackStatsInterval Duration `key:"playback_stats_interval" use:"told" default:"15 seconds" check:"min=1000" doc:"Time between two playback reports of a player."`
		HTTPRequestDuration   Switch   `key:"http_request_duration" use:"kept" set:"enabled=false" doc:"Histogram of request times by route"`
		PrometheusExporter    Listen   `key:"prometheus_exporter" set:"hostname=127.0.0.1|port=9091" doc:"Measurements"`
	} `key:"metrics"`
	Tracing struct {
		Enabled        bool `key:"enabled" default:"false" doc:"Send traces to a collector."`
		JaegerExporter struct {
			Endpoint string `key:"endpoint" check:"url=http|https" doc:"Address of the collector."`
		} `key:"jaeger_exporter"`
	} `key:"tracing" use:"kept"`
}
