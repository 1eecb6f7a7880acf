#!/bin/sh
# New passwords for every user of Redis, in compose, while everything runs. Interrupted, it goes on when it is run again.
#
#   sh deploy/redis/rotate.sh          the services use new ones; the old ones still work, for whoever has to be told
#   sh deploy/redis/rotate.sh --end    the old ones end, and with them every connection that was made by one
#
# Run where docker-compose.yml is, with the variables that `docker compose up` was given.
set -eu

users() { docker compose run --rm -T redis-users "$@"; }
admin() { docker compose exec -T redis sh /opt/wiredesk/as.sh admin "$@" >/dev/null; }

case ${1:-} in
    '')
        users --rotate
        # From here on Redis knows both.
        admin ACL LOAD
        users --switch
        # Services read their address when they start; one that does not run is not started here.
        running=$(docker compose ps --services --status running)
        ours=$(echo "$running" | grep -xE 'ingest|extraction|indexing|gateway' || true)
        # shellcheck disable=SC2086
        [ -z "$ours" ] || docker compose restart $ours
        echo "rotate.sh: new passwords are in use; the old ones work until: sh deploy/redis/rotate.sh --end"
        ;;
    --end)
        users --end
        admin ACL LOAD
        # Redis asks for a password when a client connects, and never again. Ours connect anew by themselves.
        admin CLIENT KILL SKIPME yes
        echo "rotate.sh: the old passwords have ended"
        ;;
    *)
        echo "usage: sh deploy/redis/rotate.sh [--end]" >&2
        exit 2
        ;;
esac
