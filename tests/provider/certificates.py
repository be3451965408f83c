"""A certificate authority of our own, made by openssl: one good certificate, one that has expired."""

import subprocess
from pathlib import Path

OPENSSL_SECONDS_MAX = 30
CA_CONFIG = """\
[ca]
default_ca = ours
[ours]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[good]
subjectAltName = {names}
"""
# (name, not before, not after) as `openssl ca` writes times.
SERVERS = [("good", "20240101000000Z", "20440101000000Z"), ("expired", "20240101000000Z", "20240201000000Z")]


def make(folder, addresses):
    """Writes ca.pem, good.pem and expired.pem into `folder`; gives the path of ca.pem."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = ",".join(f"IP:{address}" for address in addresses)
    (folder / "config").write_text(CA_CONFIG.format(folder=folder, names=f"DNS:localhost,{names}"))
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "7300",
             "-subj", "/CN=Test provider CA")
    for name, begins, ends in SERVERS:
        _openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        _openssl(folder, "ca", "-batch", "-notext", "-config", "config", "-cert", "ca.pem", "-keyfile", "ca.key",
                 "-in", f"{name}.csr", "-out", f"{name}.crt", "-startdate", begins, "-enddate", ends,
                 "-extensions", "good")
        whole = (folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text()
        (folder / f"{name}.pem").write_text(whole)
    return folder / "ca.pem"


def _openssl(folder, *words):
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=OPENSSL_SECONDS_MAX)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr[-500:]}")
