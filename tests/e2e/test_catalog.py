"""Goal: an account's films and series are listed and played, what is on is told where no guide knows it, and a
host that goes away is stood in for by the next one while something plays.

Method: panels of ours that behave like real ones; the API read as the page reads it, films fetched by curl
in ranges and held against the panel's bytes, and the panels' own counts of what was asked and is open.
"""

import json
import tempfile
import time

import case
from harness import lan, matrix, tools, wait
from harness.audience import Audience
from harness.daemon import get, source
from provider import client, films

SIZE = 3_000_000
MANY = 30_000
HABITS = ("strings", "numbers", "keyed", "nested", "warned", "bom")


class Catalogs(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("openssl")
        tools.need("curl")
        cls.panels = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))

    @classmethod
    def account(cls, name, keys=None, hosts=("http",), **options):
        """A `[[source]]` for the account at the panel of that name, which is told to be so."""
        cls.panels.panel(name, **options)
        main, *backups = [cls.panels.url(f"/xtream/{name}", habit) for habit in hosts]
        keys = {"username": "me", "password": "secret", "vod": True, **(keys or {})}
        keys |= {"backup_urls": backups} if backups else {}
        return source(name, main, kind="xtream", **keys)

    @staticmethod
    def shelf(name, query=""):
        """A page of a shelf."""
        return get(f"/api/v1/{name}{query}").json()

    def filled(self, name, count):
        """The first page of a shelf that has so many titles in its first catalogue."""
        def known():
            page = self.shelf(name)
            return page["catalogs"] and page["catalogs"][0]["titles"] == count and page
        return wait.until(f"{count} {name}", known, 60)

    def fetched(self, path, *options):
        """What curl got: its exit status and the bytes."""
        url = f"http://{lan.TUNER}:5004{path}"
        with tempfile.NamedTemporaryFile() as file:
            done = tools.run("curl", "-s", "-f", "-m", 30, "-o", file.name, *options, url, seconds=40)
            return done.returncode, file.read()

    def channel(self, number):
        """The id of a channel."""
        channels = get("/api/v1/channels").json()["channels"]
        return next(one["id"] for one in channels if one["number"] == str(number))

    def test_films_are_listed_found_and_played(self):
        config = self.account("films", movies=130, series=3, size=SIZE)
        with self.daemon(matrix.CONFIG + config) as running:
            running.with_channels(3)
            page = self.filled("movies", 130)
            first = page["titles"][0]
            self.assertEqual((first["name"], first["year"], first["category"]), ("Film 1", "1951", "Group 2"))
            names, cursor = [], ""
            while cursor is not None:
                page = self.shelf("movies", f"?limit=40{cursor and f'&cursor={cursor}'}")
                names += [one["name"] for one in page["titles"]]
                cursor = page["next"]
            self.assertEqual(names, [f"Film {n}" for n in range(1, 131)])
            found = self.shelf("movies", "?q=film+77")["titles"]
            self.assertEqual([one["name"] for one in found], ["Film 77"])
            grouped = self.shelf("movies", "?category=group%203&limit=200")["titles"]
            self.assertEqual({one["category"] for one in grouped}, {"Group 3"})
            self.assertEqual(get(f"/api/v1/movies/{first['id']}").json(), first)
            for path, status in (("/api/v1/movies/0-999", 404), ("/api/v1/movies/7-1", 404), ("/api/v1/movies?limit=0", 400)):
                self.assertEqual(get(path).status, status, path)
            data = films.noise("films-movie-1", SIZE)
            for option, expected in (("0-99", data[:100]), ("1234567-2000000", data[1_234_567:2_000_001]), ("-7", data[-7:])):
                status, body = self.fetched(first["path"], "-r", option)
                self.assertEqual((status, body == expected), (0, True), option)
            status, body = self.fetched(first["path"])
            self.assertTrue((status, body) == (0, data), f"{status}, {len(body)} bytes")
            self.assertNotIn("secret", get("/api/v1/movies").body.decode() + running.log())

    def test_series_come_in_every_shape(self):
        config = self.account("seasons", series=2, size=SIZE) + self.account("lists", series=2, episodes="lists")
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            self.filled("series", 2)
            wait.until("both", lambda: len(self.shelf("series")["titles"]) == 4, 20)
            for one in self.shelf("series")["titles"]:
                with self.subTest(one["id"]):
                    series = get(f"/api/v1/series/{one['id']}").json()
                    told = [(season["season"], [episode["title"] for episode in season["episodes"]]) for season in series["seasons"]]
                    self.assertEqual(told, [(1, ["Episode 1", "Episode 2"]), (2, ["Episode 1", "Episode 2"])])
            episode = get("/api/v1/series/0-1").json()["seasons"][1]["episodes"][0]
            status, body = self.fetched(episode["path"], "-r", "5-1004")
            self.assertEqual(status, 0)
            self.assertTrue(body == films.noise("seasons-series-121", SIZE)[5:1005])
            self.assertEqual(get("/api/v1/series/0-77").status, 404)

    def test_nothing_is_asked_for_that_is_not_wanted(self):
        config = self.account("unwanted", keys={"vod": False}, movies=9, series=9)
        with self.daemon(matrix.CONFIG + config) as running:
            running.with_channels(3)
            self.assertEqual(self.shelf("movies"), {"titles": [], "next": None, "catalogs": []})
            self.assertEqual(get("/vod/movie/0-1.mkv").status, 404)
            asked = self.panels.panel("unwanted")["asked"]
            self.assertFalse({"get_vod_streams", "get_series"} & set(asked), asked)

    def test_a_panel_may_write_as_it_likes(self):
        config = "".join(self.account(f"writes{n}", movies=4, series=4, habit=habit) for n, habit in enumerate(HABITS))
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            for shelf in ("movies", "series"):
                titles = [4] * len(HABITS)
                wait.until(shelf, lambda s=shelf: [one["titles"] for one in self.shelf(s)["catalogs"]] == titles, 30)

    def test_what_fails_leaves_what_there_was(self):
        data = self.enterContext(tempfile.TemporaryDirectory())
        config = self.account("lasting", keys={"interval_hours": 1}, movies=50)
        with self.daemon(matrix.CONFIG + config, data=data) as running:
            running.ready()
            self.filled("movies", 50)
        asked = self.panels.panel("lasting")["asked"]["get_vod_streams"]
        with self.daemon(matrix.CONFIG + config, data=data) as running:
            running.ready()
            self.filled("movies", 50)
            # What is fresh is not asked for again.
            self.assertEqual(self.panels.panel("lasting")["asked"]["get_vod_streams"], asked)

    def test_what_is_wrong_is_told(self):
        wrong = {"502": "502", "page": "web page", "cut": "middle"}
        config = "".join(self.account(f"wrong{shelf}", movies=50, shelf=shelf) for shelf in wrong)
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            told = lambda: {one["name"]: one["error"] for one in self.shelf("movies")["catalogs"]}
            errors = wait.until("all errors", lambda: all(told().values()) and told(), 30)
            for shelf, words in wrong.items():
                self.assertIn(words, errors[f"wrong{shelf}"])
            self.assertEqual(self.shelf("movies")["titles"], [])

    def test_many_films_cost_little(self):
        config = self.account("many", movies=MANY)
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            self.filled("movies", MANY)
            found = self.shelf("movies", f"?q={MANY - 1}")["titles"]
            self.assertEqual([one["name"] for one in found], [f"Film {MANY - 1}"])
            self.assertLess(running.rss_peak_bytes(), 64 << 20)

    def test_films_take_the_connections_of_the_account(self):
        config = self.account("narrow", movies=1, max=1, size=SIZE)
        with self.daemon(matrix.CONFIG + matrix.FAILOVER + config) as running:
            running.with_channels(3)
            self.filled("movies", 1)
            with Audience() as audience:
                group = audience.join("/auto/v1")
                wait.until("it to play", lambda: group.is_receiving(80_000), 10)
                self.assertEqual(get("/vod/movie/0-1.mkv").status, 503)
                self.assertEqual(self.panels.counts("narrow-movie-1")["requests"], 0)

    def test_a_host_that_never_answers_is_passed_over(self):
        config = self.account("passed", hosts=("closed", "http"), movies=1, size=SIZE)
        with self.daemon(matrix.CONFIG + config) as running:
            running.with_channels(3)
            self.filled("movies", 1)
            status, body = self.fetched("/vod/movie/0-1.mkv", "-r", "0-9")
            self.assertTrue((status, body) == (0, films.noise("passed-movie-1", SIZE)[:10]))

    def test_a_host_that_goes_away_is_stood_in_for(self):
        for name in ("gone", "spare"):
            self.panels.panel(name, movies=1, size=SIZE)
        spare = [self.panels.url("/xtream/spare")]
        config = source("hosts", self.panels.url("/xtream/gone"), kind="xtream", username="me", password="secret",
                        backup_urls=spare, vod=True, connections=1)
        with self.daemon(matrix.CONFIG + matrix.FAILOVER + config) as running:
            running.with_channels(3)
            self.filled("movies", 1)
            opened = lambda name: self.panels.panel(name)["open"]
            with Audience() as audience:
                group = audience.join("/auto/v2")
                wait.until("it to play", lambda: group.is_receiving(80_000), 10)
                self.assertEqual((opened("gone"), opened("spare")), (1, 0))
                self.panels.panel("gone", answer=502)
                self.panels.cut("gone-2")
                wait.until("the other host to play", lambda: opened("spare") == 1, 10)
                wait.until("it to play on", lambda: group.is_receiving(80_000), 10)
                # It is one connection of one account, wherever it leads.
                refused = audience.join("/auto/v1")
                wait.until("an answer", lambda: refused.clients[0].status, 15)
                self.assertEqual((refused.clients[0].status, refused.clients[0].refusal), (503, "805 All Tuners In Use"))
                self.assertEqual((opened("gone"), opened("spare")), (0, 1))
            wait.until("nobody to watch", lambda: opened("spare") == 0, 20)
            self.panels.panel("gone", movies=1)
            self.panels.panel("spare", answer=503)
            status, body = self.fetched("/vod/movie/0-1.mkv", "-r", "0-9")
            self.assertEqual(status, 0)
            self.assertTrue(body == films.noise("gone-movie-1", 4_000_000)[:10])

    def test_an_account_brings_its_guide(self):
        config = self.account("guided", guide=1) + self.account("unguided", keys={"guide": False}, guide=1, streams=1)
        with self.daemon(matrix.CONFIG + config) as running:
            running.with_channels(3)
            told = wait.until("the guide", lambda: (told := get(f"/api/v1/channels/{self.channel(1)}/epg").json())["is_guide"] and told, 30)
            self.assertEqual((told["of"], told["programmes"][0]["title"]), ("guided", "Of the guide"))
            # The panel is asked where its guide has nothing.
            second = get(f"/api/v1/channels/{self.channel(2)}/epg").json()
            self.assertEqual((second["is_guide"], second["programmes"][0]["title"]), (False, "Programme 0 – é"))
            self.assertIn("Of the guide", get("/xmltv.xml").body.decode())
            self.assertNotIn("xmltv", self.panels.panel("unguided")["asked"])
            self.assertNotIn("secret", get("/api/v1/status").body.decode() + running.log())

    def test_what_is_on_is_told_by_the_panel(self):
        config = self.account("told") + self.account("plain", epg="plain") + self.account("silent", epg="none")
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            wait.until("all channels", lambda: len(get("/api/v1/channels").json()["channels"]) >= 3, 20)
            told = get(f"/api/v1/channels/{self.channel(1)}/epg").json()
            self.assertFalse(told["is_guide"])
            self.assertEqual(told["of"], "told")
            titles = [one["title"] for one in told["programmes"]]
            self.assertEqual(titles[:2], ["Programme 0 – é", "Programme 1 – é"])
            now = time.time()
            self.assertTrue(told["programmes"][0]["start_unix_s"] <= now < told["programmes"][0]["stop_unix_s"])
            self.assertTrue(told["programmes"][0]["description"].startswith("About it About"))
            asked = self.panels.panel("told")["asked"]["get_short_epg"]
            self.assertEqual(get(f"/api/v1/channels/{self.channel(1)}/epg").json(), told)
            self.assertEqual(self.panels.panel("told")["asked"]["get_short_epg"], asked, "it was kept")
            self.assertEqual(get("/api/v1/channels/00000000000000ff/epg").status, 404)
