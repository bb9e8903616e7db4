"""Puts the current azure-cli into a virtual environment of its own, once, and reuses it.

The package is large (some 730 MB installed, about a minute), so it is kept in the user's cache
folder, one for each Python version. A marker file is written last: an installation that was cut
short is thrown away and made again. Remove the folder to get a newer azure-cli.
"""

import contextlib
import fcntl
import os
import pathlib
import platform
import shutil
import subprocess
import sys

PACKAGE = "azure-cli"
INSTALL_LIMIT_S = 1200
MARKER = "armgate-complete"


class Unavailable(Exception):
    """The client cannot be had here; the text says why."""


def ensure_az():
    """The path of an `az` that runs. Raises Unavailable, with the reason, where there is none."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "armgate-tests" / f"az-{platform.python_version()}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock(folder.with_suffix(folder.suffix + ".lock")):
        if not (folder / MARKER).is_file():
            _install(folder)
    return folder / "bin" / "az"


def _install(folder):
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    if _call([sys.executable, "-m", "venv", folder]).returncode == 0:
        pip = [python, "-m", "pip"]
    else:
        # Debian without python3-venv has no ensurepip; a pip outside can fill the environment.
        shutil.rmtree(folder, ignore_errors=True)
        _must([sys.executable, "-m", "venv", "--without-pip", folder], "python -m venv")
        pip = [sys.executable, "-m", "pip", "--python", python]
    _must([*pip, "install", "--disable-pip-version-check", "--no-input", "--quiet", PACKAGE],
          f"pip install {PACKAGE}")
    _must([folder / "bin" / "az", "version"], "az version")
    (folder / MARKER).write_text("complete\n")


def _must(command, name):
    done = _call(command)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Unavailable(f"{name} failed: {last}")


def _call(command):
    try:
        return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              timeout=INSTALL_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]}: {error}") from error


@contextlib.contextmanager
def _lock(path):
    """Two test runs at once install once. The lock falls with the process that holds it."""
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(ensure_az())
