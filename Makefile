# Two commands set everything up on a Debian machine with Rust: `make demo` and `make test`.
# CI runs `make test` and nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test build demo test lint doc package bench clean-demo desk-pictures

# What building and running need.
PACKAGES := build-essential pkg-config clang libclang-dev libtesseract-dev libleptonica-dev \
	tesseract-ocr-pol tesseract-ocr-eng tesseract-ocr-osd
# What the tests need besides: a database server, what fetches and starts an S3 server, and what
# breaks a program off between two system calls; what checks a package as a stranger does; a browser,
# and Node, which drives it, where there is none yet.
TEST_PACKAGES := postgresql curl poppler-utils jq strace python3 openssl man-db bsdutils shellcheck \
	chromium fonts-dejavu-core $(shell command -v npm >/dev/null || echo nodejs npm)

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
CARGO := cargo
# A runner that tests crates in parallel, where it is there; plain `cargo test` where it is not.
TEST_RUNNER := $(shell cargo nextest --version >/dev/null 2>&1 && echo "nextest run" || echo test)
KARTOTEKA := target/release/kartoteka
DEMO := target/demo

define install
	@missing=$$(for package in $(1); do \
		[ "$$(dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || echo $$package; \
	done); \
	if [ -n "$$missing" ]; then \
		echo "installing:" $$missing; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

help: ## This list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## Install what is missing on a Debian machine (sudo when not root)
	$(call install,$(PACKAGES))

setup-test: setup tests/desk/node_modules
	$(call install,$(TEST_PACKAGES))

# The browser's driver and the rules of accessibility, as the lock file has them.
tests/desk/node_modules: tests/desk/package-lock.json
	$(call install,$(TEST_PACKAGES))
	@cd tests/desk && npm ci --no-audit --no-fund --silent && touch node_modules

build: setup ## The program, as fast as it gets
	$(CARGO) build --release --locked

demo: build clean-demo ## The whole job on the samples: read, understand, keep, find
	@samples/demo.sh $(KARTOTEKA) $(DEMO)

clean-demo:
	@rm -rf $(DEMO)

test: setup-test lint ## Everything CI runs: format, lints, tests, documents
	# Tesseract's threads only get in each other's way.
	OMP_THREAD_LIMIT=1 $(CARGO) $(TEST_RUNNER) --release --workspace --locked
	$(MAKE) --no-print-directory doc

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc: ## The crates' documentation
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --quiet

package: build ## The Debian package and the tarball (deploy/README.md)
	@KARTOTEKA=$(KARTOTEKA) deploy/package.sh

desk-pictures: setup-test ## The desk's pages as docs/desk/*.jpg, made by its test
	OMP_THREAD_LIMIT=1 $(CARGO) test --release --locked --test main -- --exact desk::a_day_at_the_desk_in_a_browser
	rm -rf docs/desk && mkdir docs/desk && cp target/tmp/desk/*.jpg docs/desk/

bench: $(patsubst tests/bench/%.sh,bench-%,$(wildcard tests/bench/*.sh)) ## Measures speed and accuracy: every tests/bench/*.sh

bench-%: build setup-test ## Measures one area
	@tests/bench/$*.sh
