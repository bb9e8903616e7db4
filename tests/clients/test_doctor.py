"""`armgate doctor` with the real clients of this machine, and with clients that are broken on purpose.

A broken client is a small script first in PATH that calls the real one wrongly. Nothing leaves
loopback: what goes past the proxy on purpose is sent to a closed port.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import az_install
import client_cache
import node_install
from harness import DEFAULT_PATH, missing

ARMGATE = os.path.abspath(os.environ.get("ARMGATE_BINARY", ""))
ROOTS = "/etc/ssl/certs/ca-certificates.crt"
LIMIT_S = 120
CURL = shutil.which("curl") or "/usr/bin/curl"
GATE = 3


def setUpModule():
    if not os.access(ARMGATE, os.X_OK):
        missing(f"ARMGATE_BINARY names no program: '{ARMGATE}'")


class DoctorCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="armgate-doctor-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in ("bin", "home", "tmp"):
            (self.folder / name).mkdir()
        # The Python of the tests, not a version manager's stand-in, which wants a HOME of its own.
        python = pathlib.Path(sys.executable).parent
        self.environment = {
            "PATH": f"{self.folder}/bin:{python}:{os.environ.get('PATH', DEFAULT_PATH)}",
            "HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "tmp"),
            "XDG_CONFIG_HOME": str(self.folder / "config"), "LANG": "C.UTF-8",
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}

    def doctor(self, *arguments, **variables):
        """Exit status, the findings by id, and stderr."""
        done = subprocess.run([ARMGATE, "doctor", "--json", *arguments], capture_output=True,
                              text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                              env={**self.environment, **variables})
        said = json.loads(done.stdout) if done.stdout else {"clients": []}
        self.assertEqual([], list((self.folder / "tmp").iterdir()), "a folder was left behind")
        return done.returncode, {each["id"]: each for each in said["clients"]}, done.stderr

    def fake(self, name, script, version="9.9.9"):
        """A client `name`, first in PATH; `script` gets the probe's arguments."""
        path = self.folder / "bin" / name
        path.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{name} {version}"; exit 0;'
                        f" fi\n{script}\n")
        path.chmod(0o755)

    def broken(self, script, *arguments, name="curl"):
        """What is said of one broken client; it must not be proven, and the gate must fire."""
        self.fake(name, script)
        status, found, stderr = self.doctor(name, *arguments)
        self.assertEqual(GATE, status, stderr)
        self.assertEqual("failed", found[name]["state"], found)
        self.assertEqual("9.9.9", found[name]["version"])
        return found[name]


class RealClients(DoctorCase):
    # The program of each, and by which variable it must be said to trust the CA.
    TRUSTED_BY = {"python": "SSL_CERT_FILE", "node": "NODE_EXTRA_CA_CERTS",
                  "java": "JAVA_TOOL_OPTIONS", "terraform": "SSL_CERT_FILE",
                  "curl": "CURL_CA_BUNDLE", "wget": "WGETRC", "git": "GIT_SSL_CAINFO"}

    def test_all_that_are_installed_are_proven(self):
        status, found, stderr = self.doctor()
        self.assertEqual(0, status, f"{found}\n{stderr}")
        for name, variable in self.TRUSTED_BY.items():
            with self.subTest(client=name):
                if shutil.which(name, path=self.environment["PATH"]) is None:
                    missing(f"{name} is not installed")
                self.assertEqual("ok", found[name]["state"], found[name])
                self.assertEqual(variable, found[name]["variable"])
                self.assertRegex(found[name]["version"], r"^\d+\.\d+")
        self.assertEqual("", stderr)

    def test_az_and_its_python(self):
        try:
            az = az_install.ensure_az()
        except client_cache.Unavailable as reason:
            missing(str(reason))
        path = f"{az.parent}:{self.environment['PATH']}"
        status, found, stderr = self.doctor("az", "python-requests", PATH=path)
        self.assertEqual(0, status, f"{found}\n{stderr}")
        self.assertEqual(["ok", "ok"], [each["state"] for each in found.values()], found)
        self.assertEqual("REQUESTS_CA_BUNDLE", found["az"]["variable"])
        self.assertFalse((self.folder / "home" / ".azure").exists(), "az wrote into HOME")

    def test_a_node_that_is_new_enough_is_proven_by_its_own_fetch(self):
        try:
            node, _ = node_install.ensure_node()
        except client_cache.Unavailable as reason:
            missing(str(reason))
        status, found, stderr = self.doctor(
            "node-fetch", PATH=f"{node.parent}:{self.environment['PATH']}")
        self.assertEqual((0, "ok"), (status, found["node-fetch"]["state"]), f"{found}\n{stderr}")

    def test_without_credentials_they_are_proven_too(self):
        status, found, stderr = self.doctor("--no-proxy-auth", "curl", "wget")
        self.assertEqual(0, status, f"{found}\n{stderr}")

    def test_an_old_nodes_fetch_is_not_probed_and_a_client_without_a_call_neither(self):
        self.fake("node", "exit 1", version="22.20.0")
        self.fake("azd", "exit 1")
        azd = self.folder / "bin" / "azd"
        azd.write_text("#!/bin/sh\necho azd version 1.20.0\n")
        status, found, _ = self.doctor("node-fetch", "azd")
        self.assertEqual(0, status)
        self.assertEqual(["not-probed", "not-probed"], [each["state"] for each in found.values()])
        self.assertIn("past every proxy", found["node-fetch"]["detail"])
        self.assertEqual("1.20.0", found["azd"]["version"])

    def test_text_has_one_line_a_client(self):
        done = subprocess.run([ARMGATE, "doctor", "curl", "wget", "pwsh"], capture_output=True,
                              text=True, timeout=LIMIT_S, env=self.environment)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^curl [0-9.]+  +ok: through the proxy, CA trusted by CURL_")
        self.assertRegex(lines[1], r"^wget [0-9.]+  +ok: through the proxy, CA trusted by WGETRC$")
        if shutil.which("pwsh") is None:
            self.assertEqual(GATE, done.returncode, "named, and not there")
            self.assertEqual(["not installed: pwsh", "2 ok, 0 to mend, 0 not probed"], lines[2:])


class BrokenClients(DoctorCase):
    def test_one_that_goes_past_the_proxy(self):
        said = self.broken(f"exec {CURL} --noproxy '*' --connect-to ::127.0.0.1:1 \"$@\"")
        self.assertEqual("past-the-proxy", said["cause"])
        self.assertIn("nothing of it reached the proxy, though https_proxy names it (status 7: curl",
                      said["detail"])

    def test_one_that_does_not_look_at_its_variable(self):
        said = self.broken(f'exec {CURL} --cacert {ROOTS} "$@"')
        self.assertEqual("untrusting", said["cause"])
        self.assertIn("though CURL_CA_BUNDLE names it. --cacert and a .curlrc", said["detail"])

    def test_one_that_leaves_in_silence(self):
        wget = shutil.which("wget")
        if wget is None:
            missing("wget is not installed")
        said = self.broken(f'exec {wget} --ca-certificate={ROOTS} "$@"', name="wget")
        self.assertEqual("untrusting", said["cause"])

    def test_one_that_sends_no_credentials(self):
        said = self.broken(f'exec {CURL} --proxy "http://${{HTTPS_PROXY##*@}}" "$@"')
        self.assertEqual("no-credentials", said["cause"])
        self.assertIn("--no-proxy-auth", said["detail"])

    def test_one_that_connects_and_asks_for_nothing(self):
        said = self.broken(f'exec {CURL} --silent --request OPTIONS "$HTTPS_PROXY"')
        self.assertEqual("no-request", said["cause"])

    def test_what_it_asks_of_another_host_does_not_get_out(self):
        note = self.folder / "answer"
        said = self.broken(f"{CURL} --silent --write-out '%{{http_connect}}' "
                           f"https://login.microsoftonline.com/ > {note}; exit 3")
        self.assertEqual("no-request", said["cause"])
        self.assertEqual("502", note.read_text())

    def test_one_that_crashes(self):
        said = self.broken("kill -SEGV $$")
        self.assertIn("signal 11", said["detail"])

    def test_one_that_cannot_be_started(self):
        path = self.folder / "bin" / "curl"
        path.write_bytes(b"\x7fELF, but no program")
        path.chmod(0o755)
        status, found, _ = self.doctor("curl")
        self.assertEqual(GATE, status)
        self.assertEqual("no-start", found["curl"]["cause"])

    def test_one_that_prints_the_proxys_credentials(self):
        said = self.broken('echo "cannot use $HTTPS_PROXY"; exit 1')
        self.assertIn("http://USER:PASS@127.0.0.1:", said["detail"])

    def test_one_that_hangs_is_ended_with_all_that_it_started(self):
        note = self.folder / "pids"
        before = time.monotonic()
        said = self.broken(f"trap '' TERM\nsleep 300 & echo $! $$ > {note}\nwait", "--timeout", "1")
        self.assertLess(time.monotonic() - before, 10)
        self.assertEqual("too-slow", said["cause"])
        for pid in note.read_text().split():
            self.assert_gone(pid)

    def test_one_that_leaves_a_process_behind(self):
        note = self.folder / "pids"
        self.broken(f"sleep 300 & echo $! > {note}\nexit 5", "--timeout", "20")
        self.assert_gone(note.read_text().strip())

    def test_a_signal_ends_the_client_and_removes_the_folder(self):
        note = self.folder / "pids"
        self.fake("curl", f"echo $$ > {note}.new; mv {note}.new {note}; exec sleep 300")
        doctor = subprocess.Popen([ARMGATE, "doctor", "curl"], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(200):
            if note.exists():
                break
            time.sleep(0.05)
        doctor.terminate()
        _, stderr = doctor.communicate(timeout=10)
        self.assertEqual(1, doctor.returncode)
        self.assertIn("stopped by a signal", stderr)
        self.assert_gone(note.read_text().strip())
        self.assertEqual([], list((self.folder / "tmp").iterdir()))

    def assert_gone(self, pid):
        for _ in range(100):
            stat = pathlib.Path(f"/proc/{pid}/stat")
            if not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
            time.sleep(0.05)
        self.fail(f"process {pid} is still there")

    def test_a_client_that_there_is_not_is_wrong_usage(self):
        status, _, stderr = self.doctor("crul")
        self.assertEqual(2, status)
        self.assertIn("'crul' is none of the clients: az, terraform", stderr)


class Current(DoctorCase):
    """A running `armgate proxy` and a shell that is wired for it, whole and with something amiss."""

    CLIENTS = ("curl", "wget", "git", "python", "node", "java")

    def setUp(self):
        super().setUp()
        self.clients = [name for name in self.CLIENTS if shutil.which(name)]
        self.trace = self.folder / "trace.jsonl"
        self.proxy = subprocess.Popen(
            [ARMGATE, "proxy", "--listen", "127.0.0.1:0", "--trace", self.trace, "--proxy-auth",
             "olaf:secret"], env=self.environment, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.address = self.proxy.stderr.readline().rsplit(" ", 1)[1].strip()
        self.options = ["--listen", self.address, "--proxy-auth", "olaf:secret"]
        done = subprocess.run([ARMGATE, "env", "--shell", "json", *self.options],
                              env=self.environment, capture_output=True, text=True, timeout=30)
        self.wiring = json.loads(done.stdout)

    def stop(self):
        if self.proxy.poll() is None:
            self.proxy.terminate()
        self.proxy.wait(timeout=10)
        self.proxy.stderr.close()

    def current(self, clients, changes):
        variables = {**self.wiring, **changes}
        self.environment.update({name: value for name, value in variables.items() if value})
        for name, value in changes.items():
            if value is None:
                self.environment.pop(name, None)
        return self.doctor("--current", *self.options, *clients)

    def test_a_shell_that_is_wired_is_well_and_the_running_proxy_sees_nothing(self):
        status, found, stderr = self.current(self.clients, {})
        self.assertEqual(0, status, f"{found}\n{stderr}")
        self.assertEqual({"ok"}, {each["state"] for each in found.values()}, found)
        self.assertNotIn("armgate-doctor", self.trace.read_text())

    def test_the_one_variable_that_is_missing_or_wrong_is_named(self):
        wrong = "http://127.0.0.1:1"
        for client, changes, variable, cause in (
                ("curl", {"CURL_CA_BUNDLE": None, "SSL_CERT_FILE": None}, "CURL_CA_BUNDLE",
                 "untrusting"),
                ("curl", {"CURL_CA_BUNDLE": ROOTS}, "CURL_CA_BUNDLE", "untrusting"),
                ("curl", {"https_proxy": f"http://{self.address}",
                          "HTTPS_PROXY": f"http://{self.address}"}, "https_proxy",
                 "no-credentials"),
                ("curl", {"https_proxy": wrong}, "https_proxy", "past-the-proxy"),
                ("wget", {"WGETRC": None}, "WGETRC", "untrusting"),
                ("git", {"GIT_SSL_CAINFO": ROOTS}, "GIT_SSL_CAINFO", "untrusting"),
                ("python", {"SSL_CERT_FILE": ROOTS}, "SSL_CERT_FILE", "untrusting"),
                ("node", {"NODE_EXTRA_CA_CERTS": None}, "NODE_EXTRA_CA_CERTS", "untrusting"),
                ("java", {"JAVA_TOOL_OPTIONS": self.wiring["JAVA_TOOL_OPTIONS"].replace(
                    "-Djavax.net.ssl.trustStore=", "-Dother=")}, "JAVA_TOOL_OPTIONS",
                 "untrusting")):
            if client not in self.clients:
                continue
            with self.subTest(client=client, changes=list(changes)):
                status, found, stderr = self.current([client], changes)
                self.assertEqual(GATE, status, f"{found}\n{stderr}")
                self.assertEqual(cause, found[client]["cause"], found)
                self.assertEqual(variable, found[client]["variable"], found)
                self.assertIn(variable, found[client]["detail"])
                self.assertNotIn("olaf:secret", found[client]["detail"])
                self.environment.update(self.wiring)

    def test_where_nothing_listens_there_is_nothing_to_prove(self):
        self.stop()
        status, found, stderr = self.current(["curl"], {})
        self.assertEqual((1, {}), (status, found))
        self.assertIn("nothing listens on", stderr)


if __name__ == "__main__":
    unittest.main()
