"""The Azure CLI, current release, through armgate: what a user of az sees and what reaches ARM.

Signing in is shared: each person signs in once, through armgate, and each test works on a copy of
that home. So a test that steps up to MFA does not change the next one's caller.
"""

import base64
import json
import re
import shutil
import unittest

import az_install
import client_cache
import fake_arm
import fake_entra
import people
from client_case import GROUP_WRITE, GROUPS, SEEN_AS, ClientCase
from harness import missing

CHALLENGE_BASE64 = re.search('claims="([^"]+)"', fake_arm.CHALLENGE)[1]
PLAIN_WRITERS = (people.SERVICE_PRINCIPAL, people.WITH_MFA)
THING = ("--resource-group", "g", "--name", "t", "--resource-type", "Microsoft.Demo/things")
THING_PATH = f"{GROUPS}/g/providers/Microsoft.Demo//things/t"  # az really writes the double slash
AZ = None
LOGINS = {}


def setUpModule():
    global AZ
    ClientCase.open_stage()
    try:
        AZ = az_install.ensure_az()
    except client_cache.Unavailable as reason:
        missing(str(reason))
    case = AzCase()
    for person in people.EVERYONE:
        LOGINS[person] = case.sign_in(person)


class AzCase(ClientCase):
    """az with the persons' homes."""

    def sign_in(self, person):
        return self.az(az_install.login(person), self.home(person), "observe")

    def home(self, person):
        return self.stage.folder / "homes" / person.object_id

    def az(self, arguments, home, mode):
        return self.run_client([AZ, *arguments], home, mode, **az_install.QUIET)

    def az_as(self, person, mode, *arguments):
        """Runs az in a copy of the person's home, in which the sign-in is still fresh."""
        self.assertEqual(0, LOGINS[person].status, f"sign-in failed: {LOGINS[person]}")
        copy = self.stage.folder / "homes" / f"copy-{self.id()}-{person.object_id}"
        if not copy.exists():
            shutil.copytree(self.home(person), copy)
        return self.az(arguments, copy, mode)

    def given(self, *names, things=()):
        """An empty subscription with these groups and, in group `g`, these resources."""
        self.stage.arm.reset()
        for name in names:
            self.stage.arm.put(f"{GROUPS}/{name}", {"location": "westeurope"})
        for name in things:
            self.stage.arm.put(f"{GROUPS}/g/providers/Microsoft.Demo/things/{name}",
                               {"location": "westeurope", "properties": {"size": 1}})

    def assert_challenged(self, done):
        """az's own text after a claims challenge that it cannot meet silently."""
        self.assertEqual(1, done.status, f"{done}")
        self.assertEqual("", done.stdout)
        self.assertIn("az login --tenant", done.stderr, f"{done}")
        self.assertIn(f'--claims-challenge "{CHALLENGE_BASE64}"', done.stderr, f"{done}")
        self.assertIn("AADSTS50076", done.stderr, f"{done}")


class SignIn(AzCase):
    def test_everyone_signs_in_through_the_tunnel_and_lists_subscriptions_at_arm(self):
        for person, done in LOGINS.items():
            with self.subTest(person.name):
                self.assertEqual(0, done.status, f"{done}")
                self.assertEqual(people.SUBSCRIPTION, json.loads(done.stdout)[0]["id"])
                hosts = {r["host"] for r in done.trace if r["record"] == "tunnel"}
                self.assertIn(fake_entra.HOST, hosts)
                self.assertLessEqual(hosts, {fake_entra.HOST, fake_entra.NEWS_HOST})
                last = done.requests()[-1]
                self.assertEqual("/subscriptions", last["request"]["path"])
                self.assert_request(last, person, method="GET", outcome="pass", clause="read",
                                    action="forwarded", status=200, operation=
                                    "Microsoft.Resources/subscriptions/read")

    def test_the_trace_names_the_tool_its_version_and_its_command(self):
        self.given()
        done = self.az_as(people.WITHOUT_MFA, "observe", "group", "create", "-n", "g", "-l",
                          "westeurope")
        version = json.loads(self.az(["version"], self.stage.folder / "nobody",
                                     "observe").stdout)["azure-cli"]
        client = done.requests("PUT")[0]["client"]
        self.assertEqual("azure-cli", client["tool"])
        self.assertEqual(version, client["version"])
        self.assertEqual("2.76.0", client["minimum"])
        self.assertIs(True, client["meets_minimum"])
        self.assertEqual("group create", client["command"])
        at_arm = dict(self.stage_fields(done.writes_at_arm()[0]))
        self.assertEqual(at_arm["x-ms-client-request-id"], client["request_id"])
        self.assertEqual(at_arm["user-agent"], client["user_agent"])

    def stage_fields(self, entry):
        return [(name.lower(), value) for name, value in entry["fields"]]


class Observe(AzCase):
    """Nothing changes for the user; the trace says what enforcement would do."""

    def test_group_create_and_delete_work_for_everyone(self):
        for person, (_, outcome, clause) in SEEN_AS.items():
            with self.subTest(person.name):
                self.given()
                done = self.az_as(person, "observe", "group", "create", "-n", "g", "-l",
                                  "westeurope")
                self.assertEqual(0, done.status, f"{done}")
                self.assertEqual("g", json.loads(done.stdout)["name"])
                (record,) = done.requests("PUT")
                self.assert_request(
                    record, person, path=f"{GROUPS}/g", **{"class": "write"}, body_bytes=26,
                    operation=GROUP_WRITE, outcome=outcome, clause=clause, action="forwarded",
                    status=201)
                done = self.az_as(person, "observe", "group", "delete", "-n", "g", "--yes")
                self.assertEqual(0, done.status, f"{done}")
                (record,) = done.requests("DELETE")
                self.assert_request(record, person, **{"class": "delete"}, outcome=outcome,
                                    clause=clause, action="forwarded", status=202)
                polls = [r["request"]["path"] for r in done.requests("GET")]
                self.assertTrue(polls and all("/operationresults/" in path for path in polls))

    def test_az_prints_the_same_after_the_refusal_of_arm_itself(self):
        self.given()
        imitated = self.az_as(people.WITHOUT_MFA, "enforce", "group", "create", "-n", "g", "-l",
                              "westeurope")
        self.stage.arm.enforces = True
        try:
            real = self.az_as(people.WITHOUT_MFA, "observe", "group", "create", "-n", "g", "-l",
                              "westeurope")
        finally:
            self.stage.arm.enforces = False
        self.assert_challenged(real)
        (record,) = real.requests("PUT")
        self.assertEqual("forwarded", record["action"])
        self.assertEqual("arm", record["response"].get("refused_by"), record)
        self.assertEqual(az_lines(real.stderr), az_lines(imitated.stderr))


class EnforceForUsersWithoutMfa(AzCase):
    """Every write is refused as ARM would refuse it, and does not leave the machine."""

    def refused(self, method, *arguments, **wanted):
        done = self.az_as(people.WITHOUT_MFA, "enforce", *arguments)
        self.assertEqual([], done.writes_at_arm(), f"{done}")
        (record,) = done.requests(method)  # one: az does not send the same token again
        self.assert_request(record, people.WITHOUT_MFA, outcome="fail", clause="user-without-mfa",
                            action="refused", status=401, **wanted)
        self.assert_gave_up(done, "azure-cli", 1)
        return done

    def test_group_create_is_refused_and_az_tells_how_to_sign_in(self):
        self.given()
        self.assert_challenged(self.refused("PUT", "group", "create", "-n", "g", "-l",
                                            "westeurope", operation=GROUP_WRITE))

    def test_group_delete_is_refused(self):
        self.given("g")
        self.assert_challenged(self.refused(
            "DELETE", "group", "delete", "-n", "g", "--yes",
            operation="Microsoft.Resources/subscriptions/resourceGroups/delete"))

    def test_resource_create_and_delete_are_refused(self):
        self.given("g", things=["t"])
        self.assert_challenged(self.refused(
            "PUT", "resource", "create", *THING, "--properties", "{}", path=THING_PATH,
            operation="Microsoft.Demo/things/write"))
        self.assert_challenged(self.refused(
            "DELETE", "resource", "delete", *THING, path=THING_PATH,
            operation="Microsoft.Demo/things/delete"))

    def test_az_rest_shows_the_body_of_the_refusal(self):
        self.given()
        done = self.refused("PUT", "rest", "--method", "put", "--url",
                            f"{GROUPS}/g?api-version=2021-04-01", "--body",
                            '{"location":"westeurope"}', operation=GROUP_WRITE)
        self.assertEqual(1, done.status, f"{done}")
        self.assertIn("Unauthorized(", done.stderr)
        self.assertIn("RequestDisallowedByAzure", done.stderr)
        self.assertIn("https://aka.ms/MFAforAzure", done.stderr)

    def test_the_command_that_az_prints_leads_to_a_write_that_passes(self):
        self.given()
        done = self.refused("PUT", "group", "create", "-n", "g", "-l", "westeurope")
        printed = re.search(r"^az login (.*)$", done.stderr, re.M)[1].replace('"', "").split()
        self.assertIn("access_token", base64.b64decode(printed[-1]).decode())
        self.stage.entra.device_user = people.WITHOUT_MFA
        self.assertEqual(0, self.az_as(people.WITHOUT_MFA, "enforce", "logout").status)
        login = self.az_as(people.WITHOUT_MFA, "enforce", "login", *printed, "--use-device-code")
        self.assertEqual(0, login.status, f"{login}")
        done = self.az_as(people.WITHOUT_MFA, "enforce", "group", "create", "-n", "g", "-l",
                          "westeurope")
        self.assertEqual(0, done.status, f"{done}")
        (record,) = done.requests("PUT")
        self.assertEqual("user-with-mfa", record["verdict"]["clause"], record)
        self.assertEqual(["p1"], record["identity"]["acrs"], record)


class Deployments(AzCase):
    """az sends a template as it found it: comments inside, and the key `template` not quoted."""

    TEMPLATE = """{
      // a comment, which ARM's reader allows
      "$schema":
      "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      "contentVersion": "1.0.0.0",
      "resources": [{"type": "Microsoft.Demo/things", "apiVersion": "2024-01-01", "name": "t",
                     "location": "westeurope", "properties": {}}]}"""
    PATH = f"{GROUPS}/g/providers/Microsoft.Resources/deployments/d"

    def deploy(self, person, mode):
        self.given("g")
        file = self.stage.folder / "template.json"
        file.write_text(self.TEMPLATE)
        return self.az_as(person, mode, "deployment", "group", "create", "-g", "g", "-n", "d",
                          "--template-file", str(file))

    def assert_contents(self, record):
        (item,) = record["contents"]
        self.assertEqual("Microsoft.Demo/things/write", item["operation"], record)
        self.assertEqual("t", item["name"], record)
        self.assertEqual("sys.mfa-write", item["verdict"]["policy"], record)

    def test_observe_judges_the_contents_and_forwards_the_body_untouched(self):
        done = self.deploy(people.WITHOUT_MFA, "observe")
        self.assertEqual(0, done.status, f"{done}")
        validate, create = done.requests("POST") + done.requests("PUT")
        self.assertEqual(self.PATH + "/validate", validate["request"]["path"])
        self.assertEqual(self.PATH, create["request"]["path"])
        for record, entry in zip((validate, create), done.writes_at_arm()):
            self.assert_request(record, people.WITHOUT_MFA, outcome="fail", clause="contents",
                                action="forwarded", body_bytes=entry["body_bytes"])
            self.assert_contents(record)

    def test_enforce_refuses_at_validation_so_that_nothing_is_created(self):
        done = self.deploy(people.WITHOUT_MFA, "enforce")
        self.assert_challenged(done)
        self.assertEqual([], done.writes_at_arm(), f"{done}")
        (record,) = done.requests()
        self.assert_request(record, people.WITHOUT_MFA, method="POST", action="refused",
                            path=self.PATH + "/validate", outcome="fail", clause="contents",
                            operation="Microsoft.Resources/deployments/validate/action",
                            status=401)
        self.assert_contents(record)

    def test_validate_and_what_if_are_refused_in_enforce(self):
        self.given("g")
        file = self.stage.folder / "template.json"
        file.write_text(self.TEMPLATE)
        for verb, action in (("validate", "validate"), ("what-if", "whatIf")):
            with self.subTest(verb):
                done = self.az_as(people.WITHOUT_MFA, "enforce", "deployment", "group", verb, "-g",
                                  "g", "-n", "d", "--template-file", str(file))
                self.assert_challenged(done)
                self.assertEqual([], done.writes_at_arm(), f"{done}")
                (record,) = done.requests("POST")
                self.assert_request(record, people.WITHOUT_MFA, action="refused", outcome="fail",
                                    clause="contents", status=401,
                                    operation=f"Microsoft.Resources/deployments/{action}/action")

    def test_a_user_with_mfa_deploys_in_enforce(self):
        done = self.deploy(people.WITH_MFA, "enforce")
        self.assertEqual(0, done.status, f"{done}")
        self.assertEqual(["POST", "PUT"], [entry["method"] for entry in done.writes_at_arm()])

    def test_a_service_principal_deploys_in_enforce(self):
        done = self.deploy(people.SERVICE_PRINCIPAL, "enforce")
        self.assertEqual(0, done.status, f"{done}")
        self.assertEqual(["POST", "PUT"], [entry["method"] for entry in done.writes_at_arm()])


class Batches(AzCase):
    """`az rest` posts a batch: each item has its own verdict and, in enforce, its own answer."""

    ITEMS = (("read", "GET"), ("write", "PUT"), ("again", "GET"))

    def batch(self, person, mode):
        self.given("g", things=["t"])
        body = {"requests": [{"name": name, "httpMethod": method,
                              "url": f"{THING_PATH}?api-version=2024-01-01",
                              **({"content": {"location": "westeurope"}} if method == "PUT"
                                 else {})} for name, method in self.ITEMS]}
        done = self.az_as(person, mode, "rest", "--method", "post", "--url",
                          "/batch?api-version=2020-06-01", "--body", json.dumps(body))
        self.assertEqual(0, done.status, f"{done}")
        (record,) = done.requests("POST")
        self.assertEqual([name for name, _ in self.ITEMS] if record["contents"] else [],
                         [item["name"] for item in record["contents"]], record)
        answers = json.loads(done.stdout)["responses"]
        return done, record, {one["name"]: one["httpStatusCode"] for one in answers}

    def batched(self, done):
        """The items that reached ARM."""
        (entry,) = done.writes_at_arm()
        return entry["body_bytes"]

    def test_observe_forwards_all_and_tells_each_verdict(self):
        done, record, answers = self.batch(people.WITHOUT_MFA, "observe")
        self.assertEqual({"read": 200, "write": 200, "again": 200}, answers)
        self.assert_request(record, people.WITHOUT_MFA, outcome="fail", clause="contents",
                            action="forwarded", status=200, body_bytes=self.batched(done))
        self.assertEqual(["pass", "fail", "pass"],
                         [item["verdict"]["outcome"] for item in record["contents"]])

    def test_enforce_refuses_the_write_alone(self):
        done, record, answers = self.batch(people.WITHOUT_MFA, "enforce")
        self.assertEqual({"read": 200, "write": 401, "again": 200}, answers)
        self.assertEqual(["read", "write", "again"], list(answers))  # in the order of the request
        self.assert_request(record, people.WITHOUT_MFA, outcome="fail", clause="contents",
                            action="forwarded", status=200)
        self.assertLess(self.batched(done), record["request"]["body_bytes"])
        (refused,) = [one for one in json.loads(done.stdout)["responses"]
                      if one["name"] == "write"]
        self.assertEqual(fake_arm.CHALLENGE, refused["headers"]["WWW-Authenticate"])
        self.assertEqual("RequestDisallowedByAzure", refused["content"]["error"]["code"])

    def test_users_with_mfa_and_service_principals_send_all_of_it_in_enforce(self):
        for person in PLAIN_WRITERS:
            with self.subTest(person.name):
                done, record, answers = self.batch(person, "enforce")
                self.assertEqual({"read": 200, "write": 200, "again": 200}, answers)
                self.assert_request(record, person, outcome="pass", clause=SEEN_AS[person][2],
                                    action="forwarded", body_bytes=self.batched(done))


class EnforceForOthers(AzCase):
    def test_service_principals_and_users_with_mfa_write_as_ever(self):
        for person in PLAIN_WRITERS:
            with self.subTest(person.name):
                self.given("g", "doomed")
                commands = {
                    "PUT": ("resource", "create", *THING, "--properties", '{"size":2}'),
                    "DELETE": ("group", "delete", "-n", "doomed", "--yes")}
                for method, command in commands.items():
                    done = self.az_as(person, "enforce", *command)
                    self.assertEqual(0, done.status, f"{done}")
                    self.assertEqual(1, len(done.writes_at_arm()))
                    (record,) = done.requests(method)
                    self.assert_request(record, person, outcome="pass", action="forwarded",
                                        clause=SEEN_AS[person][2])

    def test_a_user_who_can_step_up_succeeds_after_exactly_one_retry(self):
        self.given()
        done = self.az_as(people.CAN_STEP_UP, "enforce", "group", "create", "-n", "g", "-l",
                          "westeurope")
        self.assertEqual(0, done.status, f"{done}")
        self.assertEqual("g", json.loads(done.stdout)["name"])
        first, second = done.requests("PUT")
        self.assert_request(first, people.CAN_STEP_UP, outcome="fail", action="refused",
                            clause="user-without-mfa", status=401)
        self.assert_request(second, people.CAN_STEP_UP, outcome="pass", action="forwarded",
                            clause="user-with-mfa", status=201)
        self.assertEqual(["p1"], second["identity"]["acrs"])
        self.assertEqual(first["client"]["request_id"], second["client"]["request_id"])
        self.assert_signed_in_again(done, first, second, "azure-cli")
        (write,) = done.writes_at_arm()
        self.assertEqual(["pwd", "mfa"], write["caller"]["amr"])

    def test_reads_always_pass(self):
        reads = (("group", "list"), ("group", "exists", "-n", "g"), ("resource", "list"),
                 ("resource", "show", *THING),
                 ("rest", "--method", "get", "--url", f"{GROUPS}?api-version=2021-04-01"))
        self.given("g", things=["t"])
        for person in (people.WITHOUT_MFA, people.SERVICE_PRINCIPAL):
            for command in reads:
                with self.subTest(person=person.name, command=command[:2]):
                    done = self.az_as(person, "enforce", *command)
                    self.assertEqual(0, done.status, f"{done}")
                    self.assertTrue(json.loads(done.stdout))
                    self.assertTrue(done.requests())
                    for record in done.requests():
                        self.assert_request(record, person, outcome="pass", clause="read",
                                            action="forwarded", **{"class": "read"})

    def test_group_exists_is_a_head_request_and_tells_present_from_absent(self):
        self.given("g")
        for name, printed, status in (("g", "true", 204), ("h", "false", 404)):
            done = self.az_as(people.WITHOUT_MFA, "enforce", "group", "exists", "-n", name)
            self.assertEqual((0, printed), (done.status, done.stdout.strip()), f"{done}")
            (record,) = done.requests("HEAD")
            self.assertEqual(status, record["response"]["status"])


def az_lines(stderr):
    """What az wrote, without armgate's summary and without what differs each time."""
    kept, ours = [], ("WARNING", "ERROR", "az ", "Interactive")
    for line in stderr.splitlines():
        if line.startswith(ours):
            kept.append(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", line))
    return kept


if __name__ == "__main__":
    unittest.main()
