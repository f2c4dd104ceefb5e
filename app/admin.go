package app

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lucarne/platform/config"
)

// innerHandlers gives each address that is not for visitors what it answers.
func innerHandlers(cfg *config.Config, registry *prometheus.Registry) map[string]http.Handler {
	inner := map[string]http.Handler{}
	if metrics := cfg.OpenTelemetry.Metrics; metrics.Enabled {
		inner[metrics.PrometheusExporter.Address()] = metricsHandler(registry)
	}
	if cfg.Lucarne.AdminListen != "" {
		inner[cfg.Lucarne.AdminListen] = adminHandler(registry)
	}
	return inner
}

// metricsHandler serves measurements.
func metricsHandler(registry *prometheus.Registry) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// adminHandler serves measurements and profiles.
func adminHandler(registry *prometheus.Registry) http.Handler {
	mux := metricsHandler(registry)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
