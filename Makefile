# The tasks of a day. `make` alone lists them.

GO          ?= go
BENCHTIME   ?= 100ms
BENCH       ?= .
FUZZTIME    ?= 5s
N           ?= 5000
SEED        ?= 1
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
PROMTOOL    := github.com/prometheus/prometheus/cmd/promtool
PROMETHEUS  := v0.305.0

.DEFAULT_GOAL := help
.PHONY: help build dist check format vet staticcheck tidy modules browser picture promtool tools test conformance race bench growth profile determinism fuzz kill journals mutate cover clean

help: ## list the targets
	@awk 'BEGIN { FS = ":[^#]*## " } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/headroom, which needs no libraries and few addresses (ulimit -v)
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/headroom ./cmd/headroom

VERSION  ?= $(shell git describe --tags 2>/dev/null || echo untagged)
RELEASE  ?= $(strip $(VERSION) $(shell git log -1 --format='%h %cs' 2>/dev/null))
SYSTEMS  ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

dist: ## build dist/ for Linux, macOS and Windows, amd64 and arm64, with checksums
	@mkdir -p dist && rm -rf dist/*
	@for system in $(SYSTEMS); do \
		os=$${system%/*} arch=$${system#*/} suffix=; [ $$os = windows ] && suffix=.exe; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -buildvcs=false -ldflags '-s -w -X "main.release=$(RELEASE)"' \
			-o dist/headroom-$$os-$$arch$$suffix ./cmd/headroom || exit 1; \
	done
	@$(GO) run -ldflags '-X "main.release=$(RELEASE)"' ./cmd/headroom man dist/man && tar -C dist -czf dist/headroom-man.tar.gz man && rm -r dist/man
	@cd dist && sha256sum headroom-* > SHA256SUMS && cat SHA256SUMS

check: format vet staticcheck tidy modules ## everything that needs no test: run it before each commit (-k shows all faults)

format: ## fail on files that gofmt would change
	@files=$$(gofmt -l .) && if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

vet: ## go vet
	$(GO) vet ./...

staticcheck: ## staticcheck, pinned
	$(GO) run $(STATICCHECK) ./...

tidy: ## import layers, banned calls, lengths, names (cmd/tidy)
	$(GO) run ./cmd/tidy

modules: ## fail if go.mod or go.sum would change
	$(GO) mod tidy -diff

browser: ## install the chromium in which tests open report.html, unless there is one (Debian, root)
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } >/dev/null

picture: build ## renew results/page/page.png, the page in README (chromium)
	@dir=$$(mktemp -d) && bin/headroom run scenarios/worldcup98.toml --quiet --out $$dir/run >/dev/null && \
	chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1200 --virtual-time-budget=4000 \
		--screenshot=results/page/page.png file://$$dir/run/report.html 2>/dev/null && rm -r $$dir

promtool: ## fetch the promtool that tests read OpenMetrics with, unless there is one (Debian's, else built)
	@to=$$($(GO) env GOPATH)/bin; command -v promtool >/dev/null || test -x $$to/promtool || { \
		mkdir -p $$to && dir=$$(mktemp -d) && cd $$dir && export GOFLAGS=-buildvcs=false && \
		if { apt-get update -qq && apt-get download -qq prometheus && dpkg -x prometheus_*.deb .; } >/dev/null 2>&1; then cp usr/bin/promtool $$to/; else \
		$(GO) mod init tools && $(GO) get $(PROMTOOL)@$(PROMETHEUS) && CGO_ENABLED=0 $(GO) build -trimpath -o $$to/promtool $(PROMTOOL); fi && rm -rf $$dir; }

tools: ## browser and promtool, one after the other: apt runs alone
	@$(MAKE) --no-print-directory browser && $(MAKE) --no-print-directory promtool

test: ## all tests
	$(GO) test -timeout 30m ./...

conformance: ## run all lab notebooks, then print what should be beside what is (MARKDOWN=1)
	@out=$$($(GO) test -count=1 -run Notebook ./sim/... ./model/... ./cmd/headroom) || { echo "$$out"; exit 1; }
	@$(GO) run ./results/conformance $(if $(MARKDOWN),-markdown)
	@$(GO) run ./results/conformance -fluid

race: ## all tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -timeout 90m -race ./...

bench: ## all benchmarks, one package at a time, with their ratios (BENCH=regexp BENCHTIME=100ms)
	$(GO) test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem -benchtime $(BENCHTIME) ./...

growth: build ## time and memory against size, with exponents, and bin/growth.svg (MOST=20s of CPU a size, ONLY=curve)
	@$(GO) run ./results/growth -program bin/headroom -o bin/growth.svg -most $(or $(MOST),20s) -only '$(ONLY)'

profile: ## renew the profile that the compiler optimizes headroom by, from the benchmarks
	$(GO) test -run '^$$' -bench 'MM100|Balanced|ThreeTiers|TwoReads' -benchtime 3s -cpuprofile cmd/headroom/default.pgo -o /dev/null ./model/cloud

determinism: build ## the same bytes from every stock scenario with any number of workers
	@sh .ci/determinism bin/headroom scenarios/*.toml

fuzz: ## every fuzz target for FUZZTIME=5s each, or all of them in FUZZTOTAL seconds
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' FUZZTOTAL='$(FUZZTOTAL)' sh .ci/fuzz

kill: ## kill commands that write N=200 times, and fail every operation of their disk
	$(GO) test -count=1 -timeout 60m -v -run 'TestKilledCommandsLoseNothing|TestNoFailureOfTheDiskLosesResults' ./cmd/headroom -args -kills $(or $(N),200)

journals: ## damaged journals of sweeps are refused or continued rightly (N=3000)
	$(GO) test -count=1 -v -run TestDamagedJournals ./results/sweep -journals $(or $(N),3000)

mutate: ## run N=5000 mutated stock scenarios, from SEED=1 on
	$(GO) test ./cmd/headroom -count=1 -run Mutated -v -timeout 24h -mutations $(or $(N),5000) -mutation $(SEED) -mutationtime 500ms

cover: ## coverage by all tests, in cover.out, with a summary
	$(GO) test -timeout 45m -coverpkg=./... -coverprofile=cover.out ./...
	@$(GO) tool cover -func=cover.out | tail -n 1

clean: ## remove what the other targets leave behind
	rm -rf bin dist cover.out
