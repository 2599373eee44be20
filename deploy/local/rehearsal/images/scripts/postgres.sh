#!/bin/sh
# Stands in for the entrypoint of the image `postgres`, whose program is Debian's here. As there, the
# first start makes the cluster with POSTGRES_USER as its owner and a database of the same name, over
# a server that listens on its socket only; passwords are asked for over the network.
set -eu

: "${POSTGRES_PASSWORD:?the image refuses to start without a password}"
: "${POSTGRES_USER:=postgres}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	echo "$POSTGRES_PASSWORD" >/tmp/password
	initdb --username "$POSTGRES_USER" --pwfile /tmp/password --pgdata "$PGDATA" --encoding UTF8 --locale C.UTF-8
	rm /tmp/password
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
	echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
	pg_ctl --wait --options "-c listen_addresses=''" start
	if [ "${POSTGRES_DB:=$POSTGRES_USER}" != postgres ]; then
		createdb --username "$POSTGRES_USER" --maintenance-db postgres "$POSTGRES_DB"
	fi
	pg_ctl --wait --mode fast stop
fi
exec "$@"
