import json
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.identity import ApiClient, KeyRing, Permission, cookie_name
from shared.problems import NotSignedInError
from tests.support.shared_app import config, keyring, signing_key, staff, trusted_keys

ALLOWED = {
    "owner": {"read", "schedule", "publish", "bill", "refund", "settings"},
    "office": {"read", "schedule", "publish", "bill", "refund"},
    "inspector": {"read", "schedule", "publish"},
    "read_only": {"read"},
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_exactly_what_it_includes(role, permission):
    assert staff(role).may(permission) is (permission.value in ALLOWED[role])


@pytest.mark.parametrize("permission", Permission)
def test_an_api_key_may_exactly_what_its_scopes_say(permission):
    assert ApiClient("c1", "k1", frozenset({permission.value})).may(permission)
    others = frozenset(p.value for p in Permission if p is not permission)
    assert not ApiClient("c1", "k1", others).may(permission)


def test_every_service_recognises_the_staff_member_scheduling_speaks_of():
    token = keyring("scheduling").mint_staff(staff("office"))

    for service in ("scheduling", "billing", "portal", "notifications"):
        assert keyring(service).staff(token) == staff("office")


def test_an_api_client_is_recognised_with_its_scopes():
    client = ApiClient("c1", "k1", frozenset({"read", "bill"}))
    token = keyring("scheduling").mint_api_client(client)

    assert keyring("billing").api_caller(token) == client


def test_only_scheduling_may_say_who_is_staff():
    for service in ("billing", "portal", "notifications"):
        with pytest.raises(NotSignedInError):
            keyring("billing").staff(keyring(service).mint_staff(staff()))


def test_a_cookie_is_no_bearer_token_and_a_bearer_token_is_no_cookie():
    scheduling, billing = keyring("scheduling"), keyring("billing")
    with pytest.raises(NotSignedInError):
        billing.api_caller(scheduling.mint_staff(staff()))
    with pytest.raises(NotSignedInError):
        billing.staff(scheduling.mint_staff(staff(), audience="api"))
    with pytest.raises(NotSignedInError):
        billing.staff(scheduling.mint_service("billing"))


def test_a_service_token_is_for_one_service_only():
    token = keyring("portal").mint_service("billing")

    assert keyring("billing").verify(token, "service:billing")["iss"] == "portal"
    with pytest.raises(NotSignedInError):
        keyring("scheduling").verify(token, "service:scheduling")


def _signed(key, header, **changes):
    claims = {"iss": "scheduling", "aud": "staff", "exp": 4_000_000_000, "sub": "s1"}
    claims |= {"company_id": "c1", "name": "Dana", "role": "owner", "sid": "", "csrf": "t"}
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(header, kept, key, algorithms=[header["alg"]])


SCHEDULING = OKPKey.import_key(json.loads(signing_key("scheduling")))
BILLING = OKPKey.import_key(json.loads(signing_key("billing")))
STRANGER = OKPKey.generate_key("Ed25519", {"kid": "scheduling"})
PUBLIC_AS_SECRET = OctKey.import_key(json.dumps(SCHEDULING.as_dict(private=False)).encode())
OURS = {"alg": "Ed25519", "kid": "scheduling"}


def test_the_token_these_forgeries_imitate_is_good():
    assert keyring("billing").staff(_signed(SCHEDULING, OURS)).staff_id == "s1"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="not a token"),
        pytest.param("é" * 40, id="not even ascii"),
        pytest.param(_signed(STRANGER, OURS), id="another key under our name"),
        pytest.param(_signed(BILLING, OURS), id="billing's key under scheduling's name"),
        pytest.param(
            _signed(BILLING, {"alg": "Ed25519", "kid": "billing"}), id="billing speaking for it"
        ),
        pytest.param(_signed(SCHEDULING, {"alg": "Ed25519", "kid": "x"}), id="unknown key"),
        pytest.param(_signed(SCHEDULING, {"alg": "Ed25519"}), id="no key named"),
        pytest.param(
            _signed(PUBLIC_AS_SECRET, {"alg": "HS256", "kid": "scheduling"}),
            id="the public key as a shared secret",
        ),
        pytest.param(_signed(SCHEDULING, OURS, exp=1_600_000_000), id="expired"),
        pytest.param(_signed(SCHEDULING, OURS, exp=None), id="never expires"),
        pytest.param(_signed(SCHEDULING, OURS, aud="api"), id="for another use"),
        pytest.param(_signed(SCHEDULING, OURS, aud=None), id="for any use"),
        pytest.param(_signed(SCHEDULING, OURS, iss="billing"), id="another issuer"),
        pytest.param(_signed(SCHEDULING, OURS)[:-4] + "AAAA", id="changed signature"),
        pytest.param(_signed(SCHEDULING, OURS).rsplit(".", 1)[0] + ".", id="no signature"),
        pytest.param(
            "eyJhbGciOiJub25lIn0." + _signed(SCHEDULING, OURS).split(".")[1] + ".", id="alg none"
        ),
    ],
)
def test_a_token_that_is_not_ours_is_nobody(token):
    with pytest.raises(NotSignedInError):
        keyring("billing").staff(token)


def test_tokens_end_when_they_should():
    billing = keyring("billing")
    within_skew = billing.sign({}, "x", timedelta(seconds=-5))
    beyond = billing.sign({}, "x", timedelta(seconds=-15))

    assert billing.verify(within_skew, "x")["iss"] == "billing"
    with pytest.raises(NotSignedInError):
        billing.verify(beyond, "x")


def test_the_trusted_keys_hold_no_private_part():
    assert all("d" not in key for key in json.loads(trusted_keys())["keys"])
    assert KeyRing.from_config(config("portal")).name == "portal"


def test_cookies_are_bound_to_the_host_wherever_there_is_https():
    assert cookie_name("doorstep_staff", config(public_url="http://localhost:8080")) == (
        "doorstep_staff"
    )
    assert cookie_name("doorstep_staff", config(public_url="https://d.example")) == (
        "__Host-doorstep_staff"
    )
