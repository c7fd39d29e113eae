#!/usr/bin/env bash
# Installs what the npm registry cannot give: the browsers that the tests drive, the tools that make test media, and a
# photograph of a face (the astronaut of scikit-image, public domain) for tests that need a real one; systemd checks the unit, coturn relays calls.
# The second half of the list is what mediasoup's worker is built from where no prebuilt one is ("npm run sfu:setup").
# For Debian 12 and its kin; run as root. Nothing here is needed to run Undertone itself.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium firefox-esr ffmpeg sox espeak-ng alsa-utils python3-venv systemd coturn \
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice \
  python3-websockets python3-gi gir1.2-gst-plugins-base-1.0 gir1.2-gst-plugins-bad-1.0 \
  g++ cmake ninja-build pkg-config libssl-dev libuv1-dev libusrsctp-dev libabsl-dev libflatbuffers-dev \
  flatbuffers-compiler libsrtp2-dev
if [ ! -f artifacts/media/astronaut.png ]; then
  unpacked=$(mktemp -d)
  trap 'rm -rf "$unpacked"' EXIT
  chmod 755 "$unpacked"
  (cd "$unpacked" && apt-get download -qq python3-skimage && dpkg -x python3-skimage_*.deb .)
  mkdir -p artifacts/media
  cp "$unpacked"/usr/lib/python3/dist-packages/skimage/data/astronaut.png artifacts/media/
fi
