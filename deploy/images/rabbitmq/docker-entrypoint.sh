#!/bin/bash
# Become the rabbitmq user with a cookie of its own, made before any health check could make one as root.
set -e
conf=/etc/rabbitmq/conf.d/20-environment.conf
: > "$conf"
[ -n "$RABBITMQ_DEFAULT_USER" ] && echo "default_user = $RABBITMQ_DEFAULT_USER" >> "$conf"
[ -n "$RABBITMQ_DEFAULT_PASS" ] && echo "default_pass = $RABBITMQ_DEFAULT_PASS" >> "$conf"
[ -n "$RABBITMQ_DEFAULT_VHOST" ] && echo "default_vhost = $RABBITMQ_DEFAULT_VHOST" >> "$conf"
cookie="$HOME/.erlang.cookie"
[ -e "$cookie" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$cookie"
[ -n "$RABBITMQ_ERLANG_COOKIE" ] && printf %s "$RABBITMQ_ERLANG_COOKIE" > "$cookie"
chmod 600 "$cookie"
unset RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS RABBITMQ_DEFAULT_VHOST RABBITMQ_ERLANG_COOKIE RABBITMQ_NODE_PORT
chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
case "$1" in rabbitmq*) set -- "/usr/lib/rabbitmq/bin/$1" "${@:2}" ;; esac
exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$@"
