"""The Azure SDK for Python (azure-identity, azure-mgmt-resource) through armgate.

Its HTTP layer is requests, as az's, but its sign-in and its retry after a claims challenge are its
own: azure-mgmt-core asks the credential again with the claims and sends the write once more.
"""

import unittest

import client_cache
from client_case import ClientCase
from harness import missing
from sdk_case import SdkMatrix

FOLDER = client_cache.HERE / "python_sdk"
REQUIREMENTS = FOLDER / "requirements.txt"
PYTHON = None


def setUpModule():
    global PYTHON
    ClientCase.open_stage()
    try:
        PYTHON = client_cache.ensure("python-sdk", install, client_cache.python_version(),
                                     REQUIREMENTS) / "bin" / "python"
    except client_cache.Unavailable as reason:
        missing(str(reason))


def install(folder):
    pip = client_cache.make_venv(folder)
    client_cache.must([*pip, "install", "--no-deps", "-r", REQUIREMENTS], "pip install")
    client_cache.must([folder / "bin" / "python", "-c", "import azure.mgmt.resource.resources"],
                      "import azure.mgmt.resource")


class PythonSdk(SdkMatrix, ClientCase):
    TOOL = "azure-sdk-python"
    VERSION = client_cache.pinned_version(REQUIREMENTS, "azure-mgmt-resource")
    CHALLENGED = ("ClientAuthenticationError", r"^Authentication failed: AADSTS50076: ")

    def command(self):
        return [PYTHON, "-W", "ignore::DeprecationWarning", FOLDER / "client.py"]


if __name__ == "__main__":
    unittest.main()
