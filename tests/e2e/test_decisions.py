"""Goal: what was decided by hand holds, whatever the provider does to its list, until it is undone.

Method: decide through the API, pull the daemon down, let the list change, read it again, and look at
the documents that clients read. Two channels are merged and one of their streams fails while it is
watched; then they are split again.
"""

import http.client
import json
import tempfile

import case
from harness import daemon, lan, provider, wait
from harness.daemon import get, lineup
from harness.viewers import Crowd

ENTRIES = [(1, "News One", "/ts/one"), (2, "Sport Two", "/ts/two"), (3, "Film Three", "/ts/three")]


class Decisions(case.Case):
    def setUp(self):
        self.data = self.enterContext(tempfile.TemporaryDirectory(prefix="dipole-e2e-data-"))
        self.list = f"decisions-{self.id().rsplit('.', 1)[-1]}.m3u"
        self.write(ENTRIES)

    def write(self, entries):
        entries = [(number, name, self.provider.url(path)) for number, name, path in entries]
        self.address = self.provider.put(self.list, provider.playlist(entries))

    def running(self):
        return self.daemon(daemon.source("e2e", self.address), data=self.data)

    def test_decisions_outlive_a_restart_and_another_list(self):
        with self.running() as running:
            running.with_channels(3)
            one, two, three = (id_of(name) for name in ("News One", "Sport Two", "Film Three"))
            decide("PATCH", f"/channels/{one}", {"name": "Morning", "number": "50", "favourite": True})
            decide("PATCH", f"/channels/{two}", {"enabled": False})
            self.assertEqual(shown(), [("3", "Film Three", 0), ("50", "Morning", 1)])
            unknown = get("/auto/v77", port=5004)
            hidden = get("/auto/v2", port=5004)
            error = "X-HDHomeRun-Error"
            self.assertEqual((hidden.status, hidden.headers[error]), (unknown.status, unknown.headers[error]))
            refused = order("PATCH", f"/channels/{three}", {"number": "50"})
            self.assertEqual(refused.status, 409)
            self.assertIn("Morning", refused.json()["detail"])

        # The provider moves its channels, adds some and puts them in another order.
        self.write([(7, "Brand New", "/ts/new"), (9, "Film Three", "/ts/three2"),
                    (8, "Sport Two", "/ts/two2"), (6, "News One", "/ts/one2")])
        with self.running() as running:
            running.with_channels(3)
            names = [(number, name) for number, name, _ in shown()]
            self.assertIn(("50", "Morning"), names)
            self.assertIn(("3", "Film Three"), names)
            self.assertNotIn("Sport Two", [name for _, name in names])
            inactive = get("/api/v1/channels?state=inactive").json()["channels"]
            self.assertEqual([(c["id"], c["number"]) for c in inactive], [(two, "2")])

            changes = get("/api/v1/changes").json()["changes"]
            self.assertEqual([change["n"] for change in changes], [2, 1])
            for change in (2, 1):
                decide("POST", f"/changes/{change}/undo")
            names = [(number, name) for number, name, _ in shown()]
            self.assertIn(("1", "News One"), names)
            self.assertIn(("2", "Sport Two"), names)

    def test_merged_channels_stand_in_for_each_other_until_they_are_split(self):
        with self.running() as running:
            running.with_channels(3)
            one, two = id_of("News One"), id_of("Sport Two")
            decide("POST", "/channels/merge", {"ids": [one, two]})
            self.assertEqual([name for _, name, _ in shown()], ["News One", "Film Three"])
            streams = get(f"/api/v1/channels/{one}").json()["stream_list"]
            self.assertEqual([stream["name"] for stream in streams], ["News One", "Sport Two"])
            with Crowd() as viewers:
                viewer = viewers.join("/auto/v1")
                wait.until("the first stream", lambda: viewer.status == 200)
                first = self.provider.counts("two")
                answer = order("POST", "/channels/1/failover")
                self.assertEqual(answer.status, 202)
                wait.until("the other channel's stream", lambda: self.provider.counts("two") != first)
                viewers.leave(viewer)

            other = next(stream for stream in streams if stream["name"] == "Sport Two")
            decide("POST", f"/channels/{one}/split", {"streams": [other["id"]]})
            self.assertEqual([(number, name) for number, name, _ in shown()],
                             [("1", "News One"), ("2", "Sport Two"), ("3", "Film Three")])
            self.assertEqual(id_of("Sport Two"), two)

    def test_marks_of_hdhomerun_clients(self):
        with self.running() as running:
            running.with_channels(3)
            for mark, channels in [("%2B1", [("1", 1), ("2", 0), ("3", 0)]),
                                   ("x2", [("1", 1), ("3", 0)]),
                                   ("-1", [("1", 0), ("3", 0)]),
                                   ("-2", [("1", 0), ("2", 0), ("3", 0)])]:
                self.assertEqual(get(f"/lineup.post?favorite={mark}", method="POST").status, 200)
                self.assertEqual([(number, mark) for number, _, mark in shown()], channels)

    def test_who_has_not_seen_the_latest_is_told_so(self):
        with self.running() as running:
            running.with_channels(3)
            one = id_of("News One")
            seen = get("/api/v1/channels").headers["ETag"]
            decide("PATCH", f"/channels/{one}", {"name": "A"}, seen)
            self.assertEqual(order("PATCH", f"/channels/{one}", {"name": "B"}, seen).status, 412)
            self.assertIn("A", [name for _, name, _ in shown()])


def shown():
    """Number, name and mark of each channel that clients see."""
    return [(c["GuideNumber"], c["GuideName"], c.get("Favorite", 0)) for c in lineup()]


def id_of(name):
    channels = get("/api/v1/channels?state=all").json()["channels"]
    return next(channel["id"] for channel in channels if channel["name"] == name)


def order(method, path, body=None, seen=None):
    headers = {"X-Dipole": "1", "Content-Type": "application/json"}
    if seen:
        headers["If-Match"] = seen
    connection = http.client.HTTPConnection(lan.TUNER, 80, timeout=10)
    try:
        connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), headers)
        return daemon.Answer(connection.getresponse())
    finally:
        connection.close()


def decide(method, path, body=None, seen=None):
    """An order that must succeed."""
    answer = order(method, path, body, seen)
    if answer.status != 200:
        raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
    return answer.json()
