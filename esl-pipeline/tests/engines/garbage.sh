#!/bin/sh
# Lists voices, but writes something that is no sound.
case "$1" in
  --version) echo "version: flite-9.9-fake"; exit ;;
  -lv) echo "Voices available: rms slt "; exit ;;
esac
# One voice writes nothing at all.
[ "$2" = rms ] || echo "this is no sound" > "$4"
