#!/bin/sh
# Builds the programs twice, from two clones in folders of different names, each with a build cache of its own, as a
# release is built, and fails when two files differ. PROGRAMS, GOOS and GOARCH choose what is built.
set -eu
cd "$(dirname "$0")/.."
export GOWORK=off CGO_ENABLED=0
programs=${PROGRAMS:-"./worker ./gateway ./station ./starter"}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
for place in here/first elsewhere/second-build; do
	git clone --quiet --no-hardlinks . "$work/$place"
	(
		cd "$work/$place"
		# shellcheck disable=SC2086 # the list is split on purpose
		GOCACHE=$work/cache-$(basename "$place") go build -trimpath -buildvcs=true -tags timetzdata \
			-ldflags "-s -w -X github.com/despacho/despacho/service/version.release=0.0.0" -o "$work/out/$place/" $programs
		cd "$work/out/$place"
		sha256sum -- * >"$work/$(basename "$place").sums"
	)
done
cat "$work/first.sums"
diff "$work/first.sums" "$work/second-build.sums"
echo "Both builds gave the same files."
