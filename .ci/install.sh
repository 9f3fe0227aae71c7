#!/bin/sh
# Installs the programs this machine lacks. Arguments: `program`, `program:package` or `file:package`.
# Succeeds if all of them are there in the end.
set -eu

missing=
for wanted in "$@"; do
    [ -e "${wanted%%:*}" ] || command -v "${wanted%%:*}" >/dev/null || missing="$missing ${wanted#*:}"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "please install:$missing (there is no apt-get here to do it)" >&2
    exit 1
fi

sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "please install as root:$missing" >&2; exit 1; }
    sudo=sudo
    echo "installing with sudo apt-get:$missing" >&2
else
    echo "installing with apt-get:$missing" >&2
fi
# shellcheck disable=SC2086 # one word per package
{
    $sudo apt-get update -q
    $sudo apt-get install -q -y --no-install-recommends $missing
} >&2
