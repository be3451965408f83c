"""Transport streams made by ffmpeg, once, and kept under target/e2e/media.

Moving picture and tone, closed groups of pictures of one second, so that a clean join shows no
error line in any decoder.
"""

from pathlib import Path

from . import tools

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "target" / "e2e" / "media"
SECONDS = 40
SEGMENT_S = 2

H264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-keyint_min", "25",
        "-sc_threshold", "0", "-flags", "+cgop", "-pix_fmt", "yuv420p"]
MPEG2 = ["-c:v", "mpeg2video", "-g", "25", "-bf", "0"]

# name: (picture, tone in Hz, video coder, video kbit/s, multiplex bit/s)
CLIPS = {
    "tiny": ("320x180", 330, H264, 200, 400_000),
    "small": ("640x360", 440, H264, 800, 1_200_000),
    "other": ("640x360", 880, MPEG2, 900, 1_300_000),
    "big": ("1280x720", 550, MPEG2, 7_200, 8_000_000),
}


def clip(name):
    """The file of a clip, made on first use."""
    path = FOLDER / f"{name}-{SECONDS}s.ts"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        _make(name, path)
    return path


def segments(name):
    """A clip cut at key frames into segments of SEGMENT_S, as a list of bytes."""
    folder = FOLDER / f"{name}-{SECONDS}s-segments"
    if not folder.exists():
        fresh = folder.with_suffix(".new")
        fresh.mkdir(parents=True, exist_ok=True)
        tools.run(
            "ffmpeg", "-v", "error", "-y", "-i", clip(name), "-c", "copy", "-f", "segment",
            "-segment_time", SEGMENT_S, "-segment_format", "mpegts", fresh / "%04d.ts",
            seconds=60, check=True,
        )
        fresh.rename(folder)
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def _make(name, path):
    picture, tone, coder, video_kbit, multiplex = CLIPS[name]
    fresh = path.with_suffix(".new")
    rate = f"{video_kbit}k"
    # Noise keeps a coder busy: without it a test picture needs less than its rate.
    source = f"testsrc2=size={picture}:rate=25,noise=alls=20:allf=t"
    tools.run(
        "ffmpeg", "-v", "error", "-y",
        "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", f"sine=frequency={tone}:sample_rate=48000",
        "-t", SECONDS, *coder, "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", f"{video_kbit // 2}k",
        "-c:a", "mp2", "-b:a", "96k", "-f", "mpegts", "-muxrate", multiplex, "-pcr_period", "20", fresh,
        seconds=180, check=True,
    )
    fresh.rename(path)
