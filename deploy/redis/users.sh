#!/bin/sh
# Makes what Redis and its clients need to know each other: a password and an address for every user of users.acl, and the
# ACL file itself, which holds hashes only. What is there already stays as it is, so it may run at every start.
#
#   sh users.sh FOLDER              FOLDER/users.acl for Redis (aclfile), FOLDER/NAME.url for whoever connects as NAME
#   sh users.sh FOLDER --rotate     new passwords; the old ones stay good until the next run without --rotate
#
#   ADDRESS=redis:6379 SCHEME=redis QUERY='?ssl_ca_certs=/run/wiredesk/ca.pem'     what stands in the addresses
#   GROUPS_OF='ingest=10011 redis=999'    group ids that may read NAME.url (redis: users.acl and the addresses of health and
#                                         admin); needs root
#
# POSIX sh, awk, od and sha256sum: it runs in Redis's own image.
set -eu
umask 077

folder=${1:?"usage: sh users.sh FOLDER [--rotate]"}
rotate=${2:-}
case $rotate in '' | --rotate) ;; *) echo "users.sh: $rotate is no option; there is --rotate" >&2; exit 2 ;; esac
rules=$(dirname "$0")/users.acl
address=${ADDRESS:-127.0.0.1:6379}
scheme=${SCHEME:-redis}
mkdir -p "$folder"

# Passwords have hexadecimal digits only: they need no escaping in an address.
password() { od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n'; }
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
# A file is whole or not there, whenever this is interrupted.
put() { cat >"$folder/.new" && mv "$folder/.new" "$folder/$1"; }

hashes=''
for user in $(awk '$1 == "user" { print $2 }' "$rules"); do
    known=''
    [ -f "$folder/$user.url" ] && known=$(sed 's|^[^:]*://[^:]*:\([^@]*\)@.*|\1|' "$folder/$user.url")
    now=$known
    if [ -z "$known" ] || [ -n "$rotate" ]; then
        now=$(password)
    fi
    printf '%s://%s:%s@%s/0%s\n' "$scheme" "$user" "$now" "$address" "${QUERY:-}" | put "$user.url"
    hashes="$hashes $user=#$(hash "$now")"
    [ "$known" = "$now" ] || [ -z "$known" ] || hashes="$hashes $user=#$(hash "$known")"
done

# One line a user. `default` is off, so a client without a name may do nothing; it has every right all the same, because a
# starting Redis reads its append-only file as that user, and skips each script's writes (EXEC) that it may not do.
awk -v hashes="$hashes" '
    { sub(/#.*/, "") }
    $1 == "user" { user = $2; order[++users] = user; next }
    NF { gsub(/^[ \t]+|[ \t]+$/, ""); rules[user] = rules[user] " " $0 }
    END {
        count = split(hashes, pairs, " ")
        for (n = 1; n <= count; n++) { split(pairs[n], pair, "="); secret[pair[1]] = secret[pair[1]] " " pair[2] }
        for (n = 1; n <= users; n++) print "user " order[n] " on" secret[order[n]] " resetkeys resetchannels -@all" rules[order[n]]
        print "user default off resetpass allkeys allchannels allcommands"
    }
' "$rules" | put users.acl

# allow GROUP_ID FILE
allow() {
    chgrp "$1" "$folder/$2"
    chmod 0440 "$folder/$2"
}
for pair in ${GROUPS_OF:-}; do
    if [ "${pair%%=*}" = redis ]; then
        allow "${pair#*=}" users.acl
        allow "${pair#*=}" admin.url
        allow "${pair#*=}" health.url
    else
        allow "${pair#*=}" "${pair%%=*}.url"
    fi
done
[ -z "${GROUPS_OF:-}" ] || chmod 0755 "$folder"
