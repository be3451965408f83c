"""Goal: the owner's rules, choice of groups, numbers and profiles make the lineup that clients see.

Method: one messy list; rules in the file and over the API; what they make of it is read from
lineup.json, from hdhomerun_config, and from the dry run, which must have said so before.
"""

import json
import tempfile

import case
from harness import daemon, lan, tools, wait
from harness.daemon import get, lineup
from test_documents import checksum

# Name and group of each entry.
ENTRIES = [
    ("US| Harbour News HD", "US NEWS"),
    ("US| Meadow Shopping", "US SHOPPING"),
    ("US| Cartoon Barn", "US KIDS"),
    ("US| River Sports", "US SPORTS"),
    ("US| Night Movies", "ADULT"),
]
CLEAN = ["Harbour News", "Meadow Shopping", "Cartoon Barn", "River Sports", "Night Movies"]
CHANGE = {"X-Dipole": "1", "Content-Type": "application/json"}
NO_SHOP = """
[[template]]
name = "shop"
pattern = "shop(ping)?"

[[rule]]
name = "no shops"
pattern = "\\\\b{{shop}}\\\\b"
action = "exclude"
"""
SPORTS_AND_KIDS = {
    "templates": [{"name": "country", "pattern": "US *\\| *"}],
    "rules": [
        {"name": "barn", "pattern": "^{{country}}Cartoon (Barn)$", "action": "rename", "with": "Toons $1"},
        {"name": "sports", "fields": ["group"], "pattern": "sports$", "action": "renumber", "first": 300, "last": 310},
        {"name": "no nights", "pattern": "night", "action": "exclude"},
    ],
}


def names():
    return [channel["GuideName"] for channel in lineup()]


def numbers():
    return {channel["GuideName"]: channel["GuideNumber"] for channel in lineup()}


def ids():
    """Id of each channel by its number, as the page has it."""
    return {one["number"]: one["id"] for one in get("/api/v1/channels").json()["channels"]}


def save(rules, seen):
    """Puts these rules in the place of those with the ETag `seen`."""
    headers = CHANGE | ({"If-Match": seen} if seen else {})
    return get("/api/v1/rules", method="PUT", headers=headers, body=json.dumps(rules))


def preview(rules):
    return get("/api/v1/rules/preview", method="POST", headers=CHANGE, body=json.dumps(rules))


class Rules(case.Case):
    def source(self, name, entries=ENTRIES):
        """A source of these entries, and its address at the provider."""
        lines = ["#EXTM3U"]
        for at, (title, group) in enumerate(entries):
            lines += [f'#EXTINF:-1 group-title="{group}",{title}', self.provider.url(f"/ts/{name}-{at}")]
        address = self.provider.put(f"{name}.m3u", "\n".join([*lines, ""]))
        return daemon.source(name, address)

    def said_of(self, number):
        """What hdhomerun_config says of a channel when it is tuned to."""
        device = get("/discover.json").json()["DeviceID"]
        ask = lambda *words: tools.run("hdhomerun_config", device, *words, seconds=30)
        refused = ask("set", "/tuner0/vchannel", number).stdout.strip()
        said = refused or ask("get", "/tuner0/streaminfo").stdout.strip()
        ask("set", "/tuner0/vchannel", "none")
        return said

    def test_rules_of_the_file_and_of_the_api(self):
        tools.need("hdhomerun_config")
        config = NO_SHOP + self.source("api")
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(config, data=data) as running:
                running.with_channels(4)
                self.assertEqual(names(), [name for name in CLEAN if name != "Meadow Shopping"])
                self.changed_over_the_api()
            # A restart finds rules, names and numbers.
            with self.daemon(config, data=data) as running:
                running.with_channels(3)
                self.assertEqual(numbers(), {"Harbour News": "1", "Toons Barn": "2", "River Sports": "300"})
                self.assertEqual(get("/api/v1/rules").headers["ETag"], '"1"')
            # A file that says otherwise holds at once.
            with self.daemon(config.replace('"exclude"', '"regroup"\nwith = "Shops"'), data=data) as running:
                running.with_channels(4)
                self.assertIn("Meadow Shopping", names())

    def changed_over_the_api(self):
        known = ids()
        fetched = self.provider.counts("/files/api.m3u")["requests"]
        empty = get("/api/v1/rules")
        self.assertEqual((empty.headers["ETag"], empty.json()["stored"]["rules"]), ('"0"', []))
        self.assertEqual(empty.json()["configured"]["rules"][0]["name"], "no shops")

        told = preview(SPORTS_AND_KIDS).json()
        self.assertEqual((told["entries"], told["kept"], told["configured"]), (5, 3, 1))
        self.assertEqual((told["matched"], told["complete"]), ([1, 1, 1, 1], True))
        self.assertEqual(names(), [name for name in CLEAN if name != "Meadow Shopping"])
        self.assertEqual(get("/api/v1/rules").headers["ETag"], '"0"')

        self.refused()
        saved = save(SPORTS_AND_KIDS, '"0"')
        self.assertEqual((saved.status, saved.headers["ETag"]), (204, '"1"'))
        self.assertEqual(numbers(), {"Harbour News": "1", "Toons Barn": "2", "River Sports": "300"})
        self.as_foretold(told)
        self.assertEqual((ids()["1"], ids()["2"], ids()["300"]), (known["1"], known["2"], known["3"]))
        self.assertIn("Toons Barn", self.said_of("2"))
        self.assertIn("River Sports", self.said_of("300"))
        for gone in ["3", "4"]:
            self.assertIn("ERROR", self.said_of(gone))
        self.assertEqual(self.provider.counts("/files/api.m3u")["requests"], fetched)
        late = save(SPORTS_AND_KIDS, '"0"')
        self.assertEqual(late.status, 412)
        self.assertEqual(save(SPORTS_AND_KIDS, None).status, 428)

    def refused(self):
        """A mistake is told with its place, and changes nothing."""
        bad = {"rules": [SPORTS_AND_KIDS["rules"][2], {"name": "bad", "pattern": "a(b", "action": "exclude"}]}
        for answer in [save(bad, '"0"'), preview(bad)]:
            self.assertEqual(answer.status, 400)
            self.assertIn('rule 2 "bad"', answer.json()["detail"])
        from_elsewhere = get("/api/v1/rules", method="PUT", headers={"If-Match": '"0"'}, body="{}")
        self.assertEqual(from_elsewhere.status, 403)
        self.assertEqual(len(names()), 4)

    def as_foretold(self, told):
        """What the dry run has said is what has come."""
        now = numbers()
        for sample in told["samples"]:
            kept = [name for name in now if name in sample["after"]["name"]]
            with self.subTest(sample["before"]["name"]):
                self.assertEqual(len(kept), int(sample["kept"]))
                if sample.get("numbers"):
                    [name] = kept
                    self.assertEqual(now[name], str(sample["numbers"]["first"]))

    def test_groups_and_their_numbers(self):
        chosen = """
[lineup]
numbering = "groups"
first_number = 500
groups_off = ["adult"]

[[lineup.range]]
group = "us kids"
first = 20
last = 29

[[lineup.range]]
group = "US Sports"
first = 700
last = 799
"""
        config = self.source("groups")
        expected = {"Cartoon Barn": "20", "Harbour News": "500", "Meadow Shopping": "501", "River Sports": "700"}
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(config, data=data) as running:
                running.with_channels(5)
                self.assertEqual(numbers(), {name: str(at) for at, name in enumerate(CLEAN, 1)})
            # Chosen later: those outside of their range move, the others stay.
            with self.daemon(chosen + config, data=data) as running:
                running.with_channels(4)
                stays = {"Harbour News": "1", "Meadow Shopping": "2"}
                self.assertEqual(numbers(), expected | stays)
        with self.daemon(chosen + config) as running:
            running.with_channels(4)
            self.assertEqual(numbers(), expected)

    def test_profiles_are_devices_of_their_own(self):
        profiles = """
[[profile]]
name = "kids"
groups = ["us kids"]

[[profile]]
name = "low"
numbers = [[1, 2], [5, 5]]
"""
        with self.daemon(profiles + self.source("profiles")) as running:
            running.with_channels(5)
            devices = [get(f"{part}/discover.json").json() for part in ["", "/profile/kids", "/profile/low"]]
            found = [device["DeviceID"] for device in devices]
            self.assertEqual(len(set(found)), 3)
            self.assertEqual([checksum(device) for device in found], [0, 0, 0])
            self.assertEqual(devices[1]["BaseURL"], f"http://{lan.TUNER}/profile/kids")
            self.assertEqual(devices[1]["LineupURL"], f"http://{lan.TUNER}/profile/kids/lineup.json")
            kids = get("/profile/kids/lineup.json").json()
            self.assertEqual([channel["GuideName"] for channel in kids], ["Cartoon Barn"])
            self.assertEqual(kids[0]["URL"], f"http://{lan.TUNER}:5004/auto/v3")
            low = get("/profile/low/lineup.json").json()
            self.assertEqual([channel["GuideNumber"] for channel in low], ["1", "2", "5"])
            playlist = get("/profile/kids/lineup.m3u").body.decode()
            self.assertIn(f'x-tvg-url="http://{lan.TUNER}/profile/kids/xmltv.xml"', playlist)
            channels = lambda part: get(f"{part}/xmltv.xml").body.count(b"<channel ")
            wait.until("the guide knows the lineup", lambda: channels("") == 5, 10)
            self.assertEqual([channels("/profile/kids"), channels("/profile/low")], [1, 3])
            self.assertIn(b"Cartoon Barn", get("/profile/kids/xmltv.xml").body)
            tags = [get(f"{part}/xmltv.xml").headers["ETag"] for part in ["", "/profile/kids", "/profile/low"]]
            self.assertEqual(len(set(tags)), 3)
            known = {"If-None-Match": tags[1]}
            self.assertEqual(get("/profile/kids/xmltv.xml", headers=known).status, 304)
            self.assertEqual(get("/profile/low/xmltv.xml", headers=known).status, 200)
            self.assertEqual(get("/profile/nobody/discover.json").status, 404)
            self.assertEqual(get("/profile/kids/api/v1/rules").status, 404)
            udn = get("/profile/kids/device.xml").body
            self.assertIn(found[1].encode(), udn)
            self.assertNotEqual(udn, get("/device.xml").body)

    def test_one_that_is_decided_on_goes_before_what_is_chosen(self):
        tools.need("hdhomerun_config")
        chosen = """
[lineup]
groups = ["US NEWS", "US SPORTS"]
new_channels = "inactive"

"""
        idle = lambda: {one["name"]: one["idle"] for one in get("/api/v1/channels?state=all").json()["channels"]}
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(chosen + self.source("choice"), data=data) as running:
                running.with_channels(2)
                self.assertEqual(numbers(), {"Harbour News": "1", "River Sports": "2"})
                expected = dict.fromkeys(CLEAN, "group") | dict.fromkeys(["Harbour News", "River Sports"])
                self.assertEqual(idle(), expected)
                hidden = get("/api/v1/channels?state=inactive").json()["channels"]
                barn = next(one for one in hidden if one["name"] == "Cartoon Barn")
                self.assertIn("ERROR", self.said_of(barn["number"]))
                daemon.change(f"/api/v1/channels/{barn['id']}", {"enabled": True}, method="PATCH")
                self.assertEqual(names(), ["Harbour News", "River Sports", "Cartoon Barn"])
                self.assertIn("Cartoon Barn", self.said_of(barn["number"]))
                no_kids = [{"name": "no kids", "fields": ["group"], "pattern": "kids", "action": "exclude"}]
                self.assertEqual(save({"rules": no_kids}, '"0"').status, 204)
                self.assertEqual(names(), ["Harbour News", "River Sports", "Cartoon Barn"])
            # What the provider adds waits.
            more = [*ENTRIES, ("US| Valley News", "US NEWS"), ("US| Barn Songs", "US KIDS")]
            with self.daemon(chosen + self.source("choice", more), data=data) as running:
                running.with_channels(3)
                wait.until("the list that has grown", lambda: "Valley News" in idle(), 10)
                self.assertEqual(names(), ["Harbour News", "River Sports", "Cartoon Barn"])
                self.assertEqual(idle()["Valley News"], "new")
                self.assertNotIn("Barn Songs", idle())

    def test_many_channels_are_told_of(self):
        entries = [(f"Station {at} Village", "FEW" if at % 2 else "MANY") for at in range(1, 482)]
        profile = '[[profile]]\nname = "few"\ngroups = ["FEW"]\n\n'
        with self.daemon(profile + self.source("many", entries)) as running:
            running.with_channels(481)
            told = get("/api/v1/status").json()["lineup"]
            self.assertIn("481 channels: Plex shows about 480", told["notice"])
            few = told["profiles"][0]
            self.assertEqual((few["name"], few["channels"], few["notice"]), ("few", 241, None))
            fewer = {"rules": [{"name": "less", "pattern": "Station 4\\d\\d", "action": "exclude"}]}
            self.assertEqual(save(fewer, '"0"').status, 204)
            wait.until("fewer channels", lambda: len(lineup()) == 399, 10)
            self.assertIsNone(get("/api/v1/status").json()["lineup"]["notice"])
