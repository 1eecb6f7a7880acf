#!/bin/sh
# redis-cli as one of Redis's users, inside its container. An error of Redis, such as LOADING, ends it with 1.
#
#   docker compose exec redis sh /opt/wiredesk/as.sh admin XINFO GROUPS articles.submitted
#
# The password is handed on in the environment, which only the same user of the machine may read; arguments are seen by
# all, as is the line of whoever starts this.
set -eu
user=${1:?"usage: sh as.sh USER COMMAND..."}
shift
IFS= read -r address <"${FOLDER:-/run/wiredesk}/$user.url"
password=${address#*://*:}
export REDISCLI_AUTH="${password%%@*}"
exec redis-cli -e --user "$user" "$@"
