"""Who signs in during the tests, and the access tokens that Entra ID would give them.

The tokens have the claims of real v1.0 tokens for ARM, because the claims decide armgate's
verdict. They are signed with noise: neither az nor ARM's clients verify an access token, and the
fakes only read it. The noise is the same in every token, so that a test can search for it where a
token must never appear.
"""

import base64
import dataclasses
import json
import time

TENANT = "11111111-aaaa-4bbb-8ccc-222222222222"
SUBSCRIPTION = "33333333-aaaa-4bbb-8ccc-444444444444"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ARM_AUDIENCE = "https://management.core.windows.net/"
SIGNATURE = "bm90LWEtcmVhbC1zaWduYXR1cmU" * 12
STORAGE_KEY = base64.b64encode(b"a storage key that must not leak".ljust(64, b"-")).decode()
LIFETIME_S = 4000


@dataclasses.dataclass(frozen=True)
class Person:
    """A user, or a service principal where `secret` is a client secret and `idtyp` is `app`."""

    name: str
    object_id: str
    secret: str
    idtyp: str = "user"
    amr: tuple = ("pwd",)
    can_step_up: bool = False
    app_id: str = AZURE_CLI


SERVICE_PRINCIPAL = Person("deploy-bot", "5a5a5a5a-0000-4000-8000-000000000001",
                           "sp-secret-that-must-not-leak", idtyp="app", amr=(),
                           app_id="6b6b6b6b-0000-4000-8000-000000000001")
WITHOUT_MFA = Person("olaf@contoso.example", "5a5a5a5a-0000-4000-8000-000000000002",
                     "password-that-must-not-leak-1")
WITH_MFA = Person("mona@contoso.example", "5a5a5a5a-0000-4000-8000-000000000003",
                  "password-that-must-not-leak-2", amr=("pwd", "mfa"))
CAN_STEP_UP = Person("stella@contoso.example", "5a5a5a5a-0000-4000-8000-000000000004",
                     "password-that-must-not-leak-3", can_step_up=True)
EVERYONE = (SERVICE_PRINCIPAL, WITHOUT_MFA, WITH_MFA, CAN_STEP_UP)


def access_token(person, audience=ARM_AUDIENCE, stepped_up=False, **extra):
    """A bearer token for `person`; `extra` claims are added or, where None, taken away."""
    now = int(time.time())
    claims = {
        "aud": audience, "iss": f"https://sts.windows.net/{TENANT}/", "ver": "1.0",
        "tid": TENANT, "oid": person.object_id, "iat": now - 60, "nbf": now - 60,
        "exp": now + LIFETIME_S, "appid": person.app_id, "idtyp": person.idtyp,
        "uti": "c29tZS1pZGVudGlmaWVy", "rh": "1.AAAA", "xms_tcdt": "1500000000"}
    if person.idtyp == "app":
        claims.update(sub=person.object_id, appidacr="1",
                      idp=f"https://sts.windows.net/{TENANT}/")
    else:
        claims.update(sub="pairwise-" + person.object_id, appidacr="0", acr="1",
                      amr=list(person.amr), name=person.name.split("@")[0], puid="1003200000000001",
                      scp="user_impersonation", unique_name=person.name, upn=person.name,
                      ipaddr="203.0.113.7", xms_cc=["cp1"])
    if stepped_up:
        claims.update(amr=sorted({*person.amr, "mfa"}, key=["pwd", "mfa"].index), acrs=["p1"])
    claims.update(extra)
    return unsigned_jwt({name: value for name, value in claims.items() if value is not None})


def id_token(person, client_id, stepped_up=False):
    """The OpenID token that tells az who signed in."""
    now = int(time.time())
    return unsigned_jwt({
        "aud": client_id, "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "iat": now, "nbf": now, "exp": now + LIFETIME_S, "sub": "pairwise-" + person.object_id,
        "oid": person.object_id, "tid": TENANT, "preferred_username": person.name,
        "name": person.name, "ver": "2.0", "amr": ["mfa"] if stepped_up else list(person.amr)})


def token_of_200_groups(person):
    """A token of some 12,000 characters, as users in many groups have."""
    groups = [f"{number:08x}-1111-4222-8333-444444444444" for number in range(226)]
    return access_token(person, groups=groups)


def unsigned_jwt(claims):
    """header.payload.noise; the noise has the length of an RS256 signature or nearly so."""
    header = {"typ": "JWT", "alg": "RS256", "x5t": "ZmFrZQ", "kid": "ZmFrZQ"}
    return ".".join((_base64url(header), _base64url(claims), SIGNATURE))


def claims_of(token):
    """The claims of a token, or None where it is not one. Verifies nothing."""
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        return json.loads(base64.urlsafe_b64decode(payload)) if len(parts) == 3 else None
    except (ValueError, IndexError):
        return None


def satisfies_mfa(claims):
    """The published rule: exact elements, nothing else counts."""
    return "mfa" in claims.get("amr", []) or "p1" in claims.get("acrs", [])


def _base64url(value):
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
