"""The command line: listens on a row of ports, each with a habit of its own."""

import argparse
import asyncio
import ctypes
import os
import signal
import socket
import ssl
import sys
import tempfile

from . import certificates, clips, faults, server
from .exchange import HEAD_BYTES_MAX

PR_SET_PDEATHSIG = 1
SLOW_TLS_SECONDS = 4.0
SLOW_TLS_CONNECTIONS_MAX = 64
PARENT_POLL_SECONDS = 0.5
# What listens at the first port and those behind it.
PORTS = ("http", "https", "expired", "slow-tls", "deaf")


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python3 -m provider", description=server.__doc__, epilog="Faults:\n" + faults.catalogue(),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bind", default="127.0.0.1", help="IPv4 address (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8100,
                        help="first of five ports: " + ", ".join(PORTS) + " (8100)")
    parser.add_argument("--v6", help="an IPv6 address, where http is served at the first port too")
    parser.add_argument("--tls", help="folder for the certificates; without it there is no TLS")
    parser.add_argument("--clips", action="append", choices=clips.CLIPS, help="clips to make at the start")
    parser.add_argument("--with-parent", action="store_true", help="end with the process that started it")
    parser.add_argument("--seed", help="print the scripts of this seed and end")
    return parser.parse_args()


def main():
    """Runs until SIGTERM or SIGINT."""
    asked = arguments()
    if asked.seed:
        for serves in (faults.TS, faults.HLS):
            print(serves, ",".join(map(str, faults.from_seed(asked.seed, serves))))
        return
    if asked.with_parent:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for name in asked.clips or clips.CLIPS:
        clips.clip(name)
    try:
        asyncio.run(run(asked))
    except KeyboardInterrupt:
        pass


async def run(asked):
    """Opens every port and serves."""
    provider = server.Provider()
    parent = os.getppid()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with tempfile.TemporaryDirectory(prefix="provider-") as folder:
        listening = await _listen(asked, provider, asked.tls or folder)
        print("listening: " + ", ".join(f"{name} {asked.port + n}" for n, name in enumerate(PORTS)), flush=True)
        while not ended.is_set() and (not asked.with_parent or os.getppid() == parent):
            try:
                await asyncio.wait_for(ended.wait(), PARENT_POLL_SECONDS)
            except TimeoutError:
                pass
        for one in listening:
            one.close()


async def _listen(asked, provider, folder):
    certificates.make(folder, [asked.bind, "127.0.0.1", *([asked.v6] if asked.v6 else [])])
    tls = {name: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for name in ("good", "expired")}
    for name, context in tls.items():
        context.load_cert_chain(os.path.join(folder, f"{name}.pem"))

    async def deaf(reader, writer):
        """Takes everything and says nothing."""
        try:
            while await reader.read(65_536):
                pass
        except OSError:
            pass
        writer.close()

    first, host = asked.port, asked.bind
    listening = [
        await server.listener(provider.serve, host=host, port=first),
        await server.listener(provider.serve, host=host, port=first + 1, ssl=tls["good"]),
        await server.listener(provider.serve, host=host, port=first + 2, ssl=tls["expired"]),
        SlowTls(provider.serve, tls["good"], host, first + 3),
        await server.listener(deaf, host=host, port=first + 4),
    ]
    if asked.v6:
        listening.append(await server.listener(provider.serve, host=asked.v6, port=first))
    return listening


class SlowTls:
    """Accepts at once and lets the handshake wait."""

    def __init__(self, serve, context, host, port):
        self.serve, self.context = serve, context
        self.socket = socket.create_server((host, port), backlog=64)
        self.socket.setblocking(False)
        self.tasks = {asyncio.create_task(self._accept())}

    async def _accept(self):
        loop = asyncio.get_running_loop()
        while True:
            accepted, _ = await loop.sock_accept(self.socket)
            if len(self.tasks) > SLOW_TLS_CONNECTIONS_MAX:
                accepted.close()
                continue
            task = asyncio.create_task(self._shake(accepted))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _shake(self, accepted):
        await asyncio.sleep(SLOW_TLS_SECONDS)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=HEAD_BYTES_MAX)
        try:
            await loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(reader, self.serve), accepted, ssl=self.context)
        except (OSError, ssl.SSLError):
            accepted.close()

    def close(self):
        """Ends all of it."""
        for task in self.tasks:
            task.cancel()
        self.socket.close()


if __name__ == "__main__":
    sys.exit(main())
