"""`armgate tenant`: whether a tenant already enforces, asked of the fake ARM with a user's token."""

import json
import os
import pathlib
import subprocess
import unittest

import fake_arm
import people
import trace_check
from client_case import ClientCase
from fake_http import Answer

LIMIT_S = 60
ROOT = f"/providers/microsoft.management/managementgroups/{people.TENANT}"
ASSIGNMENTS = "/providers/microsoft.authorization/policyassignments"
DEFINITION = ("/providers/Microsoft.Authorization/policyDefinitions/"
              "54f51f64-eaa5-44cf-8674-830bcfd14d21")
LIST = f"/subscriptions/{people.SUBSCRIPTION}{ASSIGNMENTS}"


def setUpModule():
    ClientCase.open_stage()


def assignment(name, effect="Deny", mode="Default"):
    parameters = {"effect": {"value": effect}} if effect else {}
    return {"id": f"{ROOT}{ASSIGNMENTS}/{name}", "name": name,
            "type": "Microsoft.Authorization/policyAssignments",
            "properties": {"displayName": "MFA", "policyDefinitionId": DEFINITION, "scope": ROOT,
                           "enforcementMode": mode, "parameters": parameters}}


def absent(name):
    return fake_arm.error(404, "PolicyAssignmentNotFound", f"The policy assignment '{name}' is "
                          "not found.")


class Tenant(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        self.token = people.access_token(people.WITHOUT_MFA)

    def ask(self, *options, token=None, trusts=True, **variables):
        """Runs `armgate tenant` with the token on standard input; checks that it shows none."""
        token = self.token if token is None else token
        argv = [self.stage.armgate, "tenant", "--token", "-", "--connect-to",
                f"{fake_arm.HOST}:443:127.0.0.1:{self.stage.arm.port}", *options]
        if trusts:
            argv += ["--upstream-ca", str(self.stage.pki.ca)]
        return self.call(argv, token, **variables)

    def call(self, argv, stdin="", **variables):
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=LIMIT_S,
                              env=self.stage.environment(self.stage.folder / "home", **variables))
        parts = self.token.split(".")[1:]
        self.assertEqual([], trace_check.leaks_in(done.stdout + done.stderr, parts))
        for entry in self.stage.arm.requests():
            self.assertEqual("GET", entry["method"])
        return done

    def answered(self, status, *options, **more):
        done = self.ask("--json", *options, **more)
        self.assertEqual(status, done.returncode, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual("reported", answer["certainty"])
        return answer

    def at_root(self, name, answer):
        self.stage.arm.policies[f"{ROOT}{ASSIGNMENTS}/{name}"] = answer

    def test_enforced_for_writes_and_audited_for_deletes(self):
        self.at_root("sys.mfa-write", Answer(200, assignment("sys.mfa-write")))
        self.at_root("sys.mfa-delete", Answer(200, assignment("sys.mfa-delete", "AuditAction")))
        answer = self.answered(0)
        self.assertEqual(("enforced", "Deny"),
                         (answer["writes"]["state"], answer["writes"]["effect"]))
        self.assertEqual(("audited", "AuditAction"),
                         (answer["deletes"]["state"], answer["deletes"]["effect"]))
        self.assertEqual((people.TENANT, people.WITHOUT_MFA.name),
                         (answer["tenant"], answer["asked_as"]))
        text = self.ask()
        self.assertEqual(0, text.returncode)
        self.assertIn("\nwrites   enforced: ", text.stdout)
        self.assertIn("\ndeletes  audited only: ", text.stdout)
        self.assertIn("\nhow sure reported: ", text.stdout)

    def test_do_not_enforce_and_the_effect_of_the_definition(self):
        self.at_root("sys.mfa-write", Answer(200, assignment("sys.mfa-write", mode="DoNotEnforce")))
        self.at_root("sys.mfa-delete", Answer(200, assignment("sys.mfa-delete", effect=None)))
        self.stage.arm.policies[DEFINITION.lower()] = Answer(200, {"properties": {
            "parameters": {"effect": {"defaultValue": "DenyAction"}},
            "policyRule": {"then": {"effect": "[parameters('effect')]"}}}})
        answer = self.answered(0)
        self.assertEqual("audited", answer["writes"]["state"])
        self.assertEqual("DoNotEnforce", answer["writes"]["enforcement_mode"])
        self.assertEqual(("enforced", "DenyAction"),
                         (answer["deletes"]["state"], answer["deletes"]["effect"]))

    def test_absent_at_the_root_and_in_what_a_subscription_inherits(self):
        for name in ("sys.mfa-write", "sys.mfa-delete"):
            self.at_root(name, absent(name))
        self.stage.arm.policies[LIST] = Answer(200, {"value": []})
        answer = self.answered(0)
        for half in ("writes", "deletes"):
            self.assertEqual("not-found", answer[half]["state"])
            self.assertNotIn("inferred", answer[half]["reason"])

    def test_where_the_root_is_closed_the_list_is_read_page_by_page(self):
        self.stage.arm.policies[LIST] = Answer(200, {
            "value": [assignment("own")], "nextLink": f"{fake_arm.SELF}{LIST}/2?api-version=1"})
        self.stage.arm.policies[f"{LIST}/2"] = Answer(200, {
            "value": [assignment("sys.mfa-write"), assignment("sys.mfa-delete", "DenyAction")]})
        answer = self.answered(0)
        self.assertEqual(("enforced", "enforced"),
                         (answer["writes"]["state"], answer["deletes"]["state"]))
        asked = [entry["path"].lower() for entry in self.stage.arm.requests()]
        self.assertEqual(["/subscriptions", LIST, f"{LIST}/2"], asked[-3:])

    def test_a_list_that_goes_on_elsewhere_is_not_followed(self):
        self.stage.arm.policies[LIST] = Answer(200, {
            "value": [], "nextLink": "https://westeurope.management.azure.com/x?api-version=1"})
        answer = self.answered(1, "--subscription", people.SUBSCRIPTION)
        self.assertEqual("unknown", answer["writes"]["state"])
        self.assertIn("another host", answer["writes"]["reason"])

    def test_forbidden_everywhere_cannot_be_told(self):
        answer = self.answered(1)
        for half in ("writes", "deletes"):
            self.assertEqual("unknown", answer[half]["state"])
            self.assertIn("403 AuthorizationFailed", answer[half]["reason"])

    def test_an_answer_that_is_no_json_cannot_be_told(self):
        self.at_root("sys.mfa-write", Answer(200, b"<html>"))
        self.stage.arm.policies[LIST] = Answer(200, b'{"value":[')
        answer = self.answered(1)
        self.assertEqual(("unknown", "unknown"),
                         (answer["writes"]["state"], answer["deletes"]["state"]))

    def test_an_expired_token_is_not_sent(self):
        self.token = people.access_token(people.WITHOUT_MFA, exp=1600000000)
        done = self.ask()
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("was not sent", done.stderr)
        self.assertEqual([], self.stage.arm.requests())

    def test_a_token_that_arm_does_not_take_is_an_error(self):
        self.at_root("sys.mfa-write", fake_arm.error(
            401, "InvalidAuthenticationToken", "The access token is invalid."))
        done = self.ask()
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("(401 InvalidAuthenticationToken)", done.stderr)
        self.assertEqual(1, len(self.stage.arm.requests()))

    def test_an_untrusted_certificate_gets_no_token(self):
        done = self.ask(trusts=False)
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("certificate", done.stderr)
        self.assertEqual([], self.stage.arm.requests())

    def test_what_is_no_token_is_wrong_input(self):
        for text in ("", "nonsense", "{}", people.access_token(people.WITHOUT_MFA, tid=None)):
            done = self.ask(token=text)
            self.assertEqual((2, ""), (done.returncode, done.stdout), text)
        self.assertEqual([], self.stage.arm.requests())

    def test_other_clouds_are_out_of_scope_and_not_asked(self):
        answer = self.answered(0, "--cloud", "AzureUSGovernment")
        self.assertEqual("out-of-scope", answer["writes"]["state"])
        self.assertEqual([], self.stage.arm.requests())

    def test_wrong_usage_quotes_nothing(self):
        for options in (("--cloud", "Mars"), ("--subscription", "x"), (self.token,)):
            done = self.ask(*options)
            self.assertEqual((2, ""), (done.returncode, done.stdout), options)

    def test_az_is_asked_for_the_token_without_a_shell(self):
        self.at_root("sys.mfa-write", Answer(200, assignment("sys.mfa-write")))
        self.at_root("sys.mfa-delete", Answer(200, assignment("sys.mfa-delete")))
        said = json.dumps({"accessToken": self.token, "tokenType": "Bearer"})
        done, log = self.with_az(f"echo '{said}'")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("enforced", done.stdout)
        self.assertEqual("account get-access-token --resource "
                         "https://management.core.windows.net/ --output json\n", log.read_text())

    def test_what_az_says_when_it_fails_is_shown(self):
        done, _ = self.with_az("echo \"ERROR: Please run 'az login'\" >&2; exit 3")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("az: ERROR: Please run 'az login'\n", done.stderr)
        self.assertIn("exit status 3", done.stderr)
        self.assertEqual([], self.stage.arm.requests())

    def test_without_az_the_other_way_is_named(self):
        done = self.without_token(PATH="/nowhere")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("cannot run az: command not found", done.stderr)
        self.assertIn("--token FILE", done.stderr)

    def with_az(self, script):
        """Runs `armgate tenant` with a stand-in for az; returns the outcome and az's arguments."""
        folder = pathlib.Path(self.stage.folder / f"bin-{self.id()}")
        folder.mkdir()
        log = folder / "arguments"
        az = folder / "az"
        az.write_text(f"#!/bin/sh\necho \"$@\" > '{log}'\n{script}\n")
        az.chmod(0o755)
        return self.without_token(PATH=f"{folder}:{os.environ['PATH']}"), log

    def without_token(self, **variables):
        argv = [self.stage.armgate, "tenant", "--connect-to",
                f"{fake_arm.HOST}:443:127.0.0.1:{self.stage.arm.port}", "--upstream-ca",
                str(self.stage.pki.ca)]
        return self.call(argv, **variables)


if __name__ == "__main__":
    unittest.main()
