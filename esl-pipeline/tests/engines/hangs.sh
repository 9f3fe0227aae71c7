#!/bin/sh
# Lists voices, but never finishes speaking.
case "$1" in
  --version) echo "version: flite-9.9-fake"; exit ;;
  -lv) echo "Voices available: slt "; exit ;;
esac
exec sleep 600
