"""The base of every test: one LAN and one provider for the whole run."""

import itertools
import unittest

from harness import daemon, lan, provider

_world = {}
_lists = itertools.count()


def world():
    """Builds the LAN and the provider on first use, and moves this process into `home`."""
    if "failure" in _world:
        raise _world["failure"]
    if "lan" not in _world:
        try:
            _world["lan"] = lan.Lan()
            _world["lan"].enter("home")
            _world["provider"] = provider.Provider(_world["lan"])
        except unittest.SkipTest as reason:
            _world["failure"] = reason
            raise
    return _world["lan"], _world["provider"]


def close():
    """Takes down what `world` built."""
    if "provider" in _world:
        _world["provider"].close()
    if "lan" in _world:
        _world["lan"].close()


class Case(unittest.TestCase):
    """A test with a network around it."""

    @classmethod
    def setUpClass(cls):
        cls.network, cls.provider = world()

    @classmethod
    def daemon(cls, config="", **options):
        """A daemon with this configuration text."""
        return daemon.Daemon(cls.network, config, **options)

    @classmethod
    def channels(cls, entries, extra="", keys=None, **options):
        """A daemon whose one source is a playlist of `entries`: (number, name, path at the provider).

        `keys` are further ones of that source. Use it in a `with`, then `with_channels(len(entries))`.
        """
        entries = [(number, name, cls.provider.url(path)) for number, name, path in entries]
        address = cls.provider.put(f"{next(_lists)}.m3u", provider.playlist(entries))
        return cls.daemon(extra + daemon.source("e2e", address, **(keys or {})), **options)
