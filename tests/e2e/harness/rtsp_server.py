"""An RTSP server for the tests: GStreamer's, told on the command line what to serve.

    python3 rtsp_server.py PORT JSON

JSON is a list of {"path", "launch", "protocols": "tcp" | "udp" | "both", "account": [user, password] or null},
with an account for all of them or for none.
Each medium is one pipeline for all its clients, as a camera is. What clients do is written to the
standard output, a line each: `connected`, `closed`, `PLAY path`, `TEARDOWN path`.

It needs the system's own python3, for which Debian packages the bindings; nothing here is imported by
the tests, which may run under another one.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ROLE = "viewer"
PROTOCOLS = {
    "tcp": GstRtsp.RTSPLowerTrans.TCP,
    "udp": GstRtsp.RTSPLowerTrans.UDP,
    "both": GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP,
}


def say(*words):
    print(*words, flush=True)


def factory(medium):
    made = GstRtspServer.RTSPMediaFactory()
    made.set_launch(f"( {medium['launch']} )")
    made.set_shared(True)
    made.set_protocols(PROTOCOLS[medium["protocols"]])
    if medium["account"]:
        permissions = GstRtspServer.RTSPPermissions()
        for permission in ["media.factory.access", "media.factory.construct"]:
            permissions.add_permission_for_role(ROLE, permission, True)
        made.set_permissions(permissions)
    return made


def accounts(media):
    """Digest, for all media or none: a server that lets anybody in asks nobody."""
    named = [medium["account"] for medium in media if medium["account"]]
    if not named:
        return None
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    for account in named:
        auth.add_digest(*account, token)
    return auth


def watch(_, client):
    say("connected")
    client.connect("closed", lambda *_: say("closed"))
    client.connect("play-request", lambda _, context: say("PLAY", context.uri.abspath))
    client.connect("teardown-request", lambda _, context: say("TEARDOWN", context.uri.abspath))


def main(port, media):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_service(port)
    mounts = server.get_mount_points()
    for medium in media:
        mounts.add_factory(medium["path"], factory(medium))
    server.set_auth(accounts(media))
    server.connect("client-connected", watch)
    if server.attach(None) == 0:
        sys.exit(f"port {port} cannot be had")
    say("ready")
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
