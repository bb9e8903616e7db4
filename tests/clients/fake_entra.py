"""A fake Entra ID: as much of login.microsoftonline.com as az needs to sign in.

It knows the people of `people` and gives them tokens by client secret, password, device code and
refresh token. It answers a claims challenge for `acrs` `p1` as Entra does: somebody who can step
up gets a token with MFA, anybody else gets AADSTS50076.

It also stands in for the host where az looks for a newer version of itself, once for each new
configuration folder; there is no setting against that call. It is answered 404, so that nothing
leaves the machine.
"""

import base64
import json
import urllib.parse
import uuid

import people
from fake_http import Answer, FakeServer

HOST = "login.microsoftonline.com"
SELF = "https://" + HOST
NEWS_HOST = "azcliprod.blob.core.windows.net"
WANTS_MFA = 50076


class FakeEntra(FakeServer):
    """`device_user` is the person who approves the next device code; tests set it.

    `asks` lists the token requests that came, `issued` all tokens that went out.
    """

    def __init__(self, pki, log_file):
        self.device_user = None
        self.asks = []
        self.issued = set()
        super().__init__(pki, [HOST, NEWS_HOST], log_file)

    def answer(self, request):
        answer = self._route(request)
        if isinstance(answer.body, dict):
            self.issued.update(value for name, value in answer.body.items()
                               if name in ("access_token", "id_token"))
        return answer

    def _route(self, request):
        segments = [part.lower() for part in request.path.split("/") if part]
        if request.fields.get("Host") == NEWS_HOST:
            return Answer(404, {"error": "no news"})
        if segments[:3] == ["common", "discovery", "instance"]:
            return Answer(200, _instances())
        if segments[1:2] == ["userrealm"]:
            return Answer(200, _realm())
        if segments[-2:] == [".well-known", "openid-configuration"]:
            return Answer(200, _openid_configuration(segments[0]))
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if segments[-1:] == ["devicecode"]:
            return self._device_code(form)
        if segments[-1:] == ["token"] and request.method == "POST":
            return self._token(form)
        return Answer(404, {"error": "not_found", "error_description": request.path})

    def _device_code(self, form):
        return Answer(200, {
            "user_code": "FAKE-CODE", "device_code": "device:" + json.dumps(wants_mfa(form)),
            "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900,
            "interval": 1, "message": "To sign in, enter the code FAKE-CODE."})

    def _token(self, form):
        grant = form.get("grant_type", "").rpartition(":")[2]
        challenged = wants_mfa(form)
        self.asks.append({"grant_type": grant, "mfa": challenged})
        if grant == "client_credentials":
            return self._application(form)
        if grant == "device_code":
            asked = json.loads(form["device_code"].partition(":")[2])
            if self.device_user is None:
                return _refuse("authorization_pending", 70016, "AADSTS70016: nobody came yet.")
            # A person in front of a browser can do what a silent renewal cannot.
            return _grant(self.device_user, form, asked or challenged)
        if grant == "password":
            person = _find(form.get("username"))
            if person is None or form.get("password") != person.secret:
                return _refuse("invalid_grant", 50126, "AADSTS50126: Error validating credentials "
                               "due to invalid username or password.")
            return self._silent(person, form, challenged)
        if grant == "refresh_token":
            name, _, session = form.get("refresh_token", "").partition("|")
            person = _find(name)
            if person is None:
                return _refuse("invalid_grant", 9002313, "AADSTS9002313: Invalid request.")
            if session == "mfa":
                return _grant(person, form, True)
            return self._silent(person, form, challenged)
        return _refuse("unsupported_grant_type", 70003, "AADSTS70003: The app requested an "
                       "unsupported grant type.")

    def _application(self, form):
        known = people.SERVICE_PRINCIPAL
        if (form.get("client_id"), form.get("client_secret")) != (known.app_id, known.secret):
            return _refuse("invalid_client", 7000215, "AADSTS7000215: Invalid client secret "
                           "provided.", status=401)
        token = people.access_token(known, _audience(form))
        return Answer(200, {"token_type": "Bearer", "expires_in": people.LIFETIME_S,
                            "ext_expires_in": people.LIFETIME_S, "access_token": token})

    def _silent(self, person, form, challenged):
        if challenged and not person.can_step_up and "mfa" not in person.amr:
            return _refuse(
                "interaction_required", WANTS_MFA, "AADSTS50076: Due to a configuration change "
                "made by your administrator, or because you moved to a new location, you must use "
                "multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'.",
                suberror="basic_action", claims=form.get("claims"))
        return _grant(person, form, challenged)


def wants_mfa(form):
    """Whether the `claims` parameter asks for `acrs` `p1`; clients send it for other claims too."""
    claims = json.loads(form.get("claims") or "{}")
    acrs = claims.get("access_token", {}).get("acrs") or {}
    return "p1" in (acrs.get("values") or [acrs.get("value")])


def _grant(person, form, stepped_up):
    client_info = json.dumps({"uid": person.object_id, "utid": people.TENANT}).encode()
    session = "mfa" if stepped_up else "plain"
    return Answer(200, {
        "token_type": "Bearer", "scope": form.get("scope", ""), "expires_in": people.LIFETIME_S,
        "ext_expires_in": people.LIFETIME_S,
        "access_token": people.access_token(person, _audience(form), stepped_up),
        "refresh_token": f"{person.name}|{session}", "foci": "1",
        "id_token": people.id_token(person, form.get("client_id"), stepped_up),
        "client_info": base64.urlsafe_b64encode(client_info).decode().rstrip("=")})


def _refuse(error, code, description, status=400, **more):
    trace = str(uuid.uuid4())
    text = (f"{description} Trace ID: {trace} Correlation ID: {trace} "
            "Timestamp: 2026-11-24 10:00:00Z")
    return Answer(status, {"error": error, "error_description": text, "error_codes": [code],
                           "timestamp": "2026-11-24 10:00:00Z", "trace_id": trace,
                           "correlation_id": trace,
                           **{name: value for name, value in more.items() if value}})


def _audience(form):
    """The resource of a v2 scope: what stands before the last `/.default`, slashes kept."""
    for scope in form.get("scope", "").split():
        if scope.endswith("/.default"):
            return scope[:-len("/.default")]
    return people.ARM_AUDIENCE


def _find(name):
    return next((person for person in people.EVERYONE if person.name == name), None)


def _realm():
    return {"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.example",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline"}


def _instances():
    return {"tenant_discovery_endpoint": f"{SELF}/common/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": HOST, "preferred_cache": "login.windows.net",
                          "aliases": [HOST, "login.windows.net", "login.microsoft.com",
                                      "sts.windows.net"]}]}


def _openid_configuration(tenant):
    """For `organizations` and `common` the issuer holds a placeholder, as Entra's own does."""
    issuer = "{tenantid}" if tenant in ("organizations", "common") else tenant
    base = f"{SELF}/{tenant}"
    return {"token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys", "issuer": f"{SELF}/{issuer}/v2.0",
            "response_types_supported": ["code", "id_token"], "scopes_supported": ["openid"],
            "subject_types_supported": ["pairwise"], "tenant_region_scope": "EU",
            "id_token_signing_alg_values_supported": ["RS256"],
            "cloud_instance_name": "microsoftonline.com"}
