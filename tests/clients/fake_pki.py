"""A throw-away certificate authority for the fake Entra ID and the fake ARM.

The fakes answer for public host names, so a client believes them only if it is told to trust this
CA. Everything is made afresh for each run and lives in the run's own folder: no key is ever shared
or kept. The certificates carry what strict checkers ask for (SAN, subject and authority key
identifiers, key usage), because Python 3.13 refuses chains without them and az ships with it.
"""

import pathlib
import ssl
import subprocess

LEAF_DAYS = 2

CA_CONFIG = """
[req]
distinguished_name = name
prompt = no
x509_extensions = ca
[name]
CN = armgate tests, fake upstream CA
[ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""

LEAF_CONFIG = """
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


class FakePki:
    """Owns the CA in `folder` and makes one leaf for all the host names a server answers for."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = self.folder / "fake-ca.pem"
        self._ca_key = self.folder / "fake-ca.key"
        config = self._write("ca.cnf", CA_CONFIG)
        self._new_key(self._ca_key)
        _openssl("req", "-new", "-x509", "-sha256", "-days", str(LEAF_DAYS), "-config", config,
                 "-key", self._ca_key, "-out", self.ca)

    def server_context(self, *hosts):
        """A TLS server context whose certificate names `hosts`; HTTP/1.1 only, as ARM's clients."""
        stem = hosts[0]
        key, csr, leaf = (self.folder / (stem + end) for end in (".key", ".csr", ".pem"))
        names = ",".join("DNS:" + host for host in hosts)
        extensions = self._write(stem + ".cnf", LEAF_CONFIG.format(names=names))
        self._new_key(key)
        _openssl("req", "-new", "-sha256", "-key", key, "-subj", "/CN=" + stem, "-out", csr)
        _openssl("x509", "-req", "-sha256", "-in", csr, "-CA", self.ca, "-CAkey", self._ca_key,
                 "-CAcreateserial", "-days", str(LEAF_DAYS), "-extfile", extensions,
                 "-extensions", "leaf", "-out", leaf)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf, key)
        context.set_alpn_protocols(["http/1.1"])
        return context

    def bundle(self, name="user-bundle.pem"):
        """System roots and this CA in one file: what a user behind a private CA already has."""
        return self._write(name, system_roots() + self.ca.read_text())

    def _new_key(self, path):
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-out", path)

    def _write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


def system_roots():
    """The system's trusted roots as PEM text; empty where the system has no bundle file."""
    known = (ssl.get_default_verify_paths().openssl_cafile, "/etc/ssl/certs/ca-certificates.crt",
             "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
    for path in known:
        if path and pathlib.Path(path).is_file():
            return pathlib.Path(path).read_text()
    return ""


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
