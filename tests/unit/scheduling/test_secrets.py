"""Passwords, tokens and secrets as the real adapters make them."""

import asyncio

from services.scheduling.adapters.argon_passwords import AT_ONCE, ArgonPasswords
from services.scheduling.adapters.minting import KeyRingMint, SystemSecrets
from services.scheduling.domain.access import ApiKey
from services.scheduling.domain.staff import StaffMember
from shared.identity import ApiClient
from tests.support import shared_app
from tests.support.scheduling_samples import NOW

MEMBER = StaffMember(
    staff_id="s1",
    company_id="c1",
    name="Priya Raman",
    email="priya@example.com",
    role="office",
    password_hash="",
)


async def test_a_password_fits_its_own_hash_and_no_other():
    passwords = ArgonPasswords()
    kept = await passwords.hash_of("a long password")
    assert kept.startswith("$argon2id$")
    answers = await asyncio.gather(
        passwords.fits("a long password", kept),
        passwords.fits("another password", kept),
        passwords.fits("a long password", None),
        passwords.fits("a long password", "not a hash"),
    )
    assert answers == [True, False, False, False]


async def test_only_so_many_passwords_are_hashed_at_once_whoever_knocks(monkeypatch):
    inside = most = 0

    async def in_a_thread(_work, *_words):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)  # everybody who may come in does so now
        inside -= 1
        return "a hash"

    passwords = ArgonPasswords()
    monkeypatch.setattr(asyncio, "to_thread", in_a_thread)
    await asyncio.gather(
        *(passwords.hash_of("a long password") for _ in range(3 * AT_ONCE)),
        *(passwords.fits("a long password", "a hash") for _ in range(3 * AT_ONCE)),
        *(passwords.fits("a long password", None) for _ in range(3 * AT_ONCE)),
    )

    assert most == AT_ONCE


def test_every_service_reads_the_staff_token_and_only_the_api_reads_the_bearer():
    mint = KeyRingMint(shared_app.keyring("scheduling"), "a secret")
    elsewhere = shared_app.keyring("billing")
    staff = elsewhere.staff(mint.staff_token(MEMBER, "session-1"))
    assert (staff.staff_id, staff.role, staff.company_id) == ("s1", "office", "c1")
    bearer = elsewhere.api_caller(mint.bearer_token(MEMBER, "session-1"))
    assert bearer == staff


def test_the_form_token_belongs_to_the_session_and_to_nobody_who_guesses_it():
    mint = KeyRingMint(shared_app.keyring("scheduling"), "a secret")
    elsewhere = shared_app.keyring("portal")
    tokens = {
        session: elsewhere.staff(mint.staff_token(MEMBER, session)).csrf_token
        for session in ("session-1", "session-2")
    }
    assert tokens["session-1"] != tokens["session-2"]
    again = elsewhere.staff(mint.staff_token(MEMBER, "session-1"))
    assert again.csrf_token == tokens["session-1"]
    other = KeyRingMint(shared_app.keyring("scheduling"), "another secret")
    assert elsewhere.staff(other.staff_token(MEMBER, "session-1")).csrf_token != again.csrf_token


def test_a_keys_token_carries_its_scopes():
    key = ApiKey(
        key_id="k1",
        company_id="c1",
        name="Site",
        secret_hash="h",
        scopes=("read", "schedule"),
        created_at=NOW,
    )
    mint = KeyRingMint(shared_app.keyring("scheduling"), "a secret")
    client = shared_app.keyring("portal").api_caller(mint.key_token(key))
    assert client == ApiClient("c1", "k1", frozenset({"read", "schedule"}))


def test_secrets_are_long_and_kept_as_their_hash():
    secrets = SystemSecrets()
    one, other = secrets.new_secret(), secrets.new_secret()
    assert one != other
    assert len(one) >= 43
    assert secrets.digest(one) == secrets.digest(one) != one
