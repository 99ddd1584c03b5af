#!/bin/bash
# Become the mongodb user, unless something else than a server is to be run.
set -e
case "$1" in mongo*) ;; *) exec "$@" ;; esac
[ "$(id -u)" = 0 ] || exec "$@"
chown -R mongodb /data/db
exec setpriv --reuid=mongodb --regid=mongodb --init-groups "$@"
