#!/bin/sh
# Measures clips and altered copies of them with this project's senses, for evaluate.py --traces and train.sh (TRACES).
#
#   ./traces.sh OUT CLIP...        needs ffmpeg, and `npm run build` before
#
# The copies: blurred, dark, mirrored, noisy, turned by 10 degrees, and as small as a thumbnail.
set -eu
project=$(cd "$(dirname "$0")/../.." && pwd)
out=$1
shift
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT

alter() {
  ffmpeg -v error -i "$clip" -vf "$2" -c:v libx264 -crf 12 -c:a copy "$copies/$(basename "${clip%.*}").$1.mp4"
}

for clip in "$@"; do
  alter blur gblur=3
  alter dark eq=brightness=-0.3:contrast=0.7
  alter mirror hflip
  alter noise noise=alls=18:allf=t
  alter rot10 rotate=10*PI/180
  alter tiny scale=160:-2
done
node "$project/dist/bench/main.js" trace "$@" "$copies"/*.mp4 --out "$out"
