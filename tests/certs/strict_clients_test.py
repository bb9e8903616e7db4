"""Strict TLS clients against armgate's CA: Python with VERIFY_X509_STRICT, Go, Node and Java.

Each must accept a leaf for its host, and refuse it for another name and (all but Java) a leaf that
the CA's key signed outside the CA's name constraints. Loopback only. Run by ctest (label certs-clients) with the
path of armgate_issue_tool in ARMGATE_ISSUE_TOOL.
"""

import hashlib
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

TOOL = os.environ["ARMGATE_ISSUE_TOOL"]
HERE = pathlib.Path(__file__).resolve().parent
HOST = "eastus.management.azure.com"
OTHER = "management.azure.com"
OUTSIDE = "www.example.com"
LIMIT = 60  # seconds; a busy machine is no fault

NODE_CLIENT = """
const tls = require('tls'), fs = require('fs');
const [ca, port, name] = process.argv.slice(1);
const socket = tls.connect({host: '127.0.0.1', port: Number(port), servername: name,
                            ca: [fs.readFileSync(ca)], ALPNProtocols: ['h2', 'http/1.1']}, () => {
  console.log('accepted:', socket.alpnProtocol || '');
  socket.destroy();
});
socket.on('error', (error) => { console.log('refused:', error.code, error.message); process.exit(1); });
socket.setTimeout(60000, () => { console.log('refused: timeout'); process.exit(1); });
"""


JAVA_CLIENT = """
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.*;

public class Client {
    public static void main(String[] args) throws Exception {
        Socket raw = new Socket();
        raw.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[1])), 10000);
        raw.setSoTimeout(10000);
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(raw, args[2], 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            System.out.println("accepted: " + socket.getApplicationProtocol());
        } catch (SSLException error) {
            System.out.println("refused: " + error + " " + error.getCause());
            System.exit(1);
        }
    }
}
"""


class PlainServer:
    """Shows one certificate to whoever asks, whatever the name."""

    def __init__(self, certificate, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.settimeout(LIMIT)
            try:
                with self.context.wrap_socket(client, server_side=True) as tls:
                    tls.recv(1)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(LIMIT)


class Python:
    """The interpreter that runs this file."""

    def accepts(self, ca, port, name):
        context = ssl.create_default_context(cafile=ca)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.set_alpn_protocols(["h2", "http/1.1"])
        with socket.create_connection(("127.0.0.1", port), LIMIT) as raw:
            try:
                with context.wrap_socket(raw, server_hostname=name) as tls:
                    return True, "accepted: " + (tls.selected_alpn_protocol() or "")
            except ssl.SSLError as error:
                return False, str(error)


class Program:
    """A client that prints what happened and exits 0 where it accepted."""

    def __init__(self, *command, address):
        self.command = command
        self.address = address

    def accepts(self, ca, port, name):
        done = subprocess.run([*self.command, ca, self.address.format(port), name],
                              capture_output=True, text=True, timeout=60)
        if done.returncode not in (0, 1):
            raise AssertionError(f"{self.command[0]}: {done.stderr}")
        return done.returncode == 0, done.stdout.strip()


class StrictClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        subprocess.run([TOOL, "issue", cls.dir, HOST], check=True, timeout=LIMIT)
        cls.ca = str(cls.dir / "ca.pem")
        cls.inside = cls.plain("leaf")
        cls.outside = cls.plain("outside")
        cls.proxy = subprocess.Popen([TOOL, "serve", cls.dir, HOST], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop)
        cls.proxy_port = int(cls.proxy.stdout.readline())

    @classmethod
    def plain(cls, name):
        server = PlainServer(cls.dir / f"{name}.pem", cls.dir / f"{name}.key")
        cls.addClassCleanup(server.close)
        return server

    @classmethod
    def stop(cls):
        cls.proxy.communicate("", timeout=LIMIT)

    def check(self, client, mismatch, violation):
        accepted, said = client.accepts(self.ca, self.inside.port, HOST)
        self.assertTrue(accepted, said)

        accepted, said = client.accepts(self.ca, self.inside.port, OTHER)
        self.assertFalse(accepted)
        self.assertRegex(said, mismatch)

        accepted, said = client.accepts(self.ca, self.outside.port, OUTSIDE)
        self.assertEqual(violation is None, accepted, said)
        if violation is not None:
            self.assertRegex(said, violation)

        with self.subTest("served by ContextCache"):
            accepted, said = client.accepts(self.ca, self.proxy_port, HOST)
            self.assertTrue(accepted, said)
            self.assertEqual(said, "accepted: http/1.1")
            accepted, said = client.accepts(self.ca, self.proxy_port, OTHER)
            self.assertFalse(accepted)

    def test_python_with_x509_strict(self):
        self.check(Python(), "Hostname mismatch", "permitted subtree violation")

    def test_go(self):
        go = shutil.which("go")
        if go is None:
            self.skipTest("go is not installed")
        program = str(self.dir / "goverify")
        environment = dict(os.environ, GOFLAGS="-mod=mod", GOPROXY="off", GOWORK="off",
                           GOTOOLCHAIN="local", CGO_ENABLED="0")
        built = subprocess.run([go, "build", "-o", program, "."], cwd=HERE / "go_verify",
                               env=environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(built.returncode, 0, built.stderr)
        self.check(Program(program, address="127.0.0.1:{}"), f"not {OTHER}",
                   "not permitted by any constraint")

    def test_node(self):
        node = shutil.which("node")
        if node is None:
            self.skipTest("node is not installed")
        # A name mismatch is Node's own check and has its own code; the rest is OpenSSL's.
        self.check(Program(node, "-e", NODE_CLIENT, address="{}"), "ERR_TLS_CERT_ALTNAME_INVALID",
                   "permitted subtree violation")

    def test_java_with_the_trust_store(self):
        java, keytool = shutil.which("java"), shutil.which("keytool")
        if java is None or keytool is None or shutil.which("javac") is None:
            self.skipTest("java, javac and keytool are not installed")
        store = self.dir / "bundle.jks"
        listed = subprocess.run([keytool, "-list", "-keystore", store, "-storepass", "changeit"],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(listed.returncode, 0, listed.stdout + listed.stderr)
        self.assertRegex(listed.stdout, r"(?m)^armgate, .*trustedCertEntry")
        der = ssl.PEM_cert_to_DER_cert((self.dir / "ca.pem").read_text())
        digest = hashlib.sha256(der).hexdigest().upper()
        self.assertIn(":".join(re.findall("..", digest)), listed.stdout)

        wrong = subprocess.run([keytool, "-list", "-keystore", store, "-storepass", "changed"],
                               capture_output=True, text=True, timeout=60)
        self.assertNotEqual(wrong.returncode, 0, "the password seals the store")

        source = self.dir / "Client.java"
        source.write_text(JAVA_CLIENT)
        client = Program(java, f"-Djavax.net.ssl.trustStore={store}",
                         "-Djavax.net.ssl.trustStorePassword=changeit", source, address="{}")
        # Java does not look at the name constraints of a trusted root (docs/threat-model.md): should
        # it ever do so, this says it.
        self.check(client, "No subject alternative DNS name matching", None)

    def test_openssl_x509_strict(self):
        openssl = shutil.which("openssl")
        if openssl is None:
            self.skipTest("openssl is not installed")
        for name, host, accepted in (("leaf", HOST, True), ("leaf", OTHER, False),
                                     ("outside", OUTSIDE, False)):
            with self.subTest(f"{name} for {host}"):
                done = subprocess.run(
                    [openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath",
                     "-CAfile", self.ca, "-verify_hostname", host, self.dir / f"{name}.pem"],
                    capture_output=True, text=True, timeout=LIMIT)
                self.assertEqual(done.returncode == 0, accepted, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
