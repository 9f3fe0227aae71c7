#!/bin/sh
# Lists voices, but dies when it should speak.
case "$1" in
  --version) echo "version: flite-9.9-fake"; exit ;;
  -lv) echo "Voices available: slt "; exit ;;
esac
echo "cannot open voice data" >&2
exit 3
