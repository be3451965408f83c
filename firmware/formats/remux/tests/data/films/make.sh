#!/bin/sh
# Makes the films beside it: the same four seconds in every layout. Run it here; needs ffmpeg with
# libx264 and libx265. The films under version control were made by ffmpeg 5.1.
set -eu

source="-f lavfi -i testsrc2=size=160x90:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 4 -ac 1"

ffmpeg -v error -y $source -c:v libx264 -preset veryslow -crf 40 -g 25 -bf 3 -pix_fmt yuv420p \
    -c:a aac -b:a 32k behind.mp4
ffmpeg -v error -y -i behind.mp4 -c copy -movflags +faststart front.mp4
ffmpeg -v error -y -i behind.mp4 -c copy -movflags +frag_keyframe+empty_moov+default_base_moof \
    fragments.mp4
ffmpeg -v error -y -i behind.mp4 -c copy h264.mkv
ffmpeg -v error -y $source -c:v libx265 -x265-params log-level=error:keyint=25:bframes=3 -crf 40 \
    -pix_fmt yuv420p -c:a ac3 -b:a 64k hevc.mkv
