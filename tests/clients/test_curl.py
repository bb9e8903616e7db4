"""curl through armgate: the wire, byte for byte, that libraries hide.

curl sends exactly what it is told, so here is checked what must pass unchanged (odd paths, bodies
of every framing, long tokens) and what a refusal looks like to the byte.
"""

import hashlib
import json
import shutil
import time
import unittest

import fake_arm
import people
from client_case import GROUP_WRITE, GROUPS, ClientCase
from harness import missing

API = "api-version=2021-04-01"
BASE = "https://management.azure.com"
GROUP_BODY = b'{"location":"westeurope","tags":{"made by":"curl"}}'
BIG = 2 * 1024 * 1024


def setUpModule():
    if shutil.which("curl") is None:
        missing("curl is not installed")
    ClientCase.open_stage()


class CurlCase(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        self.stage.arm.put(f"{GROUPS}/g", {"location": "westeurope"})
        self.used = set()

    def curl(self, mode, target, *arguments, token=None, person=people.WITHOUT_MFA, stdin=b""):
        """curl, the answer's head and body on standard output; `target` is sent as it is."""
        token = people.access_token(person) if token is None else token
        self.used.update(token.split(".")[1:])
        who = ["-H", "Authorization: Bearer " + token] if token else []
        return self.run_client(
            ["curl", "--silent", "--show-error", "--include", "--suppress-connect-headers",
             "--path-as-is", "--globoff", "--max-time", "60", *who, *arguments, BASE + target],
            self.stage.folder / "home", mode, stdin=stdin)

    def secrets(self):
        return super().secrets() | self.used

    def only(self, done, status):
        """The one request of the run, whose answer must have had this status at the client."""
        self.assertEqual(0, done.status, f"{done}")
        last_head = [line for line in done.stdout.splitlines() if line.startswith("HTTP/")][-1]
        self.assertEqual(str(status), last_head.split()[1], f"{done}")
        (record,) = done.requests()
        self.assertEqual(status, record["response"]["status"], record)
        return record

    def assert_arrived(self, done, body):
        """Exactly one write reached ARM, with this body."""
        (write,) = [entry for entry in done.writes_at_arm() if "expect" not in entry]
        self.assertEqual(len(body), write["body_bytes"])
        self.assertEqual(hashlib.sha256(body).hexdigest(), write["body_sha256"])
        return write


class Passes(CurlCase):
    """In observe every request reaches ARM as it was written."""

    def test_a_get(self):
        record = self.only(self.curl("observe", f"/subscriptions?{API}"), 200)
        self.assert_request(record, people.WITHOUT_MFA, method="GET", outcome="pass",
                            clause="read", path="/subscriptions", body_bytes=0)
        self.assertEqual("curl", record["client"]["tool"])

    def test_a_head_has_no_body_and_ends(self):
        self.only(self.curl("observe", f"{GROUPS}/g?{API}", "--head"), 204)
        self.only(self.curl("observe", f"{GROUPS}/h?{API}", "--head"), 404)

    def test_bodies_of_every_framing_arrive_unchanged(self):
        big = json.dumps({"properties": {"blob": "x" * BIG}}).encode()
        thing = f"{GROUPS}/g/providers/Microsoft.Demo/things/t?{API}"
        json_field = ("-H", "Content-Type: application/json")
        cases = {
            "length": (GROUP_BODY, ("-X", "PUT", "--data-binary", "@-")),
            "HTTP/1.0": (GROUP_BODY, ("-X", "PUT", "--http1.0", "--data-binary", "@-")),
            "chunked": (GROUP_BODY, ("-T", "-")),
            "chunked, 2 MB": (big, ("-T", "-")),
            "2 MB with Expect": (big, ("-X", "PUT", "--data-binary", "@-",
                                       "-H", "Expect: 100-continue")),
            "empty": (b"", ("-X", "PUT", "--data-binary", "@-"))}
        for name, (body, arguments) in cases.items():
            with self.subTest(name):
                self.setUp()
                done = self.curl("observe", thing, *json_field, *arguments, stdin=body)
                record = self.only(done, 201)
                self.assert_arrived(done, body)
                self.assertEqual(len(body), record["request"]["body_bytes"])

    def test_expect_100_is_answered_before_the_body_is_sent(self):
        body = json.dumps({"properties": {"blob": "x" * BIG}}).encode()
        done = self.curl("observe", f"{GROUPS}/g/providers/Microsoft.Demo/things/t?{API}", "-X",
                         "PUT", "--expect100-timeout", "30", "--data-binary", "@-",
                         "-H", "Expect: 100-continue", stdin=body)
        self.only(done, 201)
        self.assert_arrived(done, body)
        self.assertIn("HTTP/1.1 100", done.stdout)

    def test_a_token_of_twelve_thousand_characters(self):
        token = people.token_of_200_groups(people.WITHOUT_MFA)
        self.assertGreater(len(token), 12000)
        done = self.curl("enforce", f"/subscriptions?{API}", token=token)
        self.assert_request(self.only(done, 200), people.WITHOUT_MFA, outcome="pass")

    def test_odd_paths_and_queries_arrive_byte_for_byte(self):
        odd = (f"/{GROUPS}/g?{API}", f"{GROUPS}/g/?{API}", f"{GROUPS.upper()}/G?{API}",
               f"{GROUPS}/g/providers/Microsoft.Demo//things/t?{API}&$filter=a%20eq%20'b'",
               f"{GROUPS}/g/providers/Microsoft.Demo/things/a%2Fb?{API}",
               f"{GROUPS}/g/providers/Microsoft.Demo/things/West%20Europe?{API}")
        for target in odd:
            with self.subTest(target):
                done = self.curl("enforce", target)
                self.assertEqual(0, done.status, f"{done}")
                (entry,) = done.arm
                self.assertEqual(target, f"{entry['path']}?{entry['query']}")
                (record,) = done.requests()
                self.assertEqual(target.partition("?")[0], record["request"]["path"])

    def test_metadata_is_a_read_that_needs_no_token(self):
        done = self.curl("enforce", f"//metadata/endpoints?{API}", token="")
        record = self.only(done, 200)
        self.assertEqual("//metadata/endpoints", done.arm[0]["path"])
        self.assertEqual(("read", None), (record["request"]["class"],
                                          record["request"]["operation"]))

    def test_no_field_is_added_on_the_way_to_arm(self):
        done = self.curl("observe", f"/subscriptions?{API}")
        names = {name.lower() for name, _ in done.arm[0]["fields"]}
        self.assertLessEqual(names, {"host", "user-agent", "accept", "connection"})

    def test_secrets_in_the_query_reach_arm_and_not_the_trace(self):
        query = f"{API}&sig=signature-that-must-not-leak&code=code-that-must-not-leak"
        done = self.curl("observe", f"/subscriptions?{query}")
        self.assertEqual(query, done.arm[0]["query"])
        for text in (done.trace_text, done.stderr):
            self.assertNotIn("must-not-leak", text)


class Refusal(CurlCase):
    """In enforce: ARM's own answer, and nothing of the write leaves the machine."""

    def test_a_refused_put_has_arms_status_header_and_body(self):
        done = self.curl("enforce", f"{GROUPS}/new?{API}", "-X", "PUT", "--data-binary", "@-",
                         stdin=GROUP_BODY)
        record = self.only(done, 401)
        self.assert_request(record, people.WITHOUT_MFA, action="refused", outcome="fail",
                            clause="user-without-mfa", operation=GROUP_WRITE)
        self.assertEqual([], done.arm)
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        lines = head.splitlines()
        self.assertEqual("HTTP/1.1 401 Unauthorized", lines[0])
        challenges = [line for line in lines if line.lower().startswith("www-authenticate")]
        self.assertEqual(["WWW-Authenticate: " + fake_arm.CHALLENGE], challenges)
        self.assertIn("x-armgate-verdict: user-without-mfa", [line.lower() for line in lines])
        self.assertEqual({"error": {"code": "RequestDisallowedByAzure", "target": "new",
                                    "message": fake_arm.MFA_MESSAGE.format("new")}},
                         json.loads(body))
        self.assertEqual(["code", "target", "message"], list(json.loads(body)["error"]))
        names = {line.partition(":")[0].lower() for line in lines[1:]}
        self.assertLessEqual({"content-type", "x-ms-request-id", "x-ms-correlation-request-id",
                              "x-ms-failure-cause", "x-ms-routing-request-id"}, names)

    def test_every_way_to_write_is_refused(self):
        big = json.dumps({"properties": {"blob": "x" * BIG}}).encode()
        thing = f"{GROUPS}/g/providers/Microsoft.Demo/things/t?{API}"
        cases = {
            "PUT in HTTP/1.0": (GROUP_BODY, ("-X", "PUT", "--http1.0", "--data-binary", "@-")),
            "chunked": (GROUP_BODY, ("-T", "-")),
            "chunked, 2 MB": (big, ("-T", "-")),
            "2 MB with Expect": (big, ("-X", "PUT", "--data-binary", "@-",
                                       "-H", "Expect: 100-continue")),
            "PATCH": (b'{"properties":{"size":2}}', ("-X", "PATCH", "--data-binary", "@-")),
            "DELETE": (b"", ("-X", "DELETE"))}
        for name, (body, arguments) in cases.items():
            with self.subTest(name):
                done = self.curl("enforce", thing, *arguments, stdin=body)
                record = self.only(done, 401)
                self.assertEqual(("refused", "fail", "user-without-mfa"),
                                 (record["action"], record["verdict"]["outcome"],
                                  record["verdict"]["clause"]), record)
                self.assertEqual([], done.arm)

    def test_others_write_in_enforce(self):
        stepped_up = people.access_token(people.CAN_STEP_UP, stepped_up=True)
        for token, clause in ((people.access_token(people.SERVICE_PRINCIPAL), "workload-identity"),
                              (people.access_token(people.WITH_MFA), "user-with-mfa"),
                              (stepped_up, "user-with-mfa")):
            with self.subTest(clause):
                self.setUp()
                done = self.curl("enforce", f"{GROUPS}/new?{API}", "-X", "PUT", "--data-binary",
                                 "@-", token=token, stdin=GROUP_BODY)
                record = self.only(done, 201)
                self.assertEqual(("pass", clause), (record["verdict"]["outcome"],
                                                    record["verdict"]["clause"]))
                self.assert_arrived(done, GROUP_BODY)

    def test_what_policy_does_not_stop_is_forwarded(self):
        lock = f"{GROUPS}/g/providers/Microsoft.Authorization/locks/l?{API}"
        action = f"{GROUPS}/g/providers/Microsoft.Storage/storageAccounts/s/listKeys?{API}"
        cases = {"exempt-delete": ("pass", 204, lock, ("-X", "DELETE"), b""),
                 "tags-only": ("uncertain", 200, f"{GROUPS}/g?{API}",
                               ("-X", "PATCH", "--data-binary", "@-"), b'{"tags":{"a":"b"}}'),
                 "post-action": ("uncertain", 200, action,
                                 ("-X", "POST", "--data-binary", "@-"), b"{}")}
        for clause, (outcome, status, target, arguments, body) in cases.items():
            with self.subTest(clause):
                done = self.curl("enforce", target, *arguments, stdin=body)
                record = self.only(done, status)
                self.assertEqual((outcome, clause, "forwarded"),
                                 (record["verdict"]["outcome"], record["verdict"]["clause"],
                                  record["action"]), record)
                self.assert_arrived(done, body)

    def test_an_expired_token_gets_the_ordinary_401(self):
        long_ago = int(time.time()) - 3600
        token = people.access_token(people.WITHOUT_MFA, exp=long_ago, iat=long_ago - 10,
                                    nbf=long_ago - 10)
        done = self.curl("enforce", f"{GROUPS}/new?{API}", "-X", "PUT", "--data-binary", "@-",
                         token=token, stdin=GROUP_BODY)
        record = self.only(done, 401)
        self.assertEqual(("unusable-token", "refused"), (record["verdict"]["clause"],
                                                         record["action"]), record)
        self.assertEqual([], done.arm)
        self.assertNotIn("insufficient_claims", done.stdout)
        self.assertIn('error="invalid_token"', done.stdout)

    def test_a_user_without_idtyp_claim_is_known_by_inference_and_still_refused(self):
        token = people.access_token(people.WITHOUT_MFA, idtyp=None)
        done = self.curl("enforce", f"{GROUPS}/new?{API}", "-X", "PUT", "--data-binary", "@-",
                         token=token, stdin=GROUP_BODY)
        record = self.only(done, 401)
        self.assertEqual("refused", record["action"], record)
        self.assertNotEqual("idtyp", record["identity"]["known_by"], record)
        self.assertEqual([], done.arm)


class Wiring(CurlCase):
    """What `run` puts into the child's environment, and what it hands back."""

    def test_the_childs_status_and_output_are_its_own(self):
        done = self.curl("enforce", f"{GROUPS}/new?{API}", "--fail", "-X", "PUT", "-d", "{}")
        self.assertEqual(22, done.status, f"{done}")
        done = self.run_client(["sh", "-c", "printf out; printf err >&2; exit 7"],
                               self.stage.folder / "home", "observe")
        self.assertEqual((7, "out"), (done.status, done.stdout), f"{done}")
        self.assertIn("err", done.stderr)

    def test_the_users_bundle_is_kept_and_combined(self):
        names = "REQUESTS_CA_BUNDLE SSL_CERT_FILE CURL_CA_BUNDLE"
        script = f'for n in {names}; do eval "cat \\"\\$$n\\""; done'
        done = self.run_client(["sh", "-c", script], self.stage.folder / "home", "observe")
        certificates = self.stage.pki.ca.read_text().strip()
        self.assertEqual(3, done.stdout.count(certificates))
        mine = self.stage.bundle.read_text().count("BEGIN CERTIFICATE")
        self.assertGreater(done.stdout.count("BEGIN CERTIFICATE"), 3 * mine)
        self.assertNotIn("PRIVATE KEY", done.stdout)

    def test_the_proxys_credentials_stay_out_of_trace_and_standard_error(self):
        script = f'printf "%s\\n" "$HTTPS_PROXY"; curl --silent "{BASE}/subscriptions?{API}"'
        done = self.run_client(["sh", "-c", script], self.stage.folder / "home", "observe")
        proxy = done.stdout.splitlines()[0]
        self.assertRegex(proxy, r"^http://[^:@/]+:[^:@/]+@127\.0\.0\.1:\d+/?$")
        password = proxy.rpartition("@")[0].rpartition(":")[2]
        self.assertNotIn(password, done.trace_text)
        self.assertNotIn(password, done.stderr)
        names = {name.lower() for name, _ in done.arm[0]["fields"]}
        self.assertNotIn("proxy-authorization", names)

    def test_a_proxy_without_credentials_is_refused(self):
        script = ('curl --silent --output /dev/null --write-out "%{http_connect}" --proxy '
                  f'"http://${{HTTPS_PROXY##*@}}" "{BASE}/subscriptions?{API}"')
        done = self.run_client(["sh", "-c", script], self.stage.folder / "home", "observe")
        self.assertEqual("407", done.stdout, f"{done}")
        self.assertEqual([], done.arm)


if __name__ == "__main__":
    unittest.main()
