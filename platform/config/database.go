package config

import (
	"net"
	"net/url"
	"path/filepath"
	"strconv"
)

// Database says where the data is kept. With neither a host name, a name nor a URL it is an SQLite file in the data folder.
type Database struct {
	URL         string      `key:"url" secret:"yes" check:"url=postgres|postgresql" doc:"Whole PostgreSQL address (postgres://user:password@host/name); replaces the other database keys. Added by Lucarne."`
	Hostname    string      `key:"hostname" doc:"PostgreSQL server or the folder of its socket; empty, with no name either, means the SQLite file lucarne.db in the data folder."`
	Port        int         `key:"port" default:"5432" check:"port min=1" doc:"PostgreSQL port."`
	SSL         bool        `key:"ssl" default:"false" doc:"Encrypt the connection to PostgreSQL."`
	SSLSettings TLSSettings `key:"ssl_settings" doc:"PostgreSQL"`
	Name        string      `key:"name" doc:"PostgreSQL database; empty means peertube followed by database.suffix."`
	Suffix      string      `key:"suffix" default:"_prod" doc:"End of the database name when database.name is empty."`
	Username    string      `key:"username" default:"peertube" doc:"PostgreSQL role."`
	Password    string      `key:"password" default:"peertube" secret:"yes" doc:"Password of the role."`
	Pool        Pool        `key:"pool"`
}

// TLSSettings says whom to trust on an encrypted connection and who we are.
type TLSSettings struct {
	RejectUnauthorized bool   `key:"reject_unauthorized" default:"false" doc:"refuse a server whose certificate cannot be verified."`
	CA                 string `key:"ca" null:"yes" doc:"file of the certificate authority to trust."`
	Cert               string `key:"cert" null:"yes" doc:"file of our certificate."`
	Key                string `key:"key" null:"yes" doc:"file of our certificate's key."`
}

// Pool bounds the connections to the database.
type Pool struct {
	Max int `key:"max" default:"5" check:"min=1" doc:"Connections kept open to PostgreSQL."`
}

// IsPostgres says which of the two engines is wanted.
func (d Database) IsPostgres() bool { return d.URL != "" || d.Hostname != "" || d.Name != "" }

// PostgresURL is the address to connect to; empty when the engine is SQLite.
func (d Database) PostgresURL() string {
	if !d.IsPostgres() || d.URL != "" {
		return d.URL
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(d.Username, d.Password), Path: "/" + d.databaseName()}
	query := d.sslQuery()
	if filepath.IsAbs(d.Hostname) { // libpq's form of a socket's folder, which cannot stand in a host
		query.Set("host", d.Hostname)
		query.Set("port", strconv.Itoa(d.Port))
	} else {
		u.Host = net.JoinHostPort(orElse(d.Hostname, "127.0.0.1"), strconv.Itoa(d.Port))
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func (d Database) databaseName() string { return orElse(d.Name, "peertube"+d.Suffix) }

func (d Database) sslQuery() url.Values {
	if !d.SSL {
		return url.Values{"sslmode": {"disable"}}
	}
	query := url.Values{"sslmode": {"require"}}
	if d.SSLSettings.RejectUnauthorized {
		query.Set("sslmode", "verify-full")
	}
	for name, file := range map[string]string{"sslrootcert": d.SSLSettings.CA, "sslcert": d.SSLSettings.Cert, "sslkey": d.SSLSettings.Key} {
		if file != "" {
			query.Set(name, file)
		}
	}
	return query
}

// SQLiteFile is the path of the SQLite database, which exists only when the engine is SQLite.
func (c *Config) SQLiteFile() string { return filepath.Join(c.Lucarne.Data, "lucarne.db") }

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// Redis is accepted so that PeerTube's files load; Lucarne keeps its queues and caches in the process and the database.
type Redis struct {
	Hostname    string      `key:"hostname" default:"127.0.0.1" doc:"Redis server."`
	Port        int         `key:"port" default:"6379" check:"port" doc:"Redis port."`
	Socket      string      `key:"socket" null:"yes" doc:"Unix socket instead of a host and port."`
	Auth        string      `key:"auth" null:"yes" secret:"yes" doc:"Redis password."`
	DB          int         `key:"db" default:"0" check:"min=0" doc:"Redis database number."`
	EnableTLS   bool        `key:"enable_tls" default:"false" doc:"Encrypt the connection to Redis."`
	TLSSettings TLSSettings `key:"tls_settings" doc:"Redis"`
	Sentinel    Sentinel    `key:"sentinel"`
}

// Sentinel finds the leader of a group of Redis servers.
type Sentinel struct {
	Enabled     bool           `key:"enabled" default:"false" doc:"Find the Redis leader through sentinels."`
	EnableTLS   bool           `key:"enable_tls" default:"false" doc:"Encrypt the connections to the sentinels."`
	TLSSettings TLSSettings    `key:"tls_settings" doc:"Sentinels"`
	MasterName  string         `key:"master_name" doc:"Name of the watched group."`
	Password    string         `key:"password" secret:"yes" doc:"Password of the sentinels."`
	Sentinels   []SentinelHost `key:"sentinels" default:"[{\"host\": \"\", \"port\": 26379}]" doc:"The sentinels, each with a host and a port."`
}

// SentinelHost is the address of one sentinel.
type SentinelHost struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}
