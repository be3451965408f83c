"""Goal: HLS that is no transport stream by itself reaches the viewer as one: fragmented MP4 in every
codec that is remuxed, and sound in a playlist of its own.

Method: ffmpeg makes the playlists, the provider serves them, a viewer records, and ffmpeg judges: it
decodes without an error line, the streams are those that went in, and each picture and each frame of
sound is found again by its hash at the same distance in time.
"""

import time

import case
from harness import media, tools, ts, wait
from harness.viewers import Crowd

SECONDS = 14
NOISE = "anoisesrc=sample_rate=48000:amplitude=0.2"
# Half a megabyte of pictures before the sound of each segment: more than is held back.
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "2", "-b:v", "1M"]
H264_SHORT = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "0", "-b:v", "200k"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=50",
        "-tag:v", "hvc1", "-b:v", "400k"]
FMP4 = ["-hls_segment_type", "fmp4"]
APART = ["-var_stream_map", "a:0,agroup:snd,default:yes v:0,agroup:snd"]

# name: (codecs that come out, coder of the pictures, coder of the sound, options of the muxer)
CLIPS = {
    "aac": ("h264 aac", H264, ["aac"], [*FMP4, "-hls_time", "4"]),
    "short": ("h264 aac", H264_SHORT, ["aac"], [*FMP4, "-hls_time", "1"]),
    "hevc": ("hevc ac3", HEVC, ["ac3"], [*FMP4, "-hls_time", "2"]),
    "eac3": ("h264 eac3", H264, ["eac3"], [*FMP4, "-hls_time", "2"]),
    "onefile": ("h264 aac", H264, ["aac"], [*FMP4, "-hls_time", "2", "-hls_flags", "single_file"]),
    "apart": ("h264 aac", H264, ["aac"], [*FMP4, "-hls_time", "2", *APART]),
    "apart-ts": ("h264 aac", H264, ["aac"], ["-hls_time", "2", *APART]),
}
# Two milliseconds: a tick of 1/1000 s is lost in some containers.
SYNC_S_MAX = 0.002


def make(name):
    """The folder of a clip, made on first use; its playlist is index.m3u8."""
    folder = media.FOLDER / f"fmp4-{name}-{SECONDS}s"
    if folder.exists():
        return folder
    fresh = folder.with_suffix(".new")
    fresh.mkdir(parents=True, exist_ok=True)
    _, video, audio, options = CLIPS[name]
    apart = "-var_stream_map" in options
    part = "%v-" if apart else ""
    suffix = "m4s" if "fmp4" in options else "ts"
    if "single_file" not in options:
        options = [*options, "-hls_segment_filename", f"{part}%03d.{suffix}"]
    if apart:
        options = [*options, "-master_pl_name", "index.m3u8"]
    target = f"{part}list.m3u8" if apart else "index.m3u8"
    tools.run(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25,noise=alls=20:allf=t",
        "-f", "lavfi", "-i", NOISE, "-t", SECONDS, "-map", "0:v", "-map", "1:a", *video, "-pix_fmt", "yuv420p",
        "-c:a", *audio, "-b:a", "96k", "-f", "hls", "-hls_playlist_type", "vod", *options, target,
        seconds=120, check=True, cwd=fresh,
    )
    fresh.rename(folder)
    return folder


def times(source, stream):
    """{hash: seconds} of the decoded pictures, or of the frames of sound as they are coded."""
    how = ["-map", "0:v", "-vsync", "0", "-enc_time_base", "1:90000"]
    if stream == "sound":
        how = ["-map", "0:a", "-c", "copy"]
        if "aac" in codecs_of(source):
            how += ["-bsf:a", "aac_adtstoasc"]
    done = tools.run(
        "ffmpeg", "-v", "error", "-copyts", "-i", source, *how, "-f", "framehash", "-hash", "md5", "-",
        seconds=60, check=True,
    )
    found, scale = {}, 1.0
    for line in done.stdout.splitlines():
        if line.startswith("#tb 0: "):
            above, below = line.removeprefix("#tb 0: ").split("/")
            scale = int(above) / int(below)
        elif not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            found.setdefault(fields[5], int(fields[2]) * scale)
    return found


def codecs_of(source):
    done = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", source,
                     seconds=30, check=True)
    names = [line.strip(",") for line in done.stdout.split()]
    return " ".join(dict.fromkeys(name for name in names if name))


class FragmentedMp4(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "ffprobe")
        entries = []
        for number, name in enumerate(CLIPS, 1):
            folder = make(name)
            for path in folder.iterdir():
                cls.provider.put(f"fmp4/{name}/{path.name}", path.read_bytes())
            entries.append((number, name, f"/files/fmp4/{name}/index.m3u8"))
        # The plan of less memory has room for fewer streams that are remuxed.
        extra = '[memory]\nbudget = "256MiB"\n\n[tuner]\ncount = 8\n\n'
        cls.running = cls.enterClassContext(cls.channels(entries, extra))
        cls.running.with_channels(len(entries))
        with Crowd() as crowd:
            viewers = {
                name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(CLIPS, 1)
            }
            for viewer in viewers.values():
                wait.until("an answer", lambda v=viewer: v.status, 20)
            # Of a list that is not repeated nearly all, at the rate at which it plays.
            enough = time.monotonic() + SECONDS - 4
            wait.until("the clips to play", lambda: time.monotonic() > enough, SECONDS)
            cls.recordings = {}
            for name, viewer in viewers.items():
                data = bytes(viewer.body)
                path = media.FOLDER / f"fmp4-{name}-recorded.ts"
                path.write_bytes(data[: len(data) // ts.PACKET * ts.PACKET])
                cls.recordings[name] = (viewer, path)

    def test_every_kind_is_a_clean_stream_of_its_codecs(self):
        for name, (viewer, path) in self.recordings.items():
            with self.subTest(name):
                self.assertEqual(viewer.status, 200, viewer.head)
                self.assertEqual(ts.faults(path.read_bytes()), [])
                self.assertEqual(codecs_of(path), CLIPS[name][0])
                done = tools.run("ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-", seconds=60, check=True)
                # A recording is cut where it is cut; the last packets of it are not judged.
                lines = [line for line in done.stderr.splitlines() if "corrupt" not in line]
                self.assertEqual(lines, [])

    def test_picture_and_sound_stay_together(self):
        for name, (_, path) in self.recordings.items():
            with self.subTest(name):
                source = make(name) / "index.m3u8"
                shifts = []
                for stream in ["picture", "sound"]:
                    before, after = times(source, stream), times(path, stream)
                    shared = [after[key] - before[key] for key in after if key in before]
                    # Seven seconds at least, of 25 pictures or some 31 or 47 frames.
                    self.assertGreater(len(shared), 7 * 25, stream)
                    self.assertLess(max(shared) - min(shared), SYNC_S_MAX, stream)
                    shifts.append(shared[0])
                self.assertLess(abs(shifts[0] - shifts[1]), SYNC_S_MAX)
