"""Terraform through armgate: the azurerm backend, which is in Terraform itself, and azapi.

Users can sign in to both only through az, so the real az stands behind them: Terraform starts it
for each token. Neither hands the claims of a challenge to az, so no sign-in of theirs steps up: a
user has to go by what they print.
"""

import json
import re
import shutil
import unittest

import az_install
import client_cache
import fake_arm
import fake_blob
import fake_entra
import people
import terraform_case
import terraform_install
from client_case import GROUP_WRITE, GROUPS, SEEN_AS, ClientCase
from harness import missing

AZ = TERRAFORM = SETTINGS = None
ACCOUNT = f"/subscriptions/{people.SUBSCRIPTION}/resourceGroups/state/providers/" \
    f"Microsoft.Storage/storageAccounts/{fake_blob.ACCOUNT}"
STATE = "/tfstate/demo.tfstate"
AZAPI_TOOL = "terraform-provider-azapi"
APPLY_REFUSED = (r"RESPONSE 401: 401 Unauthorized\nERROR CODE: RequestDisallowedByAzure"
                 r"(.|\n)*https://aka\.ms/MFAforAzure")
INIT_REFUSED = (r"unexpected status 401 \(401 Unauthorized\) with error:\s+"
                r"RequestDisallowedByAzure: Resource 'armgatestate' was disallowed by Azure")

REQUIRED = f"""
terraform {{
  required_providers {{
    azapi = {{
      source  = "Azure/azapi"
      version = "{terraform_install.AZAPI}"
    }}
  }}
}}
"""
GROUP = f"""
resource "azapi_resource" "group" {{
  type      = "Microsoft.Resources/resourceGroups@2022-09-01"
  name      = "g"
  parent_id = "/subscriptions/{people.SUBSCRIPTION}"
  location  = "westeurope"
}}
"""
BACKEND = f"""
terraform {{
  backend "azurerm" {{
    resource_group_name  = "state"
    storage_account_name = "{fake_blob.ACCOUNT}"
    container_name       = "tfstate"
    key                  = "demo.tfstate"
  }}
}}
"""


def setUpModule():
    global AZ, TERRAFORM, SETTINGS
    ClientCase.open_stage()
    try:
        TERRAFORM, SETTINGS = terraform_install.ensure_terraform()
        AZ = az_install.ensure_az()
    except client_cache.Unavailable as reason:
        missing(str(reason))
    case = TerraformCase()
    for person in people.EVERYONE:
        if person is not people.SERVICE_PRINCIPAL:
            signed_in = case.run_client([AZ, *az_install.login(person)], case.home(person),
                                        "observe", **az_install.QUIET)
            case.assertEqual(0, signed_in.status, f"{signed_in}")


class TerraformCase(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        self.stage.blob.reset()
        self.stage.arm.put(f"{GROUPS}/state", {"location": "westeurope"})
        blobs = f"https://{fake_blob.HOST}/"
        self.stage.arm.put(ACCOUNT, {"location": "westeurope", "properties": {
            "primaryEndpoints": {"blob": blobs}}})

    def home(self, person):
        return self.stage.folder / "homes" / person.object_id

    def project(self, *parts):
        """A new folder with this configuration."""
        folder = self.stage.folder / self.id().rpartition(".")[2]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "main.tf").write_text("\n".join(parts))
        return folder

    def terraform(self, folder, person, mode, command, *arguments, options=()):
        """Runs Terraform in `folder`; `person` decides between client secret and az."""
        return self.run_client(
            terraform_case.words(TERRAFORM, folder, command, *arguments), self.home(person), mode,
            options=options, **terraform_case.variables(person, SETTINGS, AZ))

    def succeeds(self, *arguments, **options):
        done = self.terraform(*arguments, **options)
        self.assertEqual(0, done.status, f"{done}")
        return done

    def apply(self, folder, person, mode):
        return self.terraform(folder, person, mode, "apply", "-auto-approve")

    def two(self, records):
        self.assertEqual(2, len(records))
        return records

    def tunnels(self, done):
        return {record["host"] for record in done.trace if record["record"] == "tunnel"}


class Azapi(TerraformCase):
    """The provider that writes ARM requests as they are written down."""

    def initialised(self):
        folder = self.project(REQUIRED, GROUP)
        init = self.succeeds(folder, people.SERVICE_PRINCIPAL, "enforce", "init")
        self.assertEqual([], init.requests(), "init of a local state has nothing to ask ARM")
        return folder

    def test_observe_applies_for_everyone_and_records_what_would_fail(self):
        folder = self.initialised()
        for person, (_, outcome, clause) in SEEN_AS.items():
            with self.subTest(person.name):
                self.setUp()
                (folder / "terraform.tfstate").unlink(missing_ok=True)
                done = self.apply(folder, person, "observe")
                self.assertEqual(0, done.status, f"{done}")
                self.assertIn("Apply complete! Resources: 1 added", done.stdout)
                (record,) = done.requests("PUT")
                self.assert_request(record, person, operation=GROUP_WRITE, outcome=outcome,
                                    clause=clause, action="forwarded", status=201)
                self.assertEqual((AZAPI_TOOL, terraform_install.AZAPI),
                                 (record["client"]["tool"], record["client"]["version"]))
                self.assertEqual(["PUT"], [w["method"] for w in done.writes_at_arm()])
                self.assertEqual({fake_entra.HOST} if person is people.SERVICE_PRINCIPAL
                                 else set(), self.tunnels(done), "az has its token already")

    def test_plan_passes_in_enforce_and_apply_is_refused_for_users_without_mfa(self):
        folder = self.initialised()
        for person in (people.WITHOUT_MFA, people.CAN_STEP_UP):
            with self.subTest(person.name):
                plan = self.succeeds(folder, person, "enforce", "plan")
                self.assertIn("Plan: 1 to add", plan.stdout)
                for record in plan.requests():
                    self.assert_request(record, person, outcome="pass", clause="read",
                                        action="forwarded")
                done = self.apply(folder, person, "enforce")
                self.assertEqual(1, done.status, f"{done}")
                self.assertEqual([], done.writes_at_arm(), f"{done}")
                # Two: after the challenge it asks az for another token, without the claims.
                for record in self.two(done.requests("PUT")):
                    self.assert_request(record, person, operation=GROUP_WRITE, outcome="fail",
                                        clause="user-without-mfa", action="refused", status=401)
                    self.assertEqual(AZAPI_TOOL, record["client"]["tool"])
                self.assert_gave_up(done, AZAPI_TOOL, 1, resent=1)
                self.assertRegex(done.stderr, APPLY_REFUSED, f"{done}")
                self.assertEqual([], json.loads(
                    (folder / "terraform.tfstate").read_text())["resources"])

    def test_apply_and_destroy_pass_in_enforce_for_others(self):
        folder = self.initialised()
        for person in (people.SERVICE_PRINCIPAL, people.WITH_MFA):
            with self.subTest(person.name):
                for command, text in (("apply", "Resources: 1 added"),
                                      ("destroy", "Resources: 1 destroyed")):
                    done = self.succeeds(folder, person, "enforce", command, "-auto-approve")
                    self.assertIn(text, done.stdout)
                    (write,) = done.writes_at_arm()
                    (record,) = done.requests(write["method"])
                    self.assert_request(record, person, outcome="pass", action="forwarded",
                                        clause=SEEN_AS[person][2])


    def test_signing_in_again_with_mfa_lets_the_next_apply_pass(self):
        folder = self.initialised()
        person = people.WITHOUT_MFA
        copy = self.stage.folder / "homes" / "signs-in-again"
        shutil.copytree(self.home(person), copy)
        self.home = lambda _: copy
        self.assertEqual(1, self.apply(folder, person, "enforce").status)
        self.stage.entra.device_user = person
        claims = re.search('claims="([^"]+)"', fake_arm.CHALLENGE)[1]
        for command in (["logout"], ["login", "--use-device-code", "--tenant", people.TENANT,
                                     "--scope", people.ARM_AUDIENCE + "/.default",
                                     "--claims-challenge", claims]):
            done = self.run_client([AZ, *command], copy, "enforce", **az_install.QUIET)
            self.assertEqual(0, done.status, f"{done}")
        done = self.apply(folder, person, "enforce")
        self.assertEqual(0, done.status, f"{done}")
        (record,) = done.requests("PUT")
        self.assert_request(record, person, outcome="pass", clause="user-with-mfa",
                            action="forwarded", status=201)
        (write,) = done.writes_at_arm()
        self.assertEqual(["pwd", "mfa"], write["caller"]["amr"])


class AzurermBackend(TerraformCase):
    """State in a storage account: its key is asked of ARM, the state itself goes past ARM."""

    BUILT_IN = 'resource "terraform_data" "built_in" {}'

    def test_init_and_plan_pass_in_enforce(self):
        for person, (_, outcome, clause) in SEEN_AS.items():
            if outcome == "fail":
                outcome, clause = "uncertain", "post-action"
            with self.subTest(person.name):
                self.setUp()
                folder = self.project(BACKEND, self.BUILT_IN)
                init = self.succeeds(folder, person, "enforce", "init")
                self.assertIn('Successfully configured the backend "azurerm"!', init.stdout)
                account, keys = init.requests()
                self.assert_request(account, person, method="GET", path=ACCOUNT, outcome="pass",
                                    clause="read", action="forwarded")
                self.assert_request(keys, person, method="POST", path=f"{ACCOUNT}/listKeys",
                                    outcome=outcome, clause=clause, action="forwarded", status=200,
                                    operation="Microsoft.Storage/storageAccounts/listKeys/action")
                for record in (account, keys):
                    self.assertEqual("terraform", record["client"]["tool"])
                self.assertIn(fake_blob.HOST, self.tunnels(init))
                plan = self.succeeds(folder, person, "enforce", "plan")
                self.assertIn("Plan: 1 to add", plan.stdout)
                self.assertEqual({"SharedKey"}, {r["caller"] for r in self.stage.blob.requests()})

    def test_init_is_refused_where_uncertain_calls_are_blocked(self):
        folder = self.project(BACKEND, self.BUILT_IN)
        done = self.terraform(folder, people.WITHOUT_MFA, "enforce", "init",
                              options=("--uncertain", "block"))
        self.assertEqual(1, done.status, f"{done}")
        self.assertEqual([], done.writes_at_arm(), f"{done}")
        (record,) = done.requests("POST")
        self.assert_request(record, people.WITHOUT_MFA, outcome="uncertain", clause="post-action",
                            action="refused", status=401)
        self.assertRegex(done.stderr, INIT_REFUSED, f"{done}")
        self.assertEqual([], self.stage.blob.requests())

    def test_sign_in_to_the_storage_account_itself_needs_nothing_of_arm(self):
        folder = self.project(BACKEND, self.BUILT_IN)
        done = self.terraform(folder, people.WITHOUT_MFA, "enforce", "init",
                              "-backend-config=use_azuread_auth=true")
        self.assertEqual(0, done.status, f"{done}")
        self.assertEqual([], done.requests(), f"{done}")
        self.assertEqual({"Bearer"}, {r["caller"] for r in self.stage.blob.requests()})

    def test_a_refused_apply_leaves_the_remote_state_whole_and_unlocked(self):
        folder = self.project(REQUIRED, BACKEND, GROUP)
        self.succeeds(folder, people.WITHOUT_MFA, "enforce", "init")
        done = self.apply(folder, people.WITHOUT_MFA, "enforce")
        self.assertEqual(1, done.status, f"{done}")
        self.assertEqual(["POST"], [w["method"] for w in done.writes_at_arm()])
        self.assertEqual([], json.loads(self.stage.blob.blobs[STATE])["resources"])
        again = self.apply(folder, people.WITH_MFA, "enforce")
        self.assertEqual(0, again.status, f"{again}")
        (resource,) = json.loads(self.stage.blob.blobs[STATE])["resources"]
        self.assertEqual("azapi_resource", resource["type"])


if __name__ == "__main__":
    unittest.main()
