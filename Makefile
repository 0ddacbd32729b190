# Two commands for a newcomer: `make run` and `make test`. `make bench` measures the promised speeds beside peers.

PORT ?= 8080
DATA ?= data/demo
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/tsconfig.json web/package-lock.json -type f 2>/dev/null)

.PHONY: run test bench openapi clean

run: tools web/dist/index.html
	@echo "── building the hall (the first time takes some minutes on two cores; later starts take seconds)"
	@cargo build --quiet -p sala-hall || { echo "The build failed: see above."; exit 1; }
	@echo "── opening it (Ctrl-C stops it; 'rm -r $(DATA)' starts over)"
	@exec target/debug/sala serve --profile profiles/demo --data $(DATA) --listen 127.0.0.1:$(PORT)

.PHONY: tools
tools:
	@command -v cargo >/dev/null || { echo "Sala needs Rust: install it with rustup (https://rustup.rs), then type make run again."; exit 1; }
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "Sala needs Node 20.19 or newer with npm (Debian: apt-get install nodejs npm), then type make run again."; exit 1; }
	@command -v cc >/dev/null || { echo "Sala needs a C compiler for SQLite (Debian: apt-get install build-essential), then type make run again."; exit 1; }

web/node_modules/.installed: web/package-lock.json
	@echo "── fetching the parts of the client (npm ci)"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.installed $(WEB_SOURCES)
	@echo "── building the client"
	@cd web && npm run --silent build
	@touch $@

# Everything that CI runs; the last line is the count.
test:
	@scripts/test

# The promised speeds, side by side with peers, as ratios.
bench: web/dist/index.html
	@scripts/bench

# Traffic lights: every street, controller and sensing under the real SUMO; writes the table of docs/signals.md. Takes hours, can be stopped.
.PHONY: bench-signals
bench-signals: web/dist/index.html
	@scripts/bench-signals

# After a change of the API: the contract and the client's types.
openapi: web/node_modules/.installed
	@SALA_UPDATE=1 cargo test --quiet -p sala-hall --test hall guard
	@cd web && npm run --silent schema

clean:
	rm -rf target web/dist web/node_modules .venv .venv-sumo .venv-sumo-1.9.2 data
