#!/bin/sh
# Makes Temporal's two databases and brings their tables to the version of this
# image. Runs any number of times. SQL_* say where the databases are.
set -eu

case "$SQL_PASSWORD" in
*change-me*)
	echo "WARNING: POSTGRES_PASSWORD is the published example. Write one of your own into .env" >&2
	echo "         before anybody else can reach this machine (docs/operating.md)." >&2
	;;
esac

for schema in temporal visibility; do
	database=temporal
	if [ "$schema" = visibility ]; then
		database=temporal_visibility
	fi
	temporal-sql-tool --db "$database" create-database
	temporal-sql-tool --db "$database" setup-schema --version 0.0
	temporal-sql-tool --db "$database" update-schema \
		--schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
