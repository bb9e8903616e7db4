"""The Azure SDK for JavaScript (@azure/identity, @azure/arm-resources) on Node 24 through armgate.

Node adds NODE_EXTRA_CA_CERTS to its own roots. Its user has the fakes' CA there, as behind a
private CA, and armgate has to keep that beside its own: sign-in goes through a tunnel.
"""

import unittest

import client_cache
import node_install
from client_case import ClientCase
from harness import missing
from sdk_case import SdkMatrix

NODE = PROGRAMS = None


def setUpModule():
    global NODE, PROGRAMS
    ClientCase.open_stage()
    try:
        NODE, PROGRAMS = node_install.ensure_node()
    except client_cache.Unavailable as reason:
        missing(str(reason))


class JavaScriptSdk(SdkMatrix, ClientCase):
    TOOL = "azure-sdk-js"
    VERSION = client_cache.pinned_version(node_install.FOLDER / "package.json",
                                          "@azure/arm-resources")
    CHALLENGED = ("AuthenticationRequiredError", r"^interaction_required: AADSTS50076: ")

    def command(self):
        return [NODE, PROGRAMS / "sdk.mjs"]

    def variables(self):
        return {"NODE_EXTRA_CA_CERTS": str(self.stage.pki.ca)}


if __name__ == "__main__":
    unittest.main()
