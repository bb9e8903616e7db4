"""What the tests of all clients share: one Stage for each file, and assertions in their words."""

import unittest

import people
import trace_check
from harness import Stage

# How armgate must see each person: identity kind, and the verdict on a plain write.
SEEN_AS = {
    people.SERVICE_PRINCIPAL: ("service-principal", "pass", "workload-identity"),
    people.WITHOUT_MFA: ("user", "fail", "user-without-mfa"),
    people.CAN_STEP_UP: ("user", "fail", "user-without-mfa"),
    people.WITH_MFA: ("user", "pass", "user-with-mfa")}

GROUPS = f"/subscriptions/{people.SUBSCRIPTION}/resourcegroups"
GROUP_WRITE = "Microsoft.Resources/subscriptions/resourceGroups/write"


class ClientCase(unittest.TestCase):
    """A test with `stage` and `run`. Every run's trace is checked against the contract."""

    stage = None

    @classmethod
    def open_stage(cls):
        """For setUpModule. Skips, or in CI fails, where there is no armgate."""
        ClientCase.stage = Stage()
        unittest.addModuleCleanup(ClientCase.close_stage)

    @classmethod
    def close_stage(cls):
        ClientCase.stage.close()
        ClientCase.stage = None

    def run_client(self, command, home, mode, **more):
        """Runs the client and checks what holds for every run; returns the Outcome."""
        done = self.stage.run(command, home, mode, **more)
        self.check_promises(done)
        return done

    def check_promises(self, done):
        """A whole, contract-true trace, and no secret in it or on standard error."""
        self.assertEqual([], trace_check.faults_of(done.trace_text), f"{done}")
        # az itself prints the claims challenge and armgate prints no token: both go to stderr.
        secrets = self.secrets()
        self.assertEqual([], trace_check.leaks_in(done.trace_text, secrets), "in the trace")
        self.assertEqual([], trace_check.leaks_in(done.stderr, secrets), "on standard error")

    def secrets(self):
        """Every token and password of this file so far."""
        parts = {part for token in self.stage.entra.issued for part in token.split(".")[1:]}
        return parts | {person.secret for person in people.EVERYONE} | {
            people.SIGNATURE, people.STORAGE_KEY}

    def assert_request(self, record, person, **wanted):
        """`record` is a request by `person`; `wanted` names fields of request, verdict, action."""
        kind, _, _ = SEEN_AS[person]
        self.assertEqual(kind, record["identity"]["kind"], record)
        self.assertEqual("idtyp", record["identity"]["known_by"], record)
        self.assertEqual(person.idtyp, record["identity"]["idtyp"], record)
        self.assertEqual(person.object_id, record["identity"]["object_id"], record)
        self.assertEqual(people.TENANT, record["identity"]["tenant"], record)
        self.assertEqual("management.azure.com", record["request"]["host"], record)
        seen = {**record["request"], **record["verdict"], "action": record["action"],
                "status": record["response"]["status"]}
        self.assertEqual(wanted, {name: seen.get(name) for name in wanted}, record)

    def assert_signed_in_again(self, done, refused, retried, tool):
        """The retry is linked to the refusal, with a new token, and the summary says so."""
        self.assertEqual((None, None), (refused["retry_of"], refused["retry_token"]), refused)
        self.assertEqual((refused["seq"], "new"),
                         (retried["retry_of"], retried["retry_token"]), retried)
        self.assertIn(f"armgate:   {tool}: 1 recovered by signing in again\n", done.stderr)

    def assert_gave_up(self, done, tool, count, resent=0):
        """`count` refused writes never got through, and `resent` tries had the same token."""
        again = f" ({resent} sent again with the same token)" if resent else ""
        self.assertIn(f"armgate:   {tool}: {count} gave up{again}\n", done.stderr)
        self.assertEqual(["same"] * resent, [record["retry_token"] for record in done.requests()
                                             if record["retry_of"] is not None])
