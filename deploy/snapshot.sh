#!/bin/sh
# Builds a release of the commit at hand into out/dist, publishes nothing, and tries what came out of it: the programs
# of this machine's archive are run, those of the others are opened. Arguments go to `goreleaser release`.
set -eu
cd "$(dirname "$0")/.."
export GOWORK=off
goreleaser() { go tool -modfile="$PWD/deploy/tools/goreleaser.mod" goreleaser "$@" --config deploy/goreleaser.yaml; }

goreleaser check
goreleaser release --snapshot --clean "$@"
go run ./deploy/release try out/dist
