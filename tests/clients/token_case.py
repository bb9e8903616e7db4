"""What must hold behind armgate for a client that carries a token and knows nothing of Azure.

Node's fetch and wget send what they are told and show what came back: no sign-in, no answer to a
claims challenge, no retry. TokenMatrix runs such a client as each person, in observe and enforce.
"""

import json

import fake_arm
import people
from client_case import GROUP_WRITE, GROUPS, SEEN_AS

BASE = "https://management.azure.com"
API = "api-version=2021-04-01"
GROUP_BODY = '{"location":"westeurope"}'


class TokenMatrix:
    """To be mixed into a ClientCase; the class that does so sets TOOL and VERSION, and send()."""

    TOOL = None
    VERSION = None

    def send(self, token, mode, method, url, body=None):
        """Sends one request. Returns the outcome, the status the client saw, the challenge it
        saw (None: none) and the body it saw (None: it shows no body with an error)."""
        raise NotImplementedError

    def setUp(self):
        self.stage.arm.reset()
        self.used = set()

    def secrets(self):
        return super().secrets() | self.used

    def request(self, token, mode, method, path, body=None):
        self.used.update(token.split(".")[1:])
        seen = self.send(token, mode, method, f"{BASE}{path}?{API}", body)
        (record,) = seen[0].requests()
        self.assertEqual((self.TOOL, self.VERSION),
                         (record["client"]["tool"], record["client"]["version"]), record)
        self.assertEqual(seen[1], record["response"]["status"], record)
        return *seen, record

    def test_observe_changes_nothing_and_records_what_would_fail(self):
        for person, (_, outcome, clause) in SEEN_AS.items():
            with self.subTest(person.name):
                self.stage.arm.reset()
                done, status, challenge, body, record = self.request(
                    people.access_token(person), "observe", "PUT", f"{GROUPS}/g", GROUP_BODY)
                self.assertEqual((201, None), (status, challenge), f"{done}")
                self.assertEqual("g", json.loads(body)["name"])
                self.assert_request(record, person, operation=GROUP_WRITE, outcome=outcome,
                                    clause=clause, action="forwarded", path=f"{GROUPS}/g",
                                    body_bytes=len(GROUP_BODY))
                self.assertEqual([len(GROUP_BODY)],
                                 [write["body_bytes"] for write in done.writes_at_arm()])

    def test_enforce_lets_users_without_mfa_read_and_refuses_their_writes(self):
        self.stage.arm.put(f"{GROUPS}/g", {"location": "westeurope"})
        token = people.access_token(people.WITHOUT_MFA)
        done, status, _, body, record = self.request(token, "enforce", "GET", GROUPS)
        self.assertEqual((200, ["g"]), (status, [g["name"] for g in json.loads(body)["value"]]))
        self.assert_request(record, people.WITHOUT_MFA, outcome="pass", clause="read",
                            action="forwarded")
        for method, text in (("PUT", GROUP_BODY), ("DELETE", None)):
            with self.subTest(method):
                done, status, challenge, body, record = self.request(
                    token, "enforce", method, f"{GROUPS}/g", text)
                self.assertEqual((401, fake_arm.CHALLENGE), (status, challenge), f"{done}")
                if body is not None:
                    self.assertEqual("RequestDisallowedByAzure", json.loads(body)["error"]["code"])
                self.assertEqual([], done.arm, f"{done}")
                self.assert_request(record, people.WITHOUT_MFA, outcome="fail", action="refused",
                                    clause="user-without-mfa")

    def test_others_write_in_enforce_also_with_a_token_from_signing_in_again(self):
        tokens = {people.SERVICE_PRINCIPAL: people.access_token(people.SERVICE_PRINCIPAL),
                  people.WITH_MFA: people.access_token(people.WITH_MFA),
                  people.CAN_STEP_UP: people.access_token(people.CAN_STEP_UP, stepped_up=True)}
        for person, token in tokens.items():
            with self.subTest(person.name):
                self.stage.arm.reset()
                done, status, challenge, _, record = self.request(
                    token, "enforce", "PUT", f"{GROUPS}/g", GROUP_BODY)
                self.assertEqual((201, None), (status, challenge), f"{done}")
                kind = SEEN_AS[person][0]
                self.assert_request(record, person, outcome="pass", action="forwarded", clause={
                    "user": "user-with-mfa", "service-principal": "workload-identity"}[kind])
                self.assertEqual(1, len(done.writes_at_arm()))
