#!/bin/sh
# Runs one lesson with the offline voice, or without sound where no voice can be installed. Of the
# program only what that takes is built.
set -eu

sound=
if ! command -v espeak-ng >/dev/null && ! sh .ci/install.sh flite; then
    echo "going on without sound" >&2
    sound=--no-tts
fi
# shellcheck disable=SC2086 # no word at all when empty
exec cargo run --locked --no-default-features --features mp3-encoder -- run "$1" $sound
