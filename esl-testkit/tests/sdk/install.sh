#!/bin/sh
# Installs the official clients that the fakes are tested with, exactly as locked beside this file.
set -eu
cd "$(dirname "$0")"

install=../../../.ci/install.sh
sh $install node:nodejs npm python3
python3 -c "import ensurepip, venv" 2>/dev/null || sh $install python3-venv

if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
fi
if ! [ .venv/installed -nt requirements.txt ]; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
    touch .venv/installed
fi
