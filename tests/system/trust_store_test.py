"""`armgate ca trust` and `ca untrust` with this system's real trust store.

Changes the machine's store and puts it back in any case; needs root and a Debian. Each test ends by
comparing the store with what it was: files, links, modes and bytes, and the entries of Java's store.
"""

import hashlib
import os
import pathlib
import pty
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import unittest

ARMGATE = os.environ["ARMGATE_BINARY"]
ANCHORS = pathlib.Path("/usr/local/share/ca-certificates")
STORE = pathlib.Path("/etc/ssl/certs")
JAVA = STORE / "java" / "cacerts"
HOST = "management.azure.com"
NOBODY = 65534


def state_of(path):
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(info.st_mode):
        return oct(info.st_mode), hashlib.sha256(path.read_bytes()).hexdigest()
    return oct(info.st_mode)


def java_entries():
    """Java writes its store anew with other dates: its entries are compared, not its bytes."""
    if not JAVA.exists() or not shutil.which("keytool"):
        return None
    for _ in range(20):  # dpkg's trigger may just be writing it
        listed = subprocess.run(
            ["keytool", "-list", "-keystore", JAVA, "-storepass", "changeit"],
            capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            break
        time.sleep(0.5)
    else:
        raise AssertionError(listed.stdout + listed.stderr)
    return sorted(line.split(",")[0] for line in listed.stdout.splitlines() if "trustedCertEntry" in line)


def snapshot():
    found = {}
    for folder in (ANCHORS, STORE, pathlib.Path("/etc/ca-certificates")):
        for path in sorted(folder.rglob("*")):
            if path != JAVA:
                found[str(path)] = state_of(path)
    conf = pathlib.Path("/etc/ca-certificates.conf")
    found[str(conf)] = state_of(conf)
    found["java"] = java_entries()
    return found


def why_not():
    if os.geteuid() != 0:
        return "only root may change the system's trust store"
    if not ANCHORS.is_dir() or not pathlib.Path("/etc/debian_version").exists():
        return "not a Debian with ca-certificates"
    return None


@unittest.skipIf(why_not(), why_not())
class TrustStore(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="armgate-trust-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.ca = os.path.join(self.folder, "ca")
        self.before = snapshot()
        self.addCleanup(self.put_back)
        self.armgate("rotate", expect=0)

    def put_back(self):
        """Whatever a test did or failed to do: the store is as it was."""
        left = [path for path in ANCHORS.glob("armgate-*.crt") if str(path) not in self.before]
        for path in left:
            path.unlink()
        if left or snapshot() != self.before:
            subprocess.run(["update-ca-certificates", "--fresh"], capture_output=True, check=False)
        for alias in set(java_entries() or []) - set(self.before["java"] or []):
            subprocess.run(["keytool", "-delete", "-alias", alias, "-keystore", JAVA, "-storepass", "changeit"],
                           capture_output=True, check=False)

    def armgate(self, action, *options, expect, **more):
        result = subprocess.run(
            [ARMGATE, "ca", action, "--ca-dir", self.ca, *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False, **more)
        self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        return result

    def assert_as_before(self):
        now = snapshot()
        for key in now.keys() | self.before.keys():
            self.assertEqual(now.get(key), self.before.get(key), key)

    def handshake(self):
        """A client that trusts what the system trusts, through a proxy with this CA."""
        proxy = subprocess.Popen(
            [ARMGATE, "proxy", "--listen", "127.0.0.1:0", "--ca-dir", self.ca],
            stderr=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"], "HOME": self.folder})
        try:
            port = int(proxy.stderr.readline().rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
                raw.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
                self.assertIn(b" 200 ", raw.recv(4096))
                with ssl.create_default_context().wrap_socket(raw, server_hostname=HOST) as tls:
                    return tls.version()
        finally:
            proxy.terminate()
            proxy.wait(timeout=20)
            proxy.stderr.close()

    def on_a_terminal(self, action, answer):
        master, slave = pty.openpty()
        process = subprocess.Popen([ARMGATE, "ca", action, "--ca-dir", self.ca],
                                   stdin=slave, stdout=slave, stderr=slave, close_fds=True)
        os.close(slave)
        said = b""
        answered = False
        while True:
            try:
                some = os.read(master, 4096)
            except OSError:
                break
            if not some:
                break
            said += some
            if b"[y/N]" in said and not answered:
                os.write(master, answer)
                answered = True
        os.close(master)
        self.assertTrue(answered, said)
        return process.wait(timeout=240), said.decode()

    def test_the_system_trusts_it_and_then_nothing_is_left(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.handshake()
        done = self.armgate("trust", "--yes", expect=0)
        self.assertIn(HOST, done.stderr)
        self.assertIn("update-ca-certificates", done.stderr)
        self.assertIn("TLS", self.handshake())
        checked = subprocess.run(["openssl", "verify", os.path.join(self.ca, "ca.pem")],
                                 capture_output=True, text=True, check=False)
        self.assertIn("OK", checked.stdout, checked.stderr)
        self.assertIn("trusts it: " + str(ANCHORS), self.armgate("show", expect=0).stdout)
        if java_entries() is not None:
            self.assertIn("debian:armgate-", " ".join(java_entries()))
        self.assertIn("already", self.armgate("trust", "--yes", expect=0).stderr)

        gone = self.armgate("untrust", "--yes", expect=0)
        self.assertIn("is gone", gone.stderr)
        self.assert_as_before()
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.handshake()
        self.assertIn("nothing to do", self.armgate("untrust", "--yes", expect=0).stderr)

    def test_without_a_yes_nothing_is_changed(self):
        refused = self.armgate("trust", expect=2)
        self.assertIn("put the CA's certificate into " + str(ANCHORS), refused.stderr)
        self.assertIn("needs --yes", refused.stderr)
        printed = self.armgate("trust", "--print", expect=0).stdout
        self.assertIn("install -m 0644", printed)
        self.assertIn("\nupdate-ca-certificates\n", printed)
        self.assertIn("security add-trusted-cert",
                      self.armgate("trust", "--print", "--store", "macos", expect=0).stdout)
        self.armgate("trust", "--store", "macos", expect=2)
        self.armgate("trust", "--print", "--store", "nonesuch", expect=2)
        self.assert_as_before()

    def test_the_printed_commands_do_the_same(self):
        printed = self.armgate("trust", "--print", expect=0).stdout
        subprocess.run(["sh", "-ec", printed], check=True, capture_output=True)
        self.assertIn("TLS", self.handshake())
        printed = self.armgate("untrust", "--print", expect=0).stdout
        subprocess.run(["sh", "-ec", printed], check=True, capture_output=True)
        self.assert_as_before()

    def test_a_question_on_a_terminal_is_asked(self):
        for answer in (b"n\n", b"\n", b"yea\n"):
            status, said = self.on_a_terminal("trust", answer)
            self.assertEqual(status, 1, said)
            self.assertIn("nothing was changed", said)
        self.assert_as_before()
        status, said = self.on_a_terminal("trust", b"y\n")
        self.assertEqual(status, 0, said)
        status, said = self.on_a_terminal("untrust", b"y\n")
        self.assertEqual(status, 0, said)
        self.assert_as_before()

    def test_whatever_became_of_the_ca_it_is_taken_out(self):
        self.armgate("trust", "--yes", expect=0)
        os.unlink(os.path.join(self.ca, "ca.key"))
        self.armgate("untrust", "--yes", expect=0)
        self.assert_as_before()

    def test_a_rotated_ca_is_named_and_taken_out_with_all(self):
        self.armgate("trust", "--yes", expect=0)
        self.assertIn("untrust --all", self.armgate("rotate", expect=0).stderr)
        stays = self.armgate("untrust", "--yes", expect=0).stderr
        self.assertIn("nothing to do", stays)
        self.assertIn("left where it is", stays)
        shutil.rmtree(self.ca)
        self.armgate("untrust", "--yes", expect=1)
        self.armgate("untrust", "--yes", "--all", expect=0)
        self.assert_as_before()

    def test_a_file_that_armgate_did_not_write_is_left(self):
        shown = self.armgate("trust", "--print", expect=0).stdout
        anchor = pathlib.Path(shown.splitlines()[0].split()[-1])
        anchor.write_text(pathlib.Path(self.ca, "ca.pem").read_text() + "# and more\n")
        self.addCleanup(anchor.unlink)
        refused = self.armgate("untrust", "--yes", expect=2).stderr
        self.assertIn("does not hold what armgate put there", refused)
        self.assertIn("not as armgate wrote it",
                      self.armgate("untrust", "--yes", "--all", expect=0).stderr)
        self.assertTrue(anchor.exists())

    def test_another_user_is_told_what_to_type_as_root(self):
        own = os.path.join(self.folder, "own")
        os.mkdir(own)
        binary = os.path.join(own, "armgate")
        shutil.copy(ARMGATE, binary)
        os.chmod(self.folder, 0o755)
        for path in (own, self.ca, *pathlib.Path(self.ca).iterdir()):
            os.chown(path, NOBODY, NOBODY)
        result = subprocess.run(
            [binary, "ca", "trust", "--yes", "--ca-dir", self.ca], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, user=NOBODY, group=NOBODY, extra_groups=[], timeout=60,
            env={"PATH": "/usr/bin", "HOME": own}, check=False)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(f"sudo {binary} ca trust --ca-dir {self.ca} --yes", result.stderr)
        self.assert_as_before()


def stop(number, _):
    """An end from outside is an exception, so that the store is put back."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    program = unittest.main(exit=False, verbosity=2)
    outcome = program.result
    if not outcome.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if outcome.skipped and len(outcome.skipped) == outcome.testsRun else 0)
