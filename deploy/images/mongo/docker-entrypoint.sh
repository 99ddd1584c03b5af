#!/bin/bash
# Become the mongodb user.
set -e
[ "$(id -u)" = 0 ] || exec "$@"
chown -R mongodb /data/db
exec setpriv --reuid=mongodb --regid=mongodb --init-groups "$@"
