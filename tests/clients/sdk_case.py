"""What every Azure SDK must show behind armgate, in whichever language it is written.

Each SDK has a small program of the same form: how to sign in, then steps, and a line of JSON for
each step (see python_sdk/client.py). SdkMatrix runs it as each person, in observe and in enforce.
A test file derives one class from it and names what differs from SDK to SDK.
"""

import json
import re

import fake_entra
import people
from client_case import GROUP_WRITE, GROUPS, SEEN_AS

GROUP_DELETE = "Microsoft.Resources/subscriptions/resourceGroups/delete"


class SdkMatrix:
    """To be mixed into a ClientCase; the class that does so sets these."""

    TOOL = None  # armgate's name for the SDK
    VERSION = None  # of the package that User-Agent names
    CHALLENGED = None  # (error type, pattern of its text) where a challenge cannot be met
    STEPS_UP = True  # False: the SDK does not act on a claims challenge
    TRIES = 1  # how often it sends a write that is refused

    def command(self):
        """The program's argv, without its own arguments."""
        raise NotImplementedError

    def variables(self):
        """What its user has set beside the sign-in."""
        return {}

    def setUp(self):
        self.stage.arm.reset()
        self.stage.entra.device_user = None

    def sdk(self, person, mode, *steps, way=None):
        """Signs in as `person` and takes `steps`; returns the outcome and what each step said."""
        way = way or ("secret" if person is people.SERVICE_PRINCIPAL else "password")
        done = self.run_client(
            [*self.command(), way, *steps], self.stage.folder / "home", mode,
            AZURE_TENANT_ID=people.TENANT, AZURE_SUBSCRIPTION_ID=people.SUBSCRIPTION,
            AZURE_CLIENT_ID=person.app_id, AZURE_CLIENT_SECRET=person.secret,
            AZURE_USERNAME=person.name, AZURE_PASSWORD=person.secret, **self.variables())
        said = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(list(steps), [line["step"] for line in said], f"{done}")
        self.assertEqual(any("error" in line for line in said), done.status != 0, f"{done}")
        self.assert_wired(done)
        return done, said

    def assert_wired(self, done):
        """Sign-in was tunnelled, everything at ARM bears the SDK's name, and nobody else called."""
        hosts = {record["host"] for record in done.trace if record["record"] == "tunnel"}
        self.assertEqual({fake_entra.HOST}, hosts, f"{done}")
        answered_here = [r for r in done.requests() if r["action"] in ("refused", "simulated")]
        asked = sum(r["simulation"]["asked"] for r in done.requests() if r["simulation"])
        self.assertEqual(len(done.arm) - asked + len(answered_here), len(done.requests()))
        for record in done.requests():
            self.assertEqual((self.TOOL, self.VERSION),
                             (record["client"]["tool"], record["client"]["version"]), record)

    def assert_succeeded(self, said, *values):
        self.assertEqual([None] * len(values), [line.get("error") for line in said], said)
        self.assertEqual(list(values), [line.get("value") for line in said])

    def assert_challenged(self, line):
        kind, text = self.CHALLENGED
        self.assertEqual(kind, line.get("error"), line)
        self.assertRegex(line["message"], text)

    def test_observe_changes_nothing_and_records_what_would_fail(self):
        for person, (_, outcome, clause) in SEEN_AS.items():
            with self.subTest(person.name):
                self.stage.arm.reset()
                done, said = self.sdk(person, "observe", "list", "create:g")
                self.assert_succeeded(said, [], "g")
                self.assertEqual([("PUT", 201)],
                                 [(w["method"], w["status"]) for w in done.writes_at_arm()])
                (put,) = done.requests("PUT")
                self.assert_request(put, person, operation=GROUP_WRITE, outcome=outcome,
                                    clause=clause, action="forwarded", status=201,
                                    **{"class": "write"})
                self.assertEqual(f"{GROUPS}/g".lower(), put["request"]["path"].lower())

    def test_observe_follows_a_long_deletion_to_its_end(self):
        self.stage.arm.put(f"{GROUPS}/old", {"location": "westeurope"})
        done, said = self.sdk(people.WITHOUT_MFA, "observe", "delete:old", "list")
        self.assert_succeeded(said, None, [])
        (delete,) = done.requests("DELETE")
        self.assert_request(delete, people.WITHOUT_MFA, operation=GROUP_DELETE, outcome="fail",
                            clause="user-without-mfa", action="forwarded", status=202)
        polls = [r["request"]["path"] for r in done.requests("GET")][:-1]
        self.assertTrue(polls and all("/operationresults/" in path for path in polls), f"{done}")

    def test_enforce_refuses_every_write_of_a_user_without_mfa(self):
        self.stage.arm.put(f"{GROUPS}/old", {"location": "westeurope"})
        done, said = self.sdk(people.WITHOUT_MFA, "enforce", "list", "create:new", "delete:old")
        self.assertEqual(["old"], said[0]["value"])
        self.assert_challenged(said[1])
        self.assert_challenged(said[2])
        self.assertEqual([], done.writes_at_arm(), f"{done}")
        self.assert_gave_up(done, self.TOOL, 2, resent=2 * (self.TRIES - 1))
        for method, operation in (("PUT", GROUP_WRITE), ("DELETE", GROUP_DELETE)):
            records = done.requests(method)
            self.assertEqual(self.TRIES, len(records), f"{done}")
            for record in records:
                self.assert_request(record, people.WITHOUT_MFA, operation=operation, status=401,
                                    outcome="fail", clause="user-without-mfa", action="refused")

    def test_the_sdk_says_the_same_after_the_refusal_of_arm_itself(self):
        _, imitated = self.sdk(people.WITHOUT_MFA, "enforce", "create:new")
        self.stage.arm.enforces = True
        try:
            real, said = self.sdk(people.WITHOUT_MFA, "observe", "create:new")
        finally:
            self.stage.arm.enforces = False
        for record in real.requests("PUT"):
            self.assertEqual(("forwarded", "arm"), (record["action"],
                                                    record["response"].get("refused_by")), record)
        self.assertEqual(without_ids(imitated), without_ids(said))

    def test_service_principals_and_users_with_mfa_write_in_enforce(self):
        for person in (people.SERVICE_PRINCIPAL, people.WITH_MFA):
            with self.subTest(person.name):
                self.stage.arm.reset()
                done, said = self.sdk(person, "enforce", "create:g", "delete:g")
                self.assert_succeeded(said, "g", None)
                self.assertEqual(["PUT", "DELETE"], [w["method"] for w in done.writes_at_arm()])
                for record in done.requests("PUT") + done.requests("DELETE"):
                    self.assert_request(record, person, outcome="pass", action="forwarded",
                                        clause=SEEN_AS[person][2])

    def test_a_dry_run_is_followed_to_its_end_and_touches_nothing(self):
        self.stage.arm.put(f"{GROUPS}/old", {"location": "westeurope"})
        done, said = self.sdk(people.WITHOUT_MFA, "dry-run", "list", "create:g", "list",
                              "delete:old", "list")
        self.assert_succeeded(said, ["old"], "g", ["old", "g"], None, ["g"])
        self.assertEqual([], done.writes_at_arm(), f"{done}")
        for record in done.requests("PUT") + done.requests("DELETE"):
            self.assert_request(record, people.WITHOUT_MFA, outcome="fail", action="simulated",
                                clause="user-without-mfa")
        self.assertIn("1 to create, 0 to update, 1 to delete, 0 actions\n", done.stderr)

    def test_a_user_who_can_step_up_succeeds_after_exactly_one_retry(self):
        self.assert_steps_up(people.CAN_STEP_UP, "password")

    def test_signing_in_again_with_mfa_succeeds_after_exactly_one_retry(self):
        """Nothing can be renewed silently; a person enters a second code, and passes MFA there."""
        self.stage.entra.device_user = people.WITHOUT_MFA
        self.assert_steps_up(people.WITHOUT_MFA, "device")

    def assert_steps_up(self, person, way):
        done, said = self.sdk(person, "enforce", "list", "create:g", way=way)
        if not self.STEPS_UP:
            self.assert_challenged(said[1])
            self.assertEqual([], done.writes_at_arm(), f"{done}")
            self.assertEqual(self.TRIES, len(done.requests("PUT")), f"{done}")
            return
        self.assert_succeeded(said, [], "g")
        first, second = done.requests("PUT")
        self.assert_request(first, person, outcome="fail", clause="user-without-mfa",
                            action="refused", status=401)
        self.assert_request(second, person, outcome="pass", clause="user-with-mfa",
                            action="forwarded", status=201)
        self.assertEqual(["p1"], second["identity"]["acrs"])
        self.assertEqual(first["request"], second["request"])
        self.assert_signed_in_again(done, first, second, self.TOOL)
        (write,) = done.writes_at_arm()
        self.assertEqual(["pwd", "mfa"], write["caller"]["amr"])


def without_ids(said):
    """What the steps said, without the identifiers that differ each time."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", json.dumps(said))
