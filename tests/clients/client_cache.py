"""Where the tests keep real clients between runs: fetched once, pinned, thrown away when half made.

Each client has a folder of its own under `${XDG_CACHE_HOME:-~/.cache}/armgate-tests/`. Its name
holds a digest of the files that pin the client, so that a changed pin makes a new folder. A marker
file is written last: a folder that was cut short is made again.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD_LIMIT_S = 1200
MARKER = "armgate-complete"
PIP_OPTIONS = ("--disable-pip-version-check", "--no-input", "--quiet")


class Unavailable(Exception):
    """The client cannot be had here; the text says why."""


def ensure(name, build, *pinned):
    """The folder `name`, filled by `build(folder)` unless that was done before.

    `pinned` are files, or texts, on which the content depends. Raises Unavailable.
    """
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "armgate-tests" / (name + _digest(pinned))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.with_name(folder.name + ".lock")):
        if not (folder / MARKER).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            (folder / MARKER).write_text("complete\n")
    return folder


def program(name):
    """The path of a program of this machine. Raises Unavailable where there is none."""
    path = shutil.which(name)
    if path is None:
        raise Unavailable(f"{name} is not installed")
    return path


def python_version():
    """For a pin: a virtual environment belongs to the Python that made it."""
    return platform.python_version()


def pinned_version(file, package):
    """The version of `package` in a requirements.txt, go.mod (without the v) or package.json."""
    return re.search(rf"""^(?:\s*|require )"?{re.escape(package)}(?:==| v|": ")([^\s"]+)""",
                     file.read_text(), re.M)[1]


def make_venv(folder):
    """An empty virtual environment in `folder`; returns the command that is its pip."""
    python = folder / "bin" / "python"
    if call([sys.executable, "-m", "venv", folder]).returncode == 0:
        return [python, "-m", "pip", *PIP_OPTIONS]
    # Debian without python3-venv has no ensurepip; a pip outside can fill the environment.
    shutil.rmtree(folder, ignore_errors=True)
    must([sys.executable, "-m", "venv", "--without-pip", folder], "python -m venv")
    return [sys.executable, "-m", "pip", "--python", python, *PIP_OPTIONS]


def must(command, name, **more):
    """Runs a command that has to succeed; returns what it printed."""
    done = call(command, **more)
    if done.returncode != 0:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise Unavailable(f"{name} failed: " + " / ".join(said[-3:] or ["no message"]))
    return done.stdout


def call(command, **more):
    """Runs a command, its output kept; `more` goes to subprocess.run."""
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              timeout=BUILD_LIMIT_S, **more)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]}: {error}") from error


def _digest(pinned):
    if not pinned:
        return ""
    digest = hashlib.sha256()
    for part in pinned:
        data = part.encode() if isinstance(part, str) else part.read_bytes()
        digest.update(len(data).to_bytes(8, "big") + data)
    return "-" + digest.hexdigest()[:12]


@contextlib.contextmanager
def _lock(path):
    """Two test runs at once install once. The lock falls with the process that holds it."""
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
