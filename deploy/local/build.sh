#!/bin/sh
# Builds the demo to the path given, and shows that it moves: Temporal's server takes minutes the
# first time. In place on a terminal, else a line every hundred packages.
#
# The demo is compiled without optimisation and without what debuggers need, which halves the time:
# it is run once or twice on one machine. `make bench` builds its own. With TEMPORAL set, it is
# built without Temporal's server and web UI.
set -eu
cd "$(dirname "$0")/../.."
program=$PWD/$1
cd deploy/local

export GOGC="${GOGC:-400}" # of the compiler: memory for time
compiler='all=-N -l -dwarf=false'
linker='-s -w'

if [ -n "${TEMPORAL:-}" ]; then
	export GOFLAGS="${GOFLAGS:-} -tags=without_temporal"
	echo "Building, without Temporal's server: $TEMPORAL is used. The first time takes a few minutes;"
	echo "after that, seconds."
else
	echo "Building. The first time takes 4 to 6 minutes on two cores, because Temporal's server is"
	echo "compiled with it; after that, seconds."
fi

# The standard library while the sources come.
go build -gcflags="$compiler" net/http database/sql html/template 2>/dev/null &
total=$(go list -deps . | wc -l | tr -d ' ')
wait $! || :

# With -v, go names each package when it is built; what else it says is for people.
{
	go build -v -gcflags="$compiler" -ldflags="$linker" -o "$program" . 2>&1 && echo "ended 0" || echo "ended 1"
} | {
	built=0
	while read -r line; do
		case $line in
		'ended '*) ended=${line#ended } ;;
		*[!A-Za-z0-9._/~+-]*) printf '%s\n' "$line" >&2 ;;
		*)
			built=$((built + 1))
			if [ -t 1 ]; then
				printf '\r\033[K  %s of at most %s packages  %.50s' "$built" "$total" "$line"
			elif [ $((built % 100)) -eq 0 ]; then
				echo "  $built of at most $total packages"
			fi
			;;
		esac
	done
	if [ -t 1 ]; then printf '\r\033[K'; fi
	exit "$ended"
}
echo "Built."
