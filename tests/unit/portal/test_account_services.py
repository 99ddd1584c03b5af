"""Services of an account: each list turns its own pages, and every visit can be asked about."""

import re
from datetime import timedelta
from html import unescape

import pytest

from services.portal.domain.portal_settings import PortalSettings
from services.portal.entrypoints.account_services import SHOWN
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    told_account,
    told_recurring,
)
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
    an_inspection,
    settings,
    told_company,
    told_inspection,
)

SERVICES = "/account/services"
MANY = SHOWN + 5


def a_visit(number, **changes):
    account = {"account_id": ACCOUNT_ID, "name": "Cascade", "terms_days": 30}
    return told_inspection(
        an_inspection(account=account, inspection_id=f"id-{number}", number=number, **changes)
    )


@pytest.fixture
async def office(empty_portal):
    """Signed in; many coming visits, many past ones, many paused services, tickets on."""
    kept = PortalSettings(
        company_id=COMPANY_ID, paused_services=True, tickets=True, ticket_assignee_staff_id="s1"
    )
    empty_portal.customers.settings.kept[COMPANY_ID] = kept
    hours = [timedelta(hours=n + 1) for n in range(MANY)]
    empty_portal.tell(
        told_company(),
        settings(),
        told_account(),
        *[a_visit(f"C{n:02}", starts_at=NOW + after) for n, after in enumerate(hours)],
        *[a_visit(f"P{n:02}", starts_at=NOW - before) for n, before in enumerate(hours)],
        *[
            told_recurring(recurring_id=f"r{n:02}", service_name=f"Test {n:02}", status="paused")
            for n in range(MANY)
        ],
    )
    await empty_portal.customer()
    return empty_portal


async def opened(office, path=SERVICES):
    answer = await office.browser.get(path)
    assert answer.status_code == 200
    return answer.text


def turned(page, list_name, words):
    """Where the button of this list leads."""
    pages = re.search(rf'aria-label="Pages of {list_name}">(.*?)</nav>', page, re.DOTALL)[1]
    links = re.findall(r'<a [^>]*href="([^"]+)">(?:<svg.*?</svg>)?([A-Z][a-z]+)', pages, re.DOTALL)
    return next((unescape(href) for href, said in links if said == words), None)


def listed(page, pattern):
    """What the words of the page name, each once, in order."""
    return list(dict.fromkeys(re.findall(pattern, re.sub(r"<[^>]+>", " ", page))))


@pytest.mark.parametrize(
    ("list_name", "pattern", "on", "back"),
    [
        ("upcoming services", r"\bC\d\d\b", "Later", "Sooner"),
        ("service history", r"\bP\d\d\b", "Older", "Newer"),
        ("paused services", r"Test \d\d", "More", "First"),
    ],
)
async def test_a_list_turns_its_pages_and_leaves_none_out(office, list_name, pattern, on, back):
    first = await opened(office)
    assert turned(first, list_name, back) is None
    second = await opened(office, turned(first, list_name, on))
    assert turned(second, list_name, on) is None
    seen = listed(first, pattern) + listed(second, pattern)
    assert len(listed(first, pattern)) == SHOWN
    assert seen == sorted(set(seen))
    assert len(seen) == MANY
    assert listed(await opened(office, turned(second, list_name, back)), pattern) == seen[:SHOWN]


async def test_turning_one_list_leaves_the_others_where_they_are(office):
    page = await opened(office, turned(await opened(office), "upcoming services", "Later"))
    page = await opened(office, turned(page, "service history", "Older"))
    assert (listed(page, r"\bC\d\d\b")[0], listed(page, r"\bP\d\d\b")[0]) == ("C25", "P25")
    page = await opened(office, turned(page, "upcoming services", "Sooner"))
    assert (listed(page, r"\bC\d\d\b")[0], listed(page, r"\bP\d\d\b")[0]) == ("C00", "P25")


async def test_a_page_that_has_become_empty_says_so_and_leads_back(office):
    page = await opened(office, f"{SERVICES}?past=2001-01-01T00:00:00%2B00:00|x")
    assert "Nothing more" in page
    assert "Nothing yet" not in page
    assert listed(await opened(office, turned(page, "service history", "Newer")), r"\bP\d\d\b")


@pytest.mark.parametrize("place", ["x", "x|y", "2026-01-01|y", "0001-01-01T00:00:00%2B14:00|y"])
@pytest.mark.parametrize(
    "path",
    [
        f"{SERVICES}?coming=",
        f"{SERVICES}?paused=",
        "/account/history?before=",
        "/account/tickets?before=",
    ],
)
async def test_a_place_that_makes_no_sense_is_the_beginning(office, path, place):
    office.tell(settings(settings_revision=2, billing_history=True))
    assert (await office.browser.get(f"{path}{place}")).status_code == 200


async def test_every_coming_visit_and_paused_service_can_be_asked_about(office):
    async def asked(about):
        return (await office.browser.get(f"/account/tickets/new?kind=cancel&{about}")).status_code

    assert await asked(f"visit=id-C{MANY - 1}") == 200
    assert await asked(f"recurring=r{MANY - 1}") == 200
    assert await asked("visit=id-P00") == 404
    office.tell(told_recurring(recurring_id="r00", revision=2))
    assert await asked("recurring=r00") == 404
    office.customers.settings.kept[COMPANY_ID] = PortalSettings(
        company_id=COMPANY_ID, tickets=True, upcoming_services=False
    )
    assert await asked(f"visit=id-C{MANY - 1}") == 404
    assert await asked(f"recurring=r{MANY - 1}") == 404
