"""Runs a real client through `armgate run` against the fakes, and tells what came of it.

A Stage is one fake Entra ID, one fake ARM, one fake blob service and a folder for everything that
is written. Each run of a client gets a trace file of its own and an environment made from nothing:
no variable of the machine leaks in, and the user's CA bundle is the system's roots and the fakes'
CA, as on a machine behind a private CA. armgate must keep that bundle and add its own CA, or
sign-in fails, because sign-in goes through a tunnel.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import fake_arm
import fake_blob
import fake_entra
from fake_pki import FakePki

COMMAND_LIMIT_S = 120
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclasses.dataclass
class Outcome:
    """What one command did: its own result, armgate's trace, and what reached ARM."""

    status: int
    stdout: str
    stderr: str
    trace_text: str
    arm: list

    @property
    def trace(self):
        return [json.loads(line) for line in self.trace_text.splitlines()]

    def requests(self, method=None):
        """The trace's request records, of one method or all."""
        return [record for record in self.trace if record["record"] == "request"
                and method in (None, record["request"]["method"])]

    def writes_at_arm(self):
        """What reached ARM and was not a read, whole or in part."""
        return [entry for entry in self.arm if entry["method"] not in ("GET", "HEAD", "OPTIONS")]

    def __str__(self):
        return (f"exit status {self.status}\nstdout: {self.stdout[-2000:]}\n"
                f"stderr: {self.stderr[-4000:]}\ntrace: {self.trace_text[-6000:]}")


class Stage:
    """Owns the fakes and the folder; close() ends and removes them."""

    def __init__(self):
        self.armgate = _armgate()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="armgate-clients-"))
        self._runs = 0
        self.pki = FakePki(self.folder / "pki")
        self.bundle = self.pki.bundle()
        self.arm = fake_arm.FakeArm(self.pki, self.folder / "arm.jsonl")
        self.entra = fake_entra.FakeEntra(self.pki, self.folder / "entra.jsonl")
        self.blob = fake_blob.FakeBlob(self.pki, self.folder / "blob.jsonl")

    def close(self):
        self.arm.close()
        self.entra.close()
        self.blob.close()
        if not os.environ.get("ARMGATE_KEEP_FILES"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, home, **more):
        """What the client's user has set, before armgate adds its own."""
        pathlib.Path(home).mkdir(parents=True, exist_ok=True)
        return {
            "PATH": os.environ.get("PATH", DEFAULT_PATH), "HOME": str(home), "LANG": "C.UTF-8",
            "TMPDIR": str(self.folder), "XDG_STATE_HOME": str(pathlib.Path(home) / "state"),
            "XDG_CONFIG_HOME": str(pathlib.Path(home) / "config"),
            "REQUESTS_CA_BUNDLE": str(self.bundle), "SSL_CERT_FILE": str(self.bundle),
            "CURL_CA_BUNDLE": str(self.bundle), **_sanitizer_settings(), **more}

    def run(self, command, home, mode="observe", options=(), stdin=b"", **variables):
        """Runs `armgate run [options] -- command` and waits for it, COMMAND_LIMIT_S at most."""
        self._runs += 1
        trace = self.folder / f"trace-{self._runs}.jsonl"
        self.arm.forget()
        argv = [self.armgate, "run", "--mode", mode, *self._routes(), "--upstream-ca",
                self.pki.ca, "--trace", trace, *options, "--", *command]
        status, stdout, stderr = _call(argv, self.environment(home, **variables), stdin)
        text = trace.read_text(encoding="ascii") if trace.exists() else ""
        return Outcome(status, stdout, stderr, text, self.arm.requests())

    def _routes(self):
        """No name is ever resolved: each host a client may call is a port on loopback."""
        ports = {host: self.arm.port for host in fake_arm.HOSTS}
        ports.update({fake_entra.HOST: self.entra.port, fake_entra.NEWS_HOST: self.entra.port,
                      fake_blob.HOST: self.blob.port})
        for host, port in ports.items():
            yield from ("--connect-to", f"{host}:443:127.0.0.1:{port}")


def missing(reason):
    """A test's way to say that a client cannot be had. In CI that is a failure."""
    if os.environ.get("ARMGATE_REQUIRE_CLIENTS") == "1":
        raise AssertionError("required, and missing: " + reason)
    raise unittest.SkipTest(reason)


def _armgate():
    binary = os.environ.get("ARMGATE_BINARY", "")
    if not os.access(binary, os.X_OK):
        missing(f"ARMGATE_BINARY names no program: '{binary}'")
    return os.path.abspath(binary)


def _sanitizer_settings():
    """A binary under a sanitizer keeps the options that its build was given."""
    return {name: value for name, value in os.environ.items()
            if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")}


def _call(argv, environment, stdin):
    """Runs argv in a process group of its own, so that a time limit ends its children too."""
    process = subprocess.Popen([str(part) for part in argv], env=environment,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True)
    try:
        stdout, stderr = process.communicate(stdin, timeout=COMMAND_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=10)
        stderr += f"\nended after {COMMAND_LIMIT_S} s by the test\n".encode()
    return process.returncode, stdout.decode(errors="replace"), stderr.decode(errors="replace")
