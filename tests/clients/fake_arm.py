"""A fake Azure Resource Manager: one subscription, resource groups, resources of any type.

It speaks ARM's language where az and other clients depend on it: error shape, request ids, long
operations with `Location`, HEAD that says whether something exists. By default it enforces no MFA,
because that is armgate's part; `enforces` turns ARM's own enforcement on, to see what a client does
with the real refusal.
"""

import json
import re
import threading
import urllib.parse
import uuid

import people
from fake_http import Answer, FakeServer, Request

HOST = "management.azure.com"
SELF = "https://" + HOST
HOSTS = [HOST, "westeurope.management.azure.com"]
POLLS_UNTIL_DONE = 1
RETRY_S = "1"

# Byte for byte what ARM sends; see "claims challenge" in Microsoft's identity documentation.
CHALLENGE = ('Bearer realm="", '
             'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
             'error="insufficient_claims", '
             'claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlcyI6WyJwMSJd'
             'fX19"')
MFA_MESSAGE = ("Resource '{}' was disallowed by Azure: You are receiving this error because you "
               "tried to create, update or delete Azure resources without authenticating through "
               "MFA. User accounts must be authenticated through MFA to manage your resources. To "
               "resolve this error, go to https://aka.ms/MFAforAzure.")

SUBSCRIPTION_PATH = re.compile(r"/subscriptions/(?P<subscription>[^/]+)(?P<rest>/.*)?$", re.I)
GROUP_PATH = re.compile(r"/resourcegroups/(?P<group>[^/]+)(?P<rest>/.*)?$", re.I)


class FakeArm(FakeServer):
    """`enforces`: refuse writes of users without MFA, as ARM does in an enforced tenant.

    `policies` holds the answers about policy assignments and definitions, by path in lower case;
    what is not in it is forbidden.
    """

    def __init__(self, pki, log_file):
        self.enforces = False
        self._state = threading.Lock()
        self._groups = {}
        self._resources = {}
        self._operations = {}
        self.policies = {}
        super().__init__(pki, HOSTS, log_file)

    def describe_caller(self, fields):
        claims = _claims(fields) or {}
        return {name: claims.get(name) for name in ("idtyp", "amr", "acrs", "oid")}

    def reset(self):
        """A new, empty subscription, and an empty record."""
        with self._state:
            self._groups.clear()
            self._resources.clear()
            self._operations.clear()
            self.policies.clear()
        self.forget()

    def put(self, path, body):
        """Makes a group or resource exist, without a request in the record."""
        text = json.dumps(body).encode()
        with self._state:
            self._in_subscription(Request("PUT", path, {}, {}, text),
                                  SUBSCRIPTION_PATH.match(path)["rest"])

    def answer(self, request):
        with self._state:
            answer = self._route(request)
        mark = str(uuid.uuid4())
        answer.fields = {
            "Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1",
            "x-ms-request-id": mark, "x-ms-correlation-request-id": mark,
            "x-ms-routing-request-id": f"WESTEUROPE:20261124T100000Z:{mark}",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff", **answer.fields}
        return answer

    def _route(self, request):
        path = re.sub("/+", "/", request.path).rstrip("/")
        if path.lower() == "/metadata/endpoints":
            return Answer(200, _metadata())
        refusal = self._refuse_caller(request, path)
        if refusal:
            return refusal
        if "api-version" not in request.query:
            return error(400, "MissingApiVersionParameter", "The api-version query parameter "
                         "(?api-version=) is required for all requests.")
        if "/microsoft.authorization/policy" in path.lower():
            return self.policies.get(path.lower(), error(
                403, "AuthorizationFailed", "The client does not have authorization to perform "
                f"action 'Microsoft.Authorization/policyAssignments/read' over scope '{path}'."))
        if path.lower() == "/batch":
            return self._batch(request)
        if path.lower() == "/tenants":
            return Answer(200, {"value": [_tenant()]})
        if path.lower() == "/subscriptions":
            return Answer(200, {"value": [_subscription()]})
        found = SUBSCRIPTION_PATH.match(path)
        if not found or found["subscription"].lower() != people.SUBSCRIPTION:
            return error(404, "SubscriptionNotFound", f"The subscription of '{path}' could not be "
                         "found.")
        return self._in_subscription(request, found["rest"] or "")

    def _refuse_caller(self, request, path):
        if request.fields.get("Authorization") is None:
            return error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' "
                         "header is missing.", _invalid("The authentication failed because of "
                                                        "missing 'Authorization' header."))
        claims = _claims(request.fields)
        if claims is None:
            return error(401, "InvalidAuthenticationToken", "The access token is invalid.",
                         _invalid("The access token is invalid."))
        writes = request.method in ("PUT", "PATCH", "DELETE")
        if self.enforces and writes and claims.get("idtyp") == "user" \
                and not people.satisfies_mfa(claims):
            name = path.rpartition("/")[2]
            return error(401, "RequestDisallowedByAzure", MFA_MESSAGE.format(name), CHALLENGE,
                         target=name)
        return None

    def _batch(self, request):
        """Each item as a request of its own; the answers in an order that is not theirs."""
        answers = []
        for item in _json(request).get("requests", []):
            path, _, query = item["url"].partition("?")
            one = self._route(Request(item["httpMethod"], path, dict(urllib.parse.parse_qsl(query)),
                                      request.fields, json.dumps(item.get("content")).encode()))
            answers.insert(0, {"name": item["name"], "httpStatusCode": one.status, "headers": {},
                               "content": json.loads(one.encoded() or b"null")})
        return Answer(200, {"responses": answers})

    def _in_subscription(self, request, rest):
        segments = rest.lower().strip("/").split("/") if rest else []
        if not segments:
            return Answer(200, _subscription())
        if segments == ["locations"]:
            return Answer(200, {"value": [{"name": "westeurope", "displayName": "West Europe",
                                           "id": _id("/locations/westeurope")}]})
        if segments[0] == "operationresults":
            return self._poll(segments[1])
        if segments == ["resources"]:
            return Answer(200, {"value": list(self._resources.values())})
        if segments[0] == "providers" and len(segments) <= 2:
            return Answer(200, _provider(rest.split("/")[2]) if len(segments) == 2 else
                          {"value": [_provider("Microsoft.Demo")]})
        if segments == ["resourcegroups"]:
            return Answer(200, {"value": list(self._groups.values())})
        found = GROUP_PATH.match(rest)
        if found and not (found["rest"] or "").strip("/"):
            return self._group(request, found["group"])
        if found and found["group"].lower() not in self._groups:
            return _no_group(found["group"])
        if found and found["rest"].lower() == "/resources":
            inside = _id(f"/resourceGroups/{found['group']}/").lower()
            return Answer(200, {"value": [value for key, value in self._resources.items()
                                          if key.startswith(inside)]})
        return self._resource(request, _id(rest))

    def _group(self, request, name):
        key = name.lower()
        if request.method == "HEAD":
            return Answer(204 if key in self._groups else 404)
        if request.method == "PUT":
            known = key in self._groups
            self._groups[key] = {"id": _id(f"/resourceGroups/{name}"), "name": name,
                                 "type": "Microsoft.Resources/resourceGroups",
                                 **_json(request), "properties": {"provisioningState": "Succeeded"}}
            return Answer(200 if known else 201, self._groups[key])
        if key not in self._groups:
            return _no_group(name)
        if request.method == "PATCH":
            self._groups[key].update(_json(request))
        if request.method == "DELETE":
            return self._long_delete(key)
        return Answer(200, self._groups[key])

    def _long_delete(self, key):
        operation = uuid.uuid4().hex
        inside = _id(f"/resourceGroups/{key}/").lower()
        for resource in [name for name in self._resources if name.startswith(inside)]:
            del self._resources[resource]
        del self._groups[key]
        self._operations[operation] = POLLS_UNTIL_DONE
        return Answer(202, None, Location=self._operation_url(operation), Retry_After=RETRY_S)

    def _poll(self, operation):
        if operation not in self._operations:
            return error(404, "NotFound", "The operation is not known.")
        if self._operations[operation] == 0:
            return Answer(200)
        self._operations[operation] -= 1
        return Answer(202, None, Location=self._operation_url(operation), Retry_After=RETRY_S)

    def _operation_url(self, operation):
        return SELF + _id(f"/operationresults/{operation}?api-version=2021-04-01")

    def _resource(self, request, path):
        key = path.lower()
        if request.method == "POST":
            return Answer(200, _keys() if key.endswith("/listkeys") else {})
        if request.method == "HEAD":
            return Answer(204 if key in self._resources else 404)
        if request.method == "PUT":
            known = key in self._resources
            body = _json(request)
            name, kind = _name_and_type(path)
            body["properties"] = {**(body.get("properties") or {}),
                                  "provisioningState": "Succeeded"}
            self._resources[key] = {**body, "id": path, "name": name, "type": kind}
            return Answer(200 if known else 201, self._resources[key])
        if request.method == "DELETE":
            return Answer(200 if self._resources.pop(key, None) else 204)
        if key not in self._resources:
            name, kind = _name_and_type(path)
            return error(404, "ResourceNotFound", f"The Resource '{kind}/{name}' was not found. "
                         "For more details please go to https://aka.ms/ARMResourceNotFoundFix")
        if request.method == "PATCH":
            self._resources[key].update(_json(request))
        return Answer(200, self._resources[key])


def error(status, code, message, challenge=None, **more):
    """An error in ARM's shape; `target` and the like go beside code and message."""
    answer = Answer(status, {"error": {"code": code, **more, "message": message}},
                    x_ms_failure_cause="gateway")
    if challenge:
        answer.fields["WWW-Authenticate"] = challenge
    return answer


def _invalid(description):
    return (f'Bearer authorization_uri="https://login.windows.net/{people.TENANT}", '
            f'error="invalid_token", error_description="{description}"')


def _keys():
    return {"keys": [{"keyName": "key1", "value": people.STORAGE_KEY, "permissions": "FULL"}]}


def _no_group(name):
    return error(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def _claims(fields):
    scheme, _, token = (fields.get("Authorization") or "").partition(" ")
    return people.claims_of(token) if scheme.lower() == "bearer" else None


def _json(request):
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        return {"properties": {"unreadable": True}}
    return value if isinstance(value, dict) else {}


def _id(rest):
    return f"/subscriptions/{people.SUBSCRIPTION}{rest}"


def _name_and_type(path):
    provider = re.split("/providers/", path, flags=re.I)[-1].split("/")
    return provider[-1], "/".join([provider[0], *provider[1::2]])


def _tenant():
    return {"id": f"/tenants/{people.TENANT}", "tenantId": people.TENANT, "displayName": "Contoso",
            "defaultDomain": "contoso.example", "tenantCategory": "Home", "countryCode": "DE",
            "domains": ["contoso.example"], "tenantType": "AAD"}


def _subscription():
    return {"id": _id(""), "subscriptionId": people.SUBSCRIPTION, "tenantId": people.TENANT,
            "displayName": "Test subscription", "state": "Enabled", "managedByTenants": [],
            "authorizationSource": "RoleBased",
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01",
                                     "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"}}


def _provider(namespace):
    return {"id": _id(f"/providers/{namespace}"), "namespace": namespace,
            "registrationState": "Registered", "registrationPolicy": "RegistrationRequired",
            "resourceTypes": [{"resourceType": "things", "locations": ["West Europe"],
                               "apiVersions": ["2024-01-01"], "capabilities": "None"}]}


def _metadata():
    """What azurerm and `az cloud` read first, without a token."""
    return [{"name": "AzureCloud", "portal": "https://portal.azure.com",
             "authentication": {"loginEndpoint": "https://login.microsoftonline.com",
                                "audiences": ["https://management.core.windows.net/",
                                              "https://management.azure.com/"],
                                "tenant": "common", "identityProvider": "AAD"},
             "resourceManager": SELF + "/", "graph": "https://graph.windows.net/",
             "graphAudience": "https://graph.windows.net/",
             "suffixes": {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net",
                          "acrLoginServer": "azurecr.io", "sqlServerHostname":
                          "database.windows.net"}}]
