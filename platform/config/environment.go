package config

import (
	"slices"
	"strings"
)

const (
	ownPrefix      = "LUCARNE_"
	peertubePrefix = "PEERTUBE_"
)

// environmentAliases is the names of PeerTube's container image that are not made from the key.
var environmentAliases = map[string][]string{
	"secrets.peertube":              {"PEERTUBE_SECRET"},
	"smtp.from_address":             {"PEERTUBE_SMTP_FROM"},
	"lucarne.initial_root_password": {"PT_INITIAL_ROOT_PASSWORD"},
}

// environmentNames are the variables that set a key, the strongest first: LUCARNE_ and PEERTUBE_ before the key in
// capitals, then PeerTube's short names. Keys below lucarne drop that word.
func environmentNames(key string) []string {
	name := strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
	if own, ok := strings.CutPrefix(name, ownPrefix); ok {
		return append([]string{ownPrefix + own}, environmentAliases[key]...)
	}
	names := []string{ownPrefix + name, peertubePrefix + name}
	if short, ok := strings.CutPrefix(name, "DATABASE_"); ok {
		names = append(names, peertubePrefix+"DB_"+short)
	}
	return append(names, environmentAliases[key]...)
}

// notSettings are variables with our prefix that other programs of the product read.
var notSettings = []string{"LUCARNE_CONFIG"}

// readEnvironment finds the settings among NAME=value texts. An empty value counts as absent, as in PeerTube.
// A LUCARNE_ name that means nothing is a warning; other programs may use the rest.
func readEnvironment(environ []string) (settings []setting, warnings []Problem) {
	values := environmentValues(environ)
	for _, l := range table().leaves {
		for _, name := range l.env {
			if text := values[name]; text != "" {
				settings = append(settings, setting{leaf: l, value: value{text: text, isText: true}, from: Origin{Source: name}})
				break
			}
		}
	}
	return settings, unknownVariables(values)
}

func environmentValues(environ []string) map[string]string {
	values := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		values[name] = text
	}
	return values
}

func unknownVariables(values map[string]string) (warnings []Problem) {
	for name := range values {
		known := table().byEnv[name] != nil || slices.Contains(notSettings, name)
		if known || !strings.HasPrefix(name, ownPrefix) {
			continue
		}
		message := "sets nothing" + suggestion(name, table().byEnv)
		warnings = append(warnings, Problem{Key: name, From: Origin{Source: "environment"}, Message: message})
	}
	slices.SortFunc(warnings, func(a, b Problem) int { return strings.Compare(a.Key, b.Key) })
	return warnings
}

// readFlags takes settings given on the command line, by key.
func readFlags(flags map[string]string) (settings []setting, problems Problems) {
	for key, text := range flags {
		from := Origin{Source: "command line"}
		l := table().byKey[key]
		if l == nil {
			problems = append(problems, Problem{Key: key, From: from, Message: "is not a setting" + suggestion(key, table().byKey)})
			continue
		}
		settings = append(settings, setting{leaf: l, value: value{text: text, isText: true}, from: from})
	}
	return settings, problems
}
