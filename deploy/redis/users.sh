#!/bin/sh
# Makes what Redis and its clients need to know each other: a password and an address for every user of users.acl, and the
# ACL file itself, which holds hashes only. What is there already stays as it is, so it may run at every start.
#
#   sh users.sh FOLDER              FOLDER/users.acl for Redis (aclfile), FOLDER/NAME.url for whoever connects as NAME
#
# New passwords take three steps, with ACL LOAD by `admin` after the first and the third. rotate.sh does them in compose:
#
#   sh users.sh FOLDER --rotate     makes new ones beside the old: users.acl knows both, NAME.url still has the old
#   sh users.sh FOLDER --switch     NAME.url has the new; users.acl still knows both. Then have every client read it anew
#   sh users.sh FOLDER --end        forgets the old
#
# So Redis, which knows what it loaded last, always knows what NAME.url has. A step is taken by the users who are at it and
# changes nothing for the others: it may be done twice, or again after it was interrupted.
#
#   ADDRESS=redis:6379 SCHEME=redis QUERY='?ssl_ca_certs=/run/wiredesk/ca.pem'     what stands in the addresses
#   GROUPS_OF='ingest=10011 redis=999'    group ids that may read NAME.url (redis: users.acl and the addresses of health and
#                                         admin); needs root
#
# POSIX sh, awk, od and sha256sum: it runs in Redis's own image.
set -eu
umask 077

folder=${1:?"usage: sh users.sh FOLDER [--rotate | --switch | --end]"}
step=${2:-}
case $step in
    '' | --rotate | --switch | --end) ;;
    *) echo "users.sh: $step is no option; there are --rotate, --switch and --end" >&2; exit 2 ;;
esac
rules=$(dirname "$0")/users.acl
address=${ADDRESS:-127.0.0.1:6379}
scheme=${SCHEME:-redis}
mkdir -p "$folder"

# Passwords have hexadecimal digits only: they need no escaping in an address.
password() { od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n'; }
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
# A file is whole or not there, and whoever may read it may from the first moment, whenever this is interrupted.
put() {
    # One left behind may be of a mode that allows no writing, not even to root without capabilities.
    rm -f "$folder/.new"
    cat >"$folder/.new"
    group=$(group_of "$1")
    if [ -n "$group" ]; then
        chgrp "$group" "$folder/.new"
        chmod 0440 "$folder/.new"
    fi
    mv -f "$folder/.new" "$folder/$1"
}
# The group that may read a file; none where GROUPS_OF has none.
group_of() {
    case $1 in
        users.acl | admin.url | health.url) reader=redis ;;
        *.url) reader=${1%.url} ;;
        *) return 0 ;;
    esac
    for pair in ${GROUPS_OF:-}; do
        [ "${pair%%=*}" != "$reader" ] || echo "${pair#*=}"
    done
}

if [ "$step" = --end ] && ls "$folder" | grep -q '\.next$'; then
    echo "users.sh: the new passwords are not in use yet: ACL LOAD, then --switch; nothing ended" >&2
    exit 1
fi

if [ "$step" = --rotate ] && ls "$folder" | grep -q '\.before$'; then
    echo "users.sh: the passwords before the present ones have not ended (--end); until then there are no newer ones" >&2
fi

# One password in NAME.url. Beside it, while they change, the next one or, once that is in NAME.url, the one before.
hashes=''
for user in $(awk '$1 == "user" { print $2 }' "$rules"); do
    url=$folder/$user.url next=$folder/$user.next before=$folder/$user.before
    known=''
    [ ! -f "$url" ] || known=$(sed 's|^[^:]*://[^:]*:\([^@]*\)@.*|\1|' "$url")
    [ -n "$known" ] || known=$(password)
    case $step in
        --rotate) [ -f "$next" ] || [ -f "$before" ] || password | put "$user.next" ;;
        --switch)
            if [ -f "$next" ]; then
                [ -f "$before" ] || printf %s "$known" | put "$user.before"
                known=$(cat "$next")
            fi
            ;;
        --end) rm -f "$before" ;;
    esac
    printf '%s://%s:%s@%s/0%s\n' "$scheme" "$user" "$known" "$address" "${QUERY:-}" | put "$user.url"
    [ "$step" != --switch ] || rm -f "$next"
    hashes="$hashes $user=#$(hash "$known")"
    for file in "$next" "$before"; do
        [ ! -f "$file" ] || hashes="$hashes $user=#$(hash "$(cat "$file")")"
    done
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
[ -z "${GROUPS_OF:-}" ] || chmod 0755 "$folder"
