"""Puts the current azure-cli into a virtual environment of its own, once, and reuses it.

The package is large (some 730 MB installed, about a minute), so it is kept, one for each Python
version. Remove the folder to get a newer azure-cli.
"""

import platform

import client_cache

PACKAGE = "azure-cli"


def ensure_az():
    """The path of an `az` that runs. Raises client_cache.Unavailable where there is none."""
    return client_cache.ensure(f"az-{platform.python_version()}", _install) / "bin" / "az"


def _install(folder):
    pip = client_cache.make_venv(folder)
    client_cache.must([*pip, "install", PACKAGE], f"pip install {PACKAGE}")
    client_cache.must([folder / "bin" / "az", "version"], "az version")


if __name__ == "__main__":
    print(ensure_az())
