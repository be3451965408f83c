"""Goal: the limit of a provider's account is met without the viewer noticing, or told as what it is.

Method: accounts of one connection at the misbehaving provider; a thief takes it, or has it already.
"""

import socket

import case
from harness import lan, matrix, tools, wait
from harness.audience import Audience
from harness.daemon import source
from provider import client

# name: what the provider does to the second connection of the account.
ACCOUNTS = {"kick": "kick", "polite": "fin", "refusing": "status"}


class Limits(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        entries = []
        for number, name in enumerate(ACCOUNTS, 1):
            backup = cls.hurting.url(f"/ts/{name}-backup")
            entries.append((number, name, [cls.hurting.url(cls.path(name, "primary")), backup]))
            entries.append((10 + number, f"{name} alone", [cls.hurting.url(cls.path(name, "alone"))]))
        url = cls.hurting.put("accounts.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(matrix.CONFIG + matrix.FAILOVER + source("accounts", url)))
        cls.running.with_channels(len(entries))

    @staticmethod
    def path(name, who):
        """A stream of the account of that name; who is alone has an account of his own."""
        account = f"{name}-alone" if who == "alone" else name
        return f"/ts/{name}-{who}?account={account}&max=1&over={ACCOUNTS[name]}"

    def steal(self, name, whose="thief"):
        """Somebody else uses the account from now on."""
        path = self.path(name, whose).replace(f"/ts/{name}-{whose}", f"/ts/{name}-{whose}-thief")
        thief = socket.create_connection((lan.PROVIDER, client.PORT), timeout=5)
        self.addCleanup(thief.close)
        thief.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait.until("the thief to be in", lambda: self.hurting.counts(f"{name}-{whose}-thief")["open"], 5)

    def test_a_kick_is_not_noticed_by_the_viewer(self):
        with Audience() as audience:
            group = audience.join("/auto/v1", 3)
            wait.until("it to play", lambda: group.is_receiving(80_000), 10)
            group.mark()
            self.steal("kick")
            wait.until("it to play on", lambda: group.is_receiving(400_000), 20)
            self.assertEqual(group.faults(), [])
            self.assertEqual(group.disconnects(), [])
            self.assertLess(group.check.picture_gap, 2.6)

    def test_an_account_in_use_is_stepped_over(self):
        for number, name in ((2, "polite"), (3, "refusing")):
            with self.subTest(name), Audience() as audience:
                self.steal(name)
                group = audience.join(f"/auto/v{number}")
                wait.until("it to play", lambda g=group: g.is_receiving(80_000), 10)
                self.assertEqual(group.faults(), [])
                self.assertEqual(group.check.source, f"{name}-backup")

    def test_an_account_in_use_is_told_where_there_is_no_backup(self):
        for number, name in ((12, "polite"), (13, "refusing")):
            with self.subTest(name), Audience() as audience:
                self.steal(name, "alone")
                group = audience.join(f"/auto/v{number}")
                wait.until("an answer", lambda g=group: g.clients[0].status, 10)
                self.assertEqual(group.clients[0].status, 503)
                self.assertRegex(group.clients[0].refusal, "^80[567] ")
