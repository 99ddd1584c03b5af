#!/bin/sh
# Fill in nginx.conf.template from the environment and become nginx (deploy/gateway/render.py, in an image).
set -eu
home=/tmp/gateway
mkdir -p "$home"
resolver=${GATEWAY_RESOLVER:-$(awk '$1 == "nameserver" { print $2; exit }' /etc/resolv.conf)}
sandbox=""
if [ -n "${GATEWAY_SANDBOX:-}" ]; then
    sandbox="location ^~ /sandbox/ { set \$sandbox ${GATEWAY_SANDBOX}; proxy_pass http://\$sandbox; }"
fi
real_ip=""
for network in ${GATEWAY_TRUSTED_PROXIES:-}; do
    real_ip="${real_ip}set_real_ip_from ${network}; "
done
if [ -n "$real_ip" ]; then
    real_ip="${real_ip}real_ip_header X-Forwarded-For; real_ip_recursive on;"
fi
sed -e "s|@USER@||" \
    -e "s|@HOME@|$home|g" \
    -e "s|@LISTEN@|${GATEWAY_LISTEN:-8080}|" \
    -e "s|@STATIC@|/srv/static|g" \
    -e "s|@PAGES@|/srv/pages|" \
    -e "s|@ACCESS_LOG@|/dev/stdout|" \
    -e "s|@PUBLIC_SCHEME@|${GATEWAY_PUBLIC_SCHEME:-http}|g" \
    -e "s|@RESOLVER@|resolver $resolver valid=5s;|" \
    -e "s|@REAL_IP@|$real_ip|" \
    -e "s|@SANDBOX_LOCATION@|$sandbox|" \
    -e "s|@GENERAL_RATE@|${GATEWAY_GENERAL_RATE:-50r/s}|" \
    -e "s|@SIGN_IN_RATE@|${GATEWAY_SIGN_IN_RATE:-30r/m}|" \
    -e "s|@LINK_RATE@|${GATEWAY_LINK_RATE:-30r/m}|" \
    -e "s|@WEBHOOK_RATE@|${GATEWAY_WEBHOOK_RATE:-50r/s}|" \
    -e "s|@SCHEDULING@|${GATEWAY_SCHEDULING:-scheduling:8101}|" \
    -e "s|@BILLING@|${GATEWAY_BILLING:-billing:8102}|" \
    -e "s|@PORTAL@|${GATEWAY_PORTAL:-portal:8103}|" \
    -e "s|@NOTIFICATIONS@|${GATEWAY_NOTIFICATIONS:-notifications:8104}|" \
    /srv/nginx.conf.template > "$home/nginx.conf"
exec nginx -p "$home" -c "$home/nginx.conf" -e stderr
