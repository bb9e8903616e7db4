"""The Azure SDK for Go (azidentity, armresources) through armgate.

Go reads HTTPS_PROXY itself and takes its roots from SSL_CERT_FILE. azcore's bearer token policy
answers a claims challenge with one new token request and one more attempt.
"""

import unittest

import client_cache
import people
from client_case import GROUPS, ClientCase
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

    def deploy(self, person, mode, *steps):
        self.stage.arm.put(f"{GROUPS}/g", {"location": "westeurope"})
        return self.sdk(person, mode, *steps)

    def test_a_deployment_is_judged_by_its_contents(self):
        done, said = self.deploy(people.WITHOUT_MFA, "observe", "deploy:d")
        self.assert_succeeded(said, "d")
        (put,) = done.requests("PUT")
        self.assert_request(put, people.WITHOUT_MFA, outcome="fail", clause="contents",
                            action="forwarded", status=201)
        self.assertEqual(["Microsoft.Demo/things/write"],
                         [item["operation"] for item in put["contents"]], put)

    def test_enforce_refuses_deployment_validation_and_what_if(self):
        for step, method in (("deploy", "PUT"), ("validate", "POST"), ("whatif", "POST")):
            with self.subTest(step):
                self.setUp()
                done, said = self.deploy(people.WITHOUT_MFA, "enforce", f"{step}:d")
                self.assert_challenged(said[0])
                self.assertEqual([], done.writes_at_arm(), f"{done}")
                (record,) = done.requests(method)
                self.assert_request(record, people.WITHOUT_MFA, outcome="fail", clause="contents",
                                    action="refused", status=401)

    def test_service_principals_and_users_with_mfa_deploy_in_enforce(self):
        for person in (people.SERVICE_PRINCIPAL, people.WITH_MFA):
            with self.subTest(person.name):
                self.setUp()
                done, said = self.deploy(person, "enforce", "deploy:d")
                self.assert_succeeded(said, "d")
                self.assertEqual(["PUT"], [entry["method"] for entry in done.writes_at_arm()])


if __name__ == "__main__":
    unittest.main()
