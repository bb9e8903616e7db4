"""The Azure CLI for the tests: how it is had, and how people sign in to it.

The current azure-cli goes into a virtual environment of its own, once, and is reused. The package
is large (some 730 MB installed, about a minute), so it is kept, one for each Python version. Remove
the folder to get a newer azure-cli.
"""

import platform

import client_cache
import people

PACKAGE = "azure-cli"
QUIET = {"AZURE_CORE_COLLECT_TELEMETRY": "0", "AZURE_CORE_NO_COLOR": "1",
         "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no"}


def ensure_az():
    """The path of an `az` that runs. Raises client_cache.Unavailable where there is none."""
    return client_cache.ensure(f"az-{platform.python_version()}", _install) / "bin" / "az"


def login(person):
    """The arguments with which az signs this person in."""
    if person is people.SERVICE_PRINCIPAL:
        who = ["--service-principal", "--tenant", people.TENANT, "--username", person.app_id]
    else:
        who = ["--username", person.name]
    return ["login", *who, "--password", person.secret]


def _install(folder):
    pip = client_cache.make_venv(folder)
    client_cache.must([*pip, "install", PACKAGE], f"pip install {PACKAGE}")
    client_cache.must([folder / "bin" / "az", "version"], "az version")


if __name__ == "__main__":
    print(ensure_az())
