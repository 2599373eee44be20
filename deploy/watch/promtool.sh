#!/bin/sh
# Prometheus's promtool: the one on the PATH (Debian: package prometheus; Homebrew: prometheus), else the
# one in bin, else compiled once by Go, which takes minutes.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
if command -v promtool >/dev/null; then
	exec promtool "$@"
elif [ -x "$here/bin/promtool" ]; then
	exec "$here/bin/promtool" "$@"
fi
exec env GOWORK=off GOFLAGS= go run -tags remove_all_sd github.com/prometheus/prometheus/cmd/promtool@v0.316.0 "$@"
