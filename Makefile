# make run    sets everything up and opens the window on a built-in demonstration (without a screen: shows itself, with pictures in build/tour)
# make test   sets up what tests need and runs all of them
# make build | bench | lint | package | fuzz

GO      ?= go
# clang compiles the toolkit's C code in a third of the time.
CC      := $(shell command -v clang-14 2>/dev/null || command -v gcc 2>/dev/null || echo cc)
export CC
VERSION := $(shell git describe --tags --always 2>/dev/null || echo 0.1.0)
TAGS    := migrated_fynedo
LDFLAGS := -s -w -X github.com/postrider/postrider/app.Version=$(VERSION)
BIN     := build/postrider

.PHONY: run build test lint bench fuzz package tour clean packages-run packages-test

run: packages-run build
	@.ci/demo $(BIN)

packages-run:
	@.ci/packages build $(if $(DISPLAY)$(WAYLAND_DISPLAY),,headless)

packages-test:
	@.ci/packages build headless test

# CC is looked up again: the packages may just have brought it.
build:
	@mkdir -p build
	CC=$$(command -v clang-14 || command -v gcc || echo cc) $(GO) build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $(BIN) .

lint:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "not formatted: $$bad"; exit 1; }
	CC=$$(command -v clang-14 || command -v gcc || echo cc) $(GO) vet ./... ./.ci/gotest

# At its end it says what was skipped; with CI=true a skip that .ci/skips does not allow fails.
test: packages-test lint build
	$(GO) build -o build/gotest ./.ci/gotest
	CC=$$(command -v clang-14 || command -v gcc || echo cc) POSTRIDER_BIN=$(CURDIR)/$(BIN) POSTRIDER_BUILD=$(CURDIR)/build build/gotest .ci/skips -timeout 20m ./... ./.ci/gotest

bench:
	@.ci/packages build test bench
	$(GO) run ./app/bench
	$(GO) test -run '^$$' -bench . -benchtime 200x ./views/kit ./views/list ./views/composer/editor ./views/composer/rich
	$(GO) test -run 'TestMemory' -bench . -benchtime 20x -v ./views/html/layout ./views/html/view

fuzz:
	@.ci/fuzz $(or $(FUZZTIME),30s)

package: packages-run build
	@.ci/package $(BIN) $(VERSION)

clean:
	rm -rf build
