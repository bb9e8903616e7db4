"""The Azure SDK for Go (azidentity, armresources) through armgate.

Go reads HTTPS_PROXY itself and takes its roots from SSL_CERT_FILE. azcore's bearer token policy
answers a claims challenge with one new token request and one more attempt.
"""

import unittest

import client_cache
from client_case import ClientCase
from harness import missing
from sdk_case import SdkMatrix

FOLDER = client_cache.HERE / "go_sdk"
PINNED = tuple(FOLDER / name for name in ("go.mod", "go.sum", "main.go"))
PROGRAM = None


def setUpModule():
    global PROGRAM
    ClientCase.open_stage()
    try:
        PROGRAM = client_cache.ensure("go-sdk", build, *PINNED) / "go_sdk"
    except client_cache.Unavailable as reason:
        missing(str(reason))


def build(folder):
    folder.mkdir()
    client_cache.must([client_cache.program("go"), "build", "-buildvcs=false", "-trimpath",
                       "-mod=readonly", "-o", folder / "go_sdk", "."], "go build", cwd=FOLDER)


class GoSdk(SdkMatrix, ClientCase):
    TOOL = "azure-sdk-go"
    VERSION = client_cache.pinned_version(
        FOLDER / "go.mod", "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/"
        "armresources")
    CHALLENGED = ("*azidentity.AuthenticationFailedError",
                  r"^UsernamePasswordCredential authentication failed\.(.|\n)*AADSTS50076: ")

    def command(self):
        return [PROGRAM]


if __name__ == "__main__":
    unittest.main()
