"""Signing in, staying signed in, tokens, keys, and the team."""

from datetime import timedelta

import pytest

from services.scheduling.domain.access import ATTEMPTS_PER_ACCOUNT_AND_ADDRESS
from services.scheduling.domain.refusals import (
    BadFieldError,
    EmailTakenError,
    LastOwnerError,
    SessionEndedError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from services.scheduling.usecases.add_staff_member import AddStaffMember, add_staff_member
from services.scheduling.usecases.change_staff_member import (
    ChangeStaffMember,
    change_staff_member,
)
from services.scheduling.usecases.create_api_key import CreateApiKey, create_api_key
from services.scheduling.usecases.issue_token import IssueToken, issue_token
from services.scheduling.usecases.renew_session import renew_session
from services.scheduling.usecases.revoke_api_key import revoke_api_key
from services.scheduling.usecases.sign_in import SignIn, sign_in
from services.scheduling.usecases.sign_out import sign_out
from shared.contracts.scheduling import StaffMemberChangedV1
from tests.support.scheduling_samples import OWNER, PASSWORD


def tools(world):
    return {
        "door": world.door,
        "secrets": world.secrets,
        "mint": world.mint,
        "now": world.now,
    }


async def signed_in(world, email=OWNER, password=PASSWORD, address="10.0.0.1"):
    command = SignIn(email=email, password=password, address=address)
    return await sign_in(command, passwords=world.passwords, **tools(world))


async def token(world, **wish):
    command = IssueToken(address="10.0.0.1", **wish)
    return await issue_token(command, passwords=world.passwords, **tools(world))


async def renewed(world, secret):
    return await renew_session(secret, **tools(world))


async def hired(world, role="office", email="sam@harborpine.example"):
    command = AddStaffMember(
        company_id=world.company_id, name="Sam Ito", email=email, role=role, password=PASSWORD
    )
    return await add_staff_member(
        command, office=world.office, passwords=world.passwords, secrets=world.secrets
    )


async def changed(world, member, **facts):
    command = ChangeStaffMember(company_id=world.company_id, staff_id=member.staff_id, **facts)
    return await change_staff_member(command, office=world.office, passwords=world.passwords)


async def test_the_owner_signs_in_whatever_the_case_of_the_address(world):
    found = await signed_in(world, email=f"  {OWNER.upper()} ")
    assert found.staff_token == f"staff {world.owner_id} owner {found.session.session_id}"


async def test_only_the_hash_of_a_session_secret_is_kept(world):
    found = await signed_in(world)
    assert found.session_secret not in world.memory.sessions
    assert world.secrets.digest(found.session_secret) in world.memory.sessions


async def test_every_reason_gives_the_same_answer(world):
    member = await hired(world)
    await changed(world, member, active=False)
    answers = set()
    for email, password in (
        ("nobody@example.com", PASSWORD),
        (OWNER, "wrong"),
        (member.email, PASSWORD),
    ):
        with pytest.raises(WrongPasswordError) as refusal:
            await signed_in(world, email, password)
        answers.add((refusal.value.code, refusal.value.detail))
    assert len(answers) == 1


async def test_too_many_wrong_passwords_close_the_door_for_a_while(world):
    for _ in range(ATTEMPTS_PER_ACCOUNT_AND_ADDRESS):
        with pytest.raises(WrongPasswordError):
            await signed_in(world, password="wrong")
    with pytest.raises(TooManyAttemptsError) as refusal:
        await signed_in(world)
    assert refusal.value.retry_after_seconds == 900
    await signed_in(world, address="10.0.0.2")
    world.now += timedelta(minutes=16)
    await signed_in(world)


async def test_one_address_cannot_try_one_account_after_the_other(world):
    for number in range(50):
        with pytest.raises(WrongPasswordError):
            await signed_in(world, email=f"somebody{number}@example.com")
    with pytest.raises(TooManyAttemptsError):
        await signed_in(world)


async def test_signing_in_forgets_the_failures_before(world):
    for _ in range(3):
        for _ in range(ATTEMPTS_PER_ACCOUNT_AND_ADDRESS - 1):
            with pytest.raises(WrongPasswordError):
                await signed_in(world, password="wrong")
        await signed_in(world)


async def test_a_session_in_use_lasts_seven_days_at_most(world):
    found = await signed_in(world)
    for _ in range(16):
        world.now += timedelta(hours=10)
        await renewed(world, found.session_secret)
    world.now += timedelta(hours=10)
    with pytest.raises(SessionEndedError):
        await renewed(world, found.session_secret)


async def test_a_session_that_is_not_used_ends_after_twelve_hours(world):
    found = await signed_in(world)
    world.now += timedelta(hours=12)
    with pytest.raises(SessionEndedError):
        await renewed(world, found.session_secret)


async def test_a_changed_role_gives_the_session_a_new_secret(world):
    member = await hired(world)
    found = await signed_in(world, email=member.email)
    await changed(world, member, role="read_only")
    after = await renewed(world, found.session_secret)
    assert after.session_secret != found.session_secret
    assert "read_only" in after.staff_token
    with pytest.raises(SessionEndedError):
        await renewed(world, found.session_secret)
    assert (await renewed(world, after.session_secret)).session_secret == after.session_secret


@pytest.mark.parametrize("change", [{"active": False}, {"password": "another long one"}])
async def test_deactivation_and_a_new_password_end_the_sessions(world, change):
    member = await hired(world)
    found = await signed_in(world, email=member.email)
    await changed(world, member, **change)
    with pytest.raises(SessionEndedError):
        await renewed(world, found.session_secret)


async def test_signing_out_ends_the_session(world):
    found = await signed_in(world)
    await sign_out(found.session_secret, door=world.door, secrets=world.secrets)
    with pytest.raises(SessionEndedError):
        await renewed(world, found.session_secret)


async def test_a_password_gives_a_bearer_token(world):
    issued = await token(world, email=OWNER, password=PASSWORD)
    assert issued.access_token.startswith(f"bearer {world.owner_id} owner")
    assert issued.expires_in_seconds == 900


async def test_a_key_gives_a_token_with_its_scopes_until_it_is_revoked(world):
    command = CreateApiKey(company_id=world.company_id, name="Site", scopes=("read", "schedule"))
    created = await create_api_key(
        command, office=world.office, secrets=world.secrets, now=world.now
    )
    issued = await token(world, api_key=created.plain)
    assert issued.access_token == f"key {created.key.key_id} read schedule"
    await revoke_api_key(world.company_id, created.key.key_id, office=world.office, now=world.now)
    with pytest.raises(WrongPasswordError):
        await token(world, api_key=created.plain)


async def test_only_the_hash_of_a_key_is_kept_and_guesses_are_refused(world):
    command = CreateApiKey(company_id=world.company_id, name="Site", scopes=("read",))
    created = await create_api_key(
        command, office=world.office, secrets=world.secrets, now=world.now
    )
    secret = created.plain.split("_", 2)[2]
    assert created.key.secret_hash == world.secrets.digest(secret)
    with pytest.raises(WrongPasswordError):
        await token(world, api_key=f"dsk_{created.key.key_id}_guess")


@pytest.mark.parametrize("wish", [{"name": "", "scopes": ("read",)}, {"name": "x", "scopes": ()}])
async def test_a_key_needs_a_purpose_and_a_scope(world, wish):
    command = CreateApiKey(company_id=world.company_id, **wish)
    with pytest.raises(BadFieldError):
        await create_api_key(command, office=world.office, secrets=world.secrets, now=world.now)


async def test_an_address_belongs_to_one_account(world):
    with pytest.raises(EmailTakenError):
        await hired(world, email=OWNER)


async def test_a_new_colleague_is_told_without_the_password(world):
    await hired(world)
    (told,) = world.told(StaffMemberChangedV1)
    assert told.staff_member.name == "Sam Ito"
    assert PASSWORD not in told.model_dump_json()


@pytest.mark.parametrize("change", [{"role": "office"}, {"active": False}])
async def test_the_last_owner_stays_an_owner(world, change):
    owner = await world.door.member(world.company_id, world.owner_id)
    with pytest.raises(LastOwnerError):
        await changed(world, owner, **change)
    await hired(world, role="owner")
    await changed(world, owner, **change)


async def test_a_short_password_is_refused(world):
    member = await hired(world)
    with pytest.raises(BadFieldError):
        await changed(world, member, password="short")
