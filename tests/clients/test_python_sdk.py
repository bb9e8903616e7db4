"""The Azure SDK for Python (azure-identity, azure-mgmt-resource) through armgate.

Its HTTP layer is requests, as az's, but its sign-in and its retry after a claims challenge are its
own: azure-mgmt-core asks the credential again with the claims and sends the write once more.
"""

import unittest

import client_cache
import people
from client_case import ClientCase
from harness import missing
from sdk_case import SdkMatrix

FOLDER = client_cache.HERE / "python_sdk"
REQUIREMENTS = FOLDER / "requirements.txt"
REFUSED = "ClientAuthenticationError 401 RequestDisallowedByAzure\n"
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


class AsyncPythonSdk(ClientCase):
    """Its aiohttp goes by SSL_CERT_FILE, where requests goes by REQUESTS_CA_BUNDLE."""

    def create(self, mode, **variables):
        self.stage.arm.reset()
        return self.run_client([PYTHON, FOLDER / "client_async.py", "g"],
                               self.stage.folder / "home", mode, AZURE_TENANT_ID=people.TENANT,
                               AZURE_SUBSCRIPTION_ID=people.SUBSCRIPTION, **variables)

    def secrets(self):
        return super().secrets() | set(self.token.split(".")[1:])

    def setUp(self):
        self.token = people.access_token(people.WITHOUT_MFA)

    def test_a_service_principal_signs_in_and_writes_in_enforce(self):
        person = people.SERVICE_PRINCIPAL
        done = self.create("enforce", AZURE_CLIENT_ID=person.app_id,
                           AZURE_CLIENT_SECRET=person.secret)
        self.assertEqual((0, "g\n"), (done.status, done.stdout), f"{done}")
        (record,) = done.requests()
        self.assert_request(record, person, method="PUT", outcome="pass", action="forwarded",
                            clause="workload-identity", status=201)
        self.assertEqual(1, len(done.writes_at_arm()))

    def test_a_user_without_mfa_writes_in_observe_and_not_in_enforce(self):
        done = self.create("observe", ARM_TOKEN=self.token)
        self.assertEqual((0, "g\n"), (done.status, done.stdout), f"{done}")
        done = self.create("enforce", ARM_TOKEN=self.token)
        self.assertEqual((1, REFUSED), (done.status, done.stdout), f"{done}")
        self.assertEqual([], done.writes_at_arm())
        for record in done.requests():
            self.assert_request(record, people.WITHOUT_MFA, method="PUT", outcome="fail",
                                action="refused", clause="user-without-mfa", status=401)


if __name__ == "__main__":
    unittest.main()
