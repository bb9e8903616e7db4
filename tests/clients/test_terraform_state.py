"""Terraform in a dry run with its state in a storage account: the state is read and never written.

The azurerm backend and terraform_data are in Terraform itself, so nothing has to be fetched. A
service principal signs in, so az is not needed either.
"""

import shutil
import unittest

import client_cache
import fake_blob
import people
import terraform_case
from client_case import GROUPS, ClientCase
from harness import missing

TERRAFORM = None
ACCOUNT = f"/subscriptions/{people.SUBSCRIPTION}/resourceGroups/state/providers/" \
    f"Microsoft.Storage/storageAccounts/{fake_blob.ACCOUNT}"
STATE = "/tfstate/demo.tfstate"
CONFIGURATION = f"""
terraform {{
  backend "azurerm" {{
    resource_group_name  = "state"
    storage_account_name = "{fake_blob.ACCOUNT}"
    container_name       = "tfstate"
    key                  = "demo.tfstate"
  }}
}}
resource "terraform_data" "built_in" {{
  input = "%s"
}}
"""


def setUpModule():
    global TERRAFORM
    ClientCase.open_stage()
    try:
        TERRAFORM = client_cache.program("terraform")
    except client_cache.Unavailable as reason:
        missing(str(reason))


class StateInAStorageAccount(ClientCase):
    """What was applied for real stays as it is, whatever is rehearsed on top of it."""

    def setUp(self):
        self.stage.arm.reset()
        self.stage.blob.reset()
        self.stage.arm.put(f"{GROUPS}/state", {"location": "westeurope"})
        self.stage.arm.put(ACCOUNT, {"location": "westeurope", "properties": {
            "primaryEndpoints": {"blob": f"https://{fake_blob.HOST}/"}}})
        self.project = self.stage.folder / self.id().rpartition(".")[2]
        self.project.mkdir()
        self.addCleanup(shutil.rmtree, self.project)
        (self.project / "settings.rc").write_text("disable_checkpoint = true\n")
        self.configure("one")
        self.terraform("observe", "init")
        self.terraform("observe", "apply", "-auto-approve")
        self.configure("two")
        self.applied = self.stage.blob.blobs[STATE]
        self.folder = terraform_case.snapshot(self.project)
        self.stage.blob.forget()

    def configure(self, text):
        (self.project / "main.tf").write_text(CONFIGURATION % text)

    def terraform(self, mode, command, *arguments, options=(), status=0):
        done = self.run_client(
            terraform_case.words(TERRAFORM, self.project, command, *arguments),
            self.stage.folder / "home", mode, options=options, **terraform_case.variables(
                people.SERVICE_PRINCIPAL, self.project / "settings.rc"))
        self.assertEqual(status, done.status, f"{done}")
        return done

    def assert_untouched(self):
        self.assertEqual(self.applied, self.stage.blob.blobs[STATE])
        self.assertEqual({"GET", "HEAD"}, {"GET", "HEAD"} | {
            request["method"] for request in self.stage.blob.requests()})
        self.assertEqual(self.folder, terraform_case.snapshot(self.project))
        self.assertEqual([], list(self.stage.folder.glob("armgate-run-*")), "a copy is left")

    def test_each_command_leaves_state_and_folder_bit_for_bit(self):
        for command, says in ((("plan",), "1 to change"),
                              (("apply", "-auto-approve"), "0 added, 1 changed"),
                              (("destroy", "-auto-approve"), "1 destroyed"),
                              (("refresh",), "terraform_data.built_in")):
            with self.subTest(command):
                done = self.terraform("dry-run", *command)
                self.assertIn(says, done.stdout, f"{done}")
                self.assertIn(f"armgate: terraform works on a copy of {self.project} and of its "
                              "state in azurerm (workspace default); neither is touched\n",
                              done.stderr)
                self.assertEqual([], [write for write in done.writes_at_arm()
                                      if not write["path"].endswith("/listKeys")])
                self.assert_untouched()

    def test_apply_plan_and_destroy_go_on_from_one_another(self):
        overlay = self.stage.folder / "overlay.json"
        options = ("--overlay", overlay)
        for command, says in ((("apply", "-auto-approve"), "1 changed"), (("plan",), "No changes."),
                              (("destroy", "-auto-approve"), "1 destroyed"),
                              (("plan",), "1 to add")):
            done = self.terraform("dry-run", *command, options=options)
            self.assertIn(says, done.stdout, f"{done}")
            self.assert_untouched()
        self.assertEqual(0o700, (self.stage.folder / "overlay.json.terraform").stat().st_mode & 0o777)

    def test_a_command_that_is_killed_leaves_nothing_behind(self):
        self.configure('two"\n  provisioner "local-exec" {\n    when = destroy\n'
                       '    command = "kill -9 $PPID"\n  }\n  triggers_replace = "x')
        self.folder = terraform_case.snapshot(self.project)
        done = self.terraform("dry-run", "apply", "-auto-approve", status=128 + 9)
        self.assertIn("works on a copy", done.stderr)
        self.assert_untouched()

    def test_the_child_itself_is_kept_away_from_the_account(self):
        done = self.run_client(["curl", "-sS", f"https://{fake_blob.HOST}{STATE}"],
                               self.stage.folder / "home", "dry-run")
        self.assertNotEqual(0, done.status, f"{done}")
        self.assertEqual([], self.stage.blob.requests())


if __name__ == "__main__":
    unittest.main()
