"""Goal: a film is had byte for byte as its provider has it, whatever the provider does meanwhile.

Method: films of random bytes, and one that ffmpeg made, at a provider that lies and breaks off; curl,
ffprobe and mpv as clients, and twenty at random places at once.
"""

import http.client
import random
import re
import socket
import tempfile
import threading

import case
from harness import lan, media, tools, wait
from harness.daemon import get, source
from provider import client, films

SIZE = 6_000_000
HABITS = {
    "plain": "", "cut": "cut=700000", "short": "short=700000", "piece": "piece=500000",
    "untagged": "cut=700000&tag=no", "no-ranges": "ranges=no", "shifted": "ranges=shifted",
    "deaf": "ranges=deaf", "grows": "cut=700000&grows=1", "html": "html=1",
}
NUMBERS = {name: number for number, name in enumerate(HABITS, 1)}
FILM = len(HABITS) + 1
SLOW_CLIENTS = 12
# What a film's transfer may hold (the plan's row), in KiB; of it the kernel's part is not in the RSS.
FILM_KIB = 240


class Films(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.movies = cls.enterClassContext(
            client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        cls.movies.put("film.mp4", make_film())
        address = lambda name, query: cls.movies.url(f"/movie/{name}/film.mkv?size={SIZE}&{query}")
        entries = [(NUMBERS[name], f"Film {name}", [address(name, query)]) for name, query in HABITS.items()]
        entries.append((FILM, "A film", [cls.movies.url("/movie/film/film.mp4?of=film.mp4")]))
        listed = source("films", cls.movies.put("films.m3u", client.playlist(entries)))
        cls.running = cls.enterClassContext(cls.daemon(listed))
        cls.running.with_channels(FILM)

    def tearDown(self):
        def idle():
            return not any(counts["open"] for counts in self.movies.stats().values())

        wait.until("every connection to be closed again", idle, 10)

    def fetched(self, name, *options):
        """What curl got: its exit status and the bytes."""
        url = f"http://{lan.TUNER}:5004/vod/v{NUMBERS.get(name, FILM)}.mkv"
        with tempfile.NamedTemporaryFile() as file:
            done = tools.run("curl", "-s", "-m", 60, "-o", file.name, *options, url, seconds=70)
            return done.returncode, file.read()

    def test_curl_gets_the_bytes_of_a_range(self):
        for name in ("plain", "cut", "short", "piece", "untagged"):
            data = films.noise(name, SIZE)
            for option, expected in (("0-99", data[:100]), ("1234567-4000000", data[1_234_567:4_000_001]),
                                     ("-777777", data[-777_777:]), ("5999999-", data[-1:])):
                with self.subTest(f"{name} {option}"):
                    status, body = self.fetched(name, "-r", option)
                    self.assertEqual((status, len(body)), (0, len(expected)), self.movies.log(name))
                    self.assertTrue(body == expected, "other bytes")
            status, body = self.fetched(name)
            self.assertTrue((status, body) == (0, data), f"{name}: {status}, {len(body)} bytes")

    def test_who_lies_about_ranges_gives_the_whole_film(self):
        for name in ("no-ranges", "shifted", "deaf"):
            with self.subTest(name):
                answer = get(f"/vod/v{NUMBERS[name]}", port=5004, headers={"Range": "bytes=5-9"})
                self.assertEqual((answer.status, answer.headers["Accept-Ranges"]), (200, "none"))
                self.assertTrue(answer.body == films.noise(name, SIZE))

    def test_another_film_never_goes_on(self):
        status, body = self.fetched("grows")
        self.assertNotEqual(status, 0)
        self.assertLessEqual(len(body), 700_000)
        self.assertTrue(films.noise("grows", SIZE).startswith(body))

    def test_heads_and_refusals(self):
        path = f"/vod/v{NUMBERS['plain']}"
        head = get(path, "HEAD", port=5004)
        self.assertEqual((head.status, head.headers["Content-Length"]), (200, str(SIZE)))
        self.assertEqual((head.headers["ETag"], head.headers["Accept-Ranges"]), (f'"{SIZE}"', "bytes"))
        beyond = get(path, port=5004, headers={"Range": f"bytes={SIZE}-"})
        self.assertEqual((beyond.status, beyond.headers["Content-Range"]), (416, f"bytes */{SIZE}"))
        known = get(path, port=5004, headers={"If-None-Match": f'"{SIZE}"'})
        self.assertEqual((known.status, known.body), (304, b""))
        other = get(path, port=5004, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
        self.assertEqual((other.status, len(other.body)), (200, SIZE))
        refused = get(f"/vod/v{NUMBERS['html']}", port=5004)
        self.assertEqual((refused.status, refused.body), (503, b""))
        self.assertEqual(refused.headers["X-HDHomeRun-Error"], "806 Tune Failed")
        channel = get("/api/v1/channels").json()["channels"][FILM - 1]
        self.assertRegex(channel["vod"], r"^/vod/[0-9a-f]{16}\.mp4$")
        self.assertEqual(get(channel["vod"], "HEAD", port=5004).status, 200)

    def test_twenty_clients_at_random_places(self):
        chance, wrong = random.Random("places"), []
        data = films.noise("cut", SIZE)

        def look(first, last):
            status, body = self.fetched("cut", "-r", f"{first}-{last}")
            if (status, body) != (0, data[first:last + 1]):
                wrong.append((first, last, status, len(body)))

        places = [chance.randrange(SIZE // 2) for _ in range(20)]
        threads = [threading.Thread(target=look, args=(at, at + chance.randrange(SIZE // 2))) for at in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_players_seek_in_it(self):
        tools.need("ffprobe", "mpv")
        path = get("/api/v1/channels").json()["channels"][FILM - 1]["vod"]
        url = f"http://{lan.TUNER}:5004{path}"
        probed = tools.run("ffprobe", "-v", "error", "-read_intervals", "30%+1", "-show_entries", "packet=pts_time",
                           "-of", "csv=p=0", "-select_streams", "v", url, check=True)
        times = [float(line.strip(",")) for line in probed.stdout.split()]
        self.assertTrue(28 <= times[0] <= 30 and times[-1] < 32, times)
        self.assertEqual(probed.stderr.strip(), "")
        before = self.movies.log("film")
        played = tools.run("mpv", "--no-config", "--vo=null", "--ao=null", "--untimed", "--start=25", "--length=2",
                           "--msg-level=all=warn", url, seconds=60)
        self.assertEqual((played.returncode, played.stdout + played.stderr), (0, ""))
        asked = re.findall(r"bytes=(\d+)-", self.movies.log("film").removeprefix(before))
        self.assertTrue(any(int(first) > 500_000 for first in asked), asked)

    def test_slow_clients_pin_no_memory(self):
        before = self.running.rss_bytes()
        slow = []
        for _ in range(SLOW_CLIENTS):
            slow.append(socket.create_connection((lan.TUNER, 5004), timeout=10))
            slow[-1].sendall(f"GET /vod/v{NUMBERS['plain']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait.until("all of them", lambda: self.movies.counts("plain")["open"] == SLOW_CLIENTS, 10)
        # Others get theirs meanwhile.
        status, body = self.fetched("plain")
        self.assertTrue((status, body) == (0, films.noise("plain", SIZE)))
        grown = (self.running.rss_bytes() - before) // 1024
        print(f"  {SLOW_CLIENTS} slow clients: {grown} KiB")
        self.assertLess(grown, SLOW_CLIENTS * FILM_KIB)
        for one in slow:
            one.close()


class Slots(case.Case):
    def test_connections_of_the_provider_are_counted(self):
        with client.Provider(lan.PROVIDER, prefix=self.network.inside("provider")) as movies:
            entries = [(n, f"One {n}", [movies.url(f"/movie/one-{n}/film.mkv?size={SIZE}")]) for n in (1, 2)]
            address = movies.put("one.m3u", client.playlist(entries))
            with self.daemon(source("one", address, connections=1)) as running:
                running.with_channels(2)
                self.second_waits_for_the_first(movies)

    def second_waits_for_the_first(self, movies):
        first = http.client.HTTPConnection(lan.TUNER, 5004, timeout=10)
        first.request("GET", "/vod/v1")
        answer = first.getresponse()
        self.assertEqual(answer.status, 200)
        refused = get("/vod/v2", port=5004)
        self.assertEqual((refused.status, refused.headers["X-HDHomeRun-Error"]), (503, "805 All Tuners In Use"))
        answer.close()
        first.close()
        again = get("/vod/v2", port=5004, headers={"Range": "bytes=0-9"})
        self.assertEqual((again.status, len(again.body)), (206, 10))
        self.assertEqual((movies.counts("one-1")["most"], movies.counts("one-2")["ever"]), (1, 1))


def make_film():
    """A film of half a minute and more, with its index in front, as a player wants it."""
    path = media.FOLDER / "film.mp4"
    if not path.exists():
        fresh = path.with_suffix(".new")
        tools.run("ffmpeg", "-v", "error", "-y", "-i", media.clip("tiny"), "-c:v", "copy", "-c:a", "aac", "-f", "mp4",
                  "-movflags", "+faststart", fresh, seconds=120, check=True)
        fresh.rename(path)
    return path.read_bytes()
