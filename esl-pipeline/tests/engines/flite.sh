#!/bin/sh
# Acts like flite: lists voices, or hums for as long as it is given text on standard input.
case "$1" in
  --version) echo "  version: flite-9.9-fake (http://localhost)"; exit 1 ;;
  -lv) echo "Voices available: rms slt "; exit ;;
esac
[ "$1" = -voice ] && [ "$3" = -o ] && [ $# = 4 ] || { echo "bad arguments" >&2; exit 2; }

byte() { printf "\\$(printf %03o $(($1 % 256)))"; }
le32() { byte "$1"; byte $(($1 / 256)); byte $(($1 / 65536)); byte $(($1 / 16777216)); }

characters=$(wc -c)
size=$((characters * 1600))
{
  printf 'RIFF'; le32 $((size + 36)); printf 'WAVEfmt '
  le32 16; byte 1; byte 0; byte 1; byte 0
  le32 16000; le32 32000; byte 2; byte 0; byte 16; byte 0
  printf 'data'; le32 "$size"
  yes 'hum' | head -c "$size"
} > "$4"
