#!/bin/sh
# Compile the hash-pinned locks: the root's for development, then one for each service, constrained by the root's.
# usage: lock.sh UV [uv pip compile options, such as --upgrade]
set -eu
uv=$1
shift
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --no-emit-package wiredesk "$@"
}
echo "requirements.lock"
compile "$@" --all-extras -o requirements.lock requirements.in shared/pyproject.toml services/*/pyproject.toml
echo "services/extraction/compiler.lock"
echo ziglang | compile "$@" -o services/extraction/compiler.lock -
for service in services/*/; do
    echo "${service}requirements.lock"
    compile -c requirements.lock -o "${service}requirements.lock" "${service}pyproject.toml"
done
