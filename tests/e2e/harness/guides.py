"""Guides as a provider has them, and the one that Dipole makes of them."""

import datetime
import gzip
import json
from xml.etree import ElementTree

HOURS = 24


def guide(names, hours=HOURS, begin=None, tail="</tv>\n", text=""):
    """XMLTV of one programme an hour for channels with these names, from the last full hour on."""
    now = datetime.datetime.now(datetime.timezone.utc)
    begin = begin or now.replace(minute=0, second=0, microsecond=0)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<tv>"]
    for name in names:
        lines.append(f'<channel id="{name}.example"><display-name>{name}</display-name></channel>')
    for hour in range(hours):
        start, stop = (begin + datetime.timedelta(hours=hour + n) for n in (0, 1))
        for name in names:
            lines.append(
                f'<programme start="{start:%Y%m%d%H%M%S} +0000" stop="{stop:%Y%m%d%H%M%S} +0000" '
                f'channel="{name}.example"><title>Hour {hour} of {name}</title>'
                f"<desc>A &amp; B{text}</desc></programme>"
            )
    return "\n".join([*lines, tail])


def guide_source(name, url, **keys):
    """A `[[guide]]` table as text."""
    keys = {"name": name, "url": str(url), **keys}
    return "[[guide]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


class Read:
    """A guide as expat reads it."""

    def __init__(self, body):
        root = ElementTree.fromstring(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self.names = {
            channel.get("id"): [name.text for name in channel.findall("display-name")]
            for channel in root.findall("channel")
        }
        self.programmes = {}
        for programme in root.findall("programme"):
            titles = self.programmes.setdefault(programme.get("channel"), [])
            titles.append(programme.findtext("title"))
