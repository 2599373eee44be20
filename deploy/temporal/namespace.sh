#!/bin/sh
# Makes the namespace TEMPORAL_NAMESPACE as soon as the server at
# TEMPORAL_ADDRESS is healthy. Runs any number of times.
set -eu

left=60
until temporal operator cluster health >/dev/null 2>&1; do
	left=$((left - 1))
	if [ "$left" -eq 0 ]; then
		echo "Temporal at $TEMPORAL_ADDRESS is not healthy after two minutes; see its log" >&2
		exit 1
	fi
	sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
	exit 0
fi
temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
