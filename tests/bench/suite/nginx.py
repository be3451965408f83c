"""nginx in its three parts: files with a rate, files without, proxy."""

import subprocess

from .place import SERVER_PORT, SOURCE_PORT

# Longer than start, warm-up, the longest window and what follows.
FILE_SECONDS = 60

CONFIG = """\
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            {location}
        }}
    }}
}}
"""


class Nginx:
    """What the parts share."""

    def start(self):
        text = CONFIG.format(folder=self.folder, port=SERVER_PORT, location=self.location())
        config = self.write("nginx.conf", text)
        return self.run("nginx", "-e", self.folder / "error.log", "-c", config)


class Files(Nginx):
    """A file for each channel, made once for a run."""

    live = False
    # Most that is sent at once; by itself nginx sends a whole second.
    step_bytes = None

    @property
    def again(self):
        return not self.paced

    def location(self):
        www = self.place.folder / "www"
        if not www.exists():
            self.make_files(www / "ch")
        rate = f"limit_rate {self.origin.bits // 8};" if self.paced else ""
        step = f"sendfile_max_chunk {self.step_bytes};" if self.step_bytes else ""
        return f"root {www}; {rate} {step}"

    def make_files(self, folder):
        """The same streams as the source's."""
        folder.mkdir(parents=True)
        for n in range(self.origin.channels):
            subprocess.run(
                self.place.tool("file", folder / f"{n}.ts", "--channel", n, "--bits",
                                self.origin.bits, "--seconds", FILE_SECONDS),
                check=True,
            )


class Proxy(Nginx):
    """A connection to the provider for each client, unbuffered as live streams want it."""

    def location(self):
        return (
            f"proxy_pass http://127.0.0.1:{SOURCE_PORT}; proxy_buffering off; "
            "chunked_transfer_encoding off; proxy_http_version 1.1;"
        )
