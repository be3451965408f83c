"""A sharing stream proxy as it is usually written: asyncio, one queue for each client.

    asyncio_proxy.py PORT UPSTREAM

GET /PATH is answered with UPSTREAM/PATH. The first client of a path opens the upstream, the last one
closes it. A client whose queue is full loses chunks. Standard library only.
"""

import asyncio
import sys
from urllib.parse import urlsplit

READ_BYTES_MAX = 64 * 1024
# Two seconds of 8 Mbit/s in reads of a 20 ms source.
QUEUE_CHUNKS_MAX = 100
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"


class Channel:
    """One upstream connection and the queues of those who watch it."""

    def __init__(self, upstream, path):
        self.queues = set()
        self.task = asyncio.create_task(self.relay(upstream, path))

    async def relay(self, upstream, path):
        reader, writer = await asyncio.open_connection(upstream.hostname, upstream.port)
        request = f"GET {path} HTTP/1.1\r\nHost: {upstream.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        try:
            await reader.readuntil(b"\r\n\r\n")
            while chunk := await reader.read(READ_BYTES_MAX):
                for queue in self.queues:
                    if not queue.full():
                        queue.put_nowait(chunk)
        finally:
            writer.close()


class Proxy:
    """All channels that are watched."""

    def __init__(self, upstream):
        self.upstream = urlsplit(upstream)
        self.channels = {}

    async def serve(self, reader, writer):
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        if path not in self.channels:
            self.channels[path] = Channel(self.upstream, path)
        channel = self.channels[path]
        queue = asyncio.Queue(QUEUE_CHUNKS_MAX)
        channel.queues.add(queue)
        try:
            writer.write(HEAD)
            while True:
                writer.write(await queue.get())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            channel.queues.discard(queue)
            if not channel.queues and self.channels.pop(path, None) is channel:
                channel.task.cancel()
            writer.close()


async def main(port, upstream):
    proxy = Proxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
