#!/bin/sh
# Starts nginx. The server's address is configuration, and the Content-Security-Policy has to name it.
set -eu
file=/usr/share/nginx/html/configuration/configuration.json

# Only the host's name, and nothing that could end the directive or begin another.
address=$(tr '\n\r\t' '   ' <"$file" | sed -n 's|.*"server" *: *"//\([^"]*\)".*|\1|p')
if ! printf '%s\n' "$address" | grep -Eqx '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?'; then
    echo "$file: \"server\" must be \"//<host>\" or \"//<host>:<port>\"" >&2
    exit 78
fi
echo "map \$host \$server_address { default \"$address\"; }" >/tmp/server-address.conf
exec nginx -g 'daemon off;'
