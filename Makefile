# The two commands a newcomer needs: `make run` and `make test`. Both install what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export CGO_ENABLED := 0

BIN := bin/lucarne
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO_FILES := $(shell find . -name '*.go' -not -path './http/web/assets/node_modules/*')
WEB_SOURCES := $(shell find http/web/assets -type f -not -path '*/node_modules/*')
WEB := http/web/ui/dist/manifest.json

.PHONY: help run test test-quick lint bench bench-live bench-chat build web generate clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: ## install what is missing, build, and serve http://localhost:9000 with its data in ./data
	@scripts/setup run
	@$(MAKE) --no-print-directory build
	@exec ./$(BIN) serve

build: $(BIN) ## build the web assets and the binary

$(BIN): $(WEB) $(GO_FILES) go.mod go.sum $(wildcard platform/db/migration/*.sql)
	go build -trimpath -ldflags "-s -w -X lucarne/app.version=$(VERSION)" -o $(BIN) .

web: $(WEB) ## build the web assets alone

$(WEB): $(WEB_SOURCES)
	cd http/web/assets && { [ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund; }
	cd http/web/assets && npm run --silent build

generate: ## write the generated Go again (templ components, configuration reference)
	go tool templ generate -path http/web
	go generate ./...

test: ## install what the tests need and run everything: vet, lint, Go tests on SQLite and PostgreSQL, browser stories
	@scripts/setup test
	@$(MAKE) --no-print-directory web
	cd http/web/assets && npm run --silent check
	@$(MAKE) --no-print-directory lint
	scripts/with-postgres go test -timeout 20m ./...

test-quick: ## the Go tests on SQLite alone, without those that need a browser
	go test -short ./...

lint: ## gofumpt and staticcheck
	@unformatted=$$(go tool gofumpt -l $$(git ls-files '*.go' | grep -v _templ.go)); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

bench: ## measure speed and memory against the bars
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	go run ./app/bench -binary ./$(BIN)

bench-live: ## measure live streaming against the bars: about half an hour
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	go run ./app/bench -binary ./$(BIN) -set live

bench-chat: ## measure the chat against the bars and against Prosody: about half an hour
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	go run ./app/bench -binary ./$(BIN) -set chat

clean: ## remove what was built (not ./data)
	rm -rf bin http/web/assets/node_modules
	find http/web/ui/dist -type f -not -name .keep -delete
