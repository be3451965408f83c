# shellcheck shell=bash disable=SC2034
# Debian packages by name, and what each is for. Sourced by scripts/run and scripts/test.

# The linker and C compiler that `cargo build` calls, and the certificates for https sources.
BUILD_PACKAGES=(gcc libc6-dev make ca-certificates)

# Tools of the checks.
CHECK_PACKAGES=(git python3 shellcheck)

# The network of the end-to-end tests: `ip netns`, `nsenter`, `setpriv`, keys for AES-128.
LAN_PACKAGES=(iproute2 util-linux procps openssl)

# The real clients. ffmpeg also makes the streams of our provider.
CLIENT_PACKAGES=(
    curl
    ffmpeg
    gupnp-tools
    hdhomerun-config
    kodi
    kodi-pvr-hdhomerun
    kodi-pvr-iptvsimple
    mpv
    socat
    vlc-bin
    vlc-plugin-base
    xauth
    xvfb
)

# The RTSP server of the end-to-end tests, GStreamer's, with the bindings that it is driven by.
RTSP_PACKAGES=(
    gir1.2-gst-rtsp-server-1.0
    gstreamer1.0-plugins-bad
    gstreamer1.0-plugins-base
    gstreamer1.0-plugins-good
    python3-gi
)

# The browser of the end-to-end tests, and what drives it where no other npm is there: packages of
# Node.js from elsewhere hold one, and exclude Debian's.
PAGE_PACKAGES=(chromium)
NPM_PACKAGES=(nodejs npm)
