#!/bin/sh
# Makes the samples beside it: an init segment and two media segments of a second each, by ffmpeg's
# own HLS muxer (all pictures of a segment, then all sound). Run it here; needs ffmpeg with libx264
# and libx265. The samples under version control were made by ffmpeg 5.1.
set -eu

make() {
    name=$1
    shift
    rm -rf "$name"
    mkdir "$name"
    ffmpeg -v error -y \
        -f lavfi -i testsrc2=size=96x64:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 \
        -t 2 -ac 1 -metadata:s:a language=deu "$@" \
        -f hls -hls_time 1 -hls_segment_type fmp4 -hls_segment_filename "$name/%d.m4s" \
        -hls_fmp4_init_filename init.mp4 "$name/index.m3u8"
    rm "$name/index.m3u8"
}

x264="-c:v libx264 -preset veryfast -g 25 -b:v 40k"
make h264-aac $x264 -bf 2 -c:a aac -b:a 32k
make h264-eac3 $x264 -bf 0 -c:a eac3 -b:a 48k
make hevc-ac3 -c:v libx265 -x265-params log-level=none:keyint=25:no-open-gop=1 -tag:v hvc1 -b:v 30k \
    -c:a ac3 -b:a 64k
