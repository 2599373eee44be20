#!/bin/sh
# Builds the demo to the path given, and shows that it moves: Temporal's server takes minutes the
# first time. In place on a terminal, else a line every hundred packages.
set -eu
cd "$(dirname "$0")/../.."
program=$PWD/$1
cd deploy/local

echo "Building. The first time takes 6 to 9 minutes on two cores, because Temporal's server is"
echo "compiled with it; after that, seconds."

# Sources first, so that the total is known.
total=$(go list -deps . | wc -l | tr -d ' ')
built=0
go build -v -o "$program" . 2>&1 | while read -r line; do
	built=$((built + 1))
	if [ -t 1 ]; then
		printf '\r\033[K  %s of at most %s packages  %.50s' "$built" "$total" "$line"
	elif [ $((built % 100)) -eq 0 ]; then
		echo "  $built of at most $total packages"
	fi
done
if [ -t 1 ]; then printf '\r\033[K'; fi

# Says what went wrong, if anything did; else there is nothing left to do.
go build -o "$program" .
echo "Built."
