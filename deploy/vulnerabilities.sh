#!/bin/sh
# Compares what the programs call with Go's database of known weaknesses. Where its site cannot be reached, the same
# database comes as a Go module, as old as the newest that the module proxy has.
set -eu
cd "$(dirname "$0")/.."
export GOWORK=off
site=https://vuln.go.dev
check() { go tool -modfile="$PWD/deploy/tools/go.mod" govulncheck "$@" ./...; }

if curl --silent --fail --output /dev/null --max-time 20 "$site/index/db.json"; then
	check -db "$site"
	exit
fi
if ! version=$(go list -m -f '{{.Version}}' golang.org/x/vulndb@latest) ||
	! folder=$(go mod download -json "golang.org/x/vulndb@$version" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p'); then
	echo "error: the database of weaknesses cannot be reached, neither at $site nor as the module golang.org/x/vulndb:" >&2
	echo "nothing was checked. Try again where one of them can be reached." >&2
	exit 1
fi
echo "$site cannot be reached: the database is golang.org/x/vulndb@$version"
check -db "file://$folder/data/osv"
