"""Checks a trace against its contract: every field there, every word from its closed list.

Scripts read traces, so a field that is sometimes missing is as bad as a wrong one. Nothing here
asks what the right verdict is; the tests do.
"""

import json
import re

OUTCOMES = {"pass", "fail", "uncertain"}
CLASSES = {"read", "write", "delete", "action", "other"}
KINDS = {"user", "service-principal", "managed-identity", "unknown"}
ACTIONS = {"forwarded", "refused", "simulated", "failed"}
CLAUSES = {
    "read", "other-cloud", "no-token", "unusable-token", "unknown-identity", "workload-identity",
    "user-with-mfa", "exempt-type", "exempt-delete", "contents", "contents-not-read", "tags-only",
    "post-action", "tenant-scope", "not-forwardable", "user-without-mfa"}

# The fields of a request record, by the object that holds them ("": the record itself).
FIELDS = {
    "": "record time session seq connection client request identity verdict action response "
        "time_ms contents simulation error retry_of retry_token",
    "client": "user_agent tool version minimum meets_minimum request_id command",
    "request": "method host path query class operation resource_id body_bytes",
    "identity": "kind known_by idtyp amr acrs app_id app tenant object_id name guest synced "
                "password_grant_suspected expires",
    "verdict": "outcome clause policy",
    "response": "status request_id correlation_id body_bytes",
    "time_ms": "total upstream"}

RETRY_TOKENS = {None, "new", "same"}

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
PRINTABLE = re.compile(r"[ -~]*$")
WINDOW = 20


def faults_of(text):
    """A list of sentences, one for each way in which `text` is not a trace; empty when it is."""
    if not text.endswith("\n"):
        return ["the last line has no end"]
    faults = []
    records = []
    for number, line in enumerate(text[:-1].split("\n"), 1):
        if not PRINTABLE.match(line):
            faults.append(f"line {number} holds more than printable ASCII")
        try:
            records.append(json.loads(line))
        except ValueError:
            faults.append(f"line {number} is not JSON")
    if not records or records[0].get("record") != "session":
        return faults + ["the first line is no session record"]
    if records[0].get("schema") != "armgate.trace/1":
        faults.append("the session record names no schema armgate.trace/1")
    faults += [f"the session record lacks {name}" for name in ("time", "version", "mode")
               if name not in records[0]]
    for record in records[1:]:
        faults += _record_faults(record)
    return faults


def _record_faults(record):
    kind = record.get("record")
    if kind == "tunnel":
        return [f"a tunnel record lacks {name}" for name in ("host", "port")
                if name not in record]
    if kind != "request":
        return [f"a record of unknown kind: {kind}"]
    where = f"request {record.get('seq')}"
    faults = []
    for holder, names in FIELDS.items():
        value = record if holder == "" else record.get(holder)
        if not isinstance(value, dict):
            faults.append(f"{where}: {holder} is no object")
            continue
        faults += [f"{where}: {holder}.{name} is missing" for name in names.split()
                   if name not in value]
    return faults or _word_faults(record, where)


def _word_faults(record, where):
    request, verdict, identity = record["request"], record["verdict"], record["identity"]
    checks = [
        (TIME.match(str(record["time"])), f"time {record['time']} is not RFC 3339 in microseconds"),
        (request["class"] in CLASSES, f"class {request['class']}"),
        (identity["kind"] in KINDS, f"identity.kind {identity['kind']}"),
        (verdict["outcome"] in OUTCOMES, f"outcome {verdict['outcome']}"),
        (verdict["clause"] in CLAUSES, f"clause {verdict['clause']}"),
        (record["action"] in ACTIONS, f"action {record['action']}"),
        (isinstance(record["contents"], list), "contents is no list"),
        (record["retry_token"] in RETRY_TOKENS, f"retry_token {record['retry_token']}"),
        ((record["retry_of"] is None) == (record["retry_token"] is None), "half a retry"),
        (isinstance(record["seq"], int), "seq is no integer")]
    return [f"{where}: {fault}" for good, fault in checks if not good]


def leaks_in(text, secrets):
    """Which of `secrets` show in `text`, even in part: any WINDOW characters of one count."""
    return sorted({secret[at:at + WINDOW] for secret in secrets
                   for at in range(max(1, len(secret) - WINDOW + 1))
                   if secret[at:at + WINDOW] in text})
