"""Sign-ins of account customers: memory and database keep the same promises."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from services.portal.domain.account_access import AccountSession, SignInLink
from shared.contracts.portal import SignInLinkRequestedV1
from tests.contract.portal.account_stores import later
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    EMAIL,
    told_account,
)
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
)

REQUESTED = SignInLinkRequestedV1(
    company_id=COMPANY_ID,
    request_id="r1",
    account_id=ACCOUNT_ID,
    account_name="Cascade",
    contact_id="p1",
    recipient=EMAIL,
    recipient_name="Dana",
    requested_at=NOW,
)
LINK = SignInLink("l1", COMPANY_ID, ACCOUNT_ID, "p1", EMAIL, NOW, NOW + timedelta(minutes=15))
SESSION = AccountSession("s1", COMPANY_ID, EMAIL, None, "", NOW, NOW)


async def test_a_request_too_soon_after_another_tells_nothing(kept):
    pause = timedelta(minutes=1)
    later = NOW + pause
    assert await kept.sign_ins.request("k", NOW, NOW - pause, [REQUESTED])
    assert not await kept.sign_ins.request("k", NOW, NOW - pause, [REQUESTED])
    assert await kept.sign_ins.request("k", later, later - pause, [REQUESTED])
    assert await kept.told() == [REQUESTED.name] * 2


async def test_a_link_begins_one_session(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    assert await kept.sign_ins.link("d1") == LINK
    assert await kept.sign_ins.use_link("d1", NOW, SESSION)
    assert not await kept.sign_ins.use_link("d1", NOW, replace(SESSION, digest="s2"))
    assert await kept.sign_ins.session("s1") == SESSION
    assert await kept.sign_ins.session("s2") is None


async def test_an_expired_link_begins_none(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    assert not await kept.sign_ins.use_link("d1", LINK.expires_at, SESSION)
    assert await kept.sign_ins.session("s1") is None


async def test_a_session_is_touched_chosen_and_ended(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    await kept.sign_ins.use_link("d1", NOW, SESSION)
    await kept.sign_ins.touch("s1", NOW + timedelta(hours=1))
    await kept.sign_ins.touch("s1", NOW)
    await kept.sign_ins.choose("s1", ACCOUNT_ID, "p1")
    found = await kept.sign_ins.session("s1")
    assert (found.seen_at, found.account_id) == (NOW + timedelta(hours=1), ACCOUNT_ID)
    await kept.sign_ins.end("s1")
    assert await kept.sign_ins.session("s1") is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_who_was_removed_and_put_back_signs_in_again_whatever_came_first(kept, order):
    """Removed at 10:00, back at 11:00: what began before ends, of this person and account only."""
    lee = "lee@cascade.example"
    begun = {
        "before": replace(SESSION, account_id=ACCOUNT_ID, email=EMAIL),
        "after": replace(SESSION, account_id=ACCOUNT_ID, created_at=NOW + timedelta(hours=3)),
        "lee": replace(SESSION, account_id=ACCOUNT_ID, email=lee),
        "elsewhere": replace(SESSION, account_id="account-2"),
    }
    for name, session in begun.items():
        link = replace(LINK, account_id=session.account_id, email=session.email.title())
        link = replace(link, created_at=session.created_at, expires_at=NOW + timedelta(days=1))
        await kept.sign_ins.add_link(link, name)
        await kept.sign_ins.add_link(link, f"unused {name}")
        assert await kept.sign_ins.use_link(name, NOW, replace(session, digest=name))
    told = [
        (told_account(), NOW),
        (told_account(revision=2, people=told_account().account.people[1:]), later(1)),
        (told_account(revision=3), later(2)),
    ]
    for number in (*order, *order):
        await kept.end([told[number]])
    left = [name for name in begun if await kept.sign_ins.session(name)]
    links = [name for name in begun if await kept.sign_ins.link(f"unused {name}")]
    assert left == links == ["after", "lee", "elsewhere"]
