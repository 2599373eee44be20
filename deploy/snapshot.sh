#!/bin/sh
# Builds a release of the commit at hand into out/dist, publishes nothing, and tries what came out of it: the programs
# of this machine's archive are run, those of the others are opened. Arguments go to `goreleaser release`.
#
# The first time takes some 30 minutes of processor time: goreleaser is compiled, without optimisation (5), and the
# programs for six systems.
set -eu
cd "$(dirname "$0")/.."
export GOWORK=off

go build -modfile=deploy/tools/goreleaser.mod -gcflags=all='-N -l -dwarf=false' -ldflags='-s -w' -o bin/goreleaser github.com/goreleaser/goreleaser/v2
bin/goreleaser check --config deploy/goreleaser.yaml
bin/goreleaser release --snapshot --clean --config deploy/goreleaser.yaml "$@"
go run ./deploy/release try out/dist
