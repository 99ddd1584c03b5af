"""Settings > Client Portal by browser: what an owner chooses is what customers see (R77-R98)."""

from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import open_account
from tests.support.product import Company
from tests.support.visitor import Page, Visitor

SERVICES = "/staff/portal/settings"
TICKETS = f"{SERVICES}/tickets"
BILLING = "/staff/billing/settings/portal"
TABS = {
    "Billing": BILLING,
    "Services": SERVICES,
    "Tickets": TICKETS,
    "Alerts": "/staff/notifications/settings/alerts",
}
OF_TICKETS = (
    "View Open Tickets",
    "View Closed Tickets",
    "Ticket Assignment",
    "Ticket Categories shown to Client",
    "Reschedule Request Category",
    "Cancel Request Category",
)


def save(staff: Visitor, path: str, **fields: str) -> Page:
    return staff.submit(staff.open(path).form("Save settings"), **fields)


def opened(staff: Visitor, path: str) -> Page:
    """A tab, once its service knows the company."""
    return eventually(
        lambda: page if (page := staff.open(path)).status == 200 else None, f"{path} opens"
    )


def _field(page: Page, label: str) -> str:
    """The value of the box with this label."""
    boxes = page.soup.select("input[name=visible_field_ids]")
    return next(str(box["value"]) for box in boxes if label in box.find_parent("label").text)


@pytest.mark.rule(78, 79, 80, 81, 99, 100)
def test_the_tabs_decide_what_the_customer_sees(company: Company) -> None:
    company.office.post("scheduling/v1/custom-fields", {"label": "Roof access code"})
    company.office.post("scheduling/v1/custom-fields", {"label": "Internal rating"})
    customer = open_account(company, sites=2)
    customer.book(sites=1)
    staff = company.staff_browser()
    eventually(
        lambda: "Internal rating" in staff.open(SERVICES).text, "the portal knows the fields"
    )
    bad = save(staff, SERVICES, facebook_page="https://facebook.com/x")
    assert (bad.status, "last part of the address" in bad.text) == (422, True)
    saved = save(
        staff,
        SERVICES,
        display_name="Harbor Portal",
        linkedin="harbor-pine",
        visible_field_ids=_field(staff.open(SERVICES), "Roof access code"),
    )
    assert "saved=yes" in saved.url
    customer.sign_in()
    page = customer.browser.open("/account")
    assert "Harbor Portal" in page.text
    assert "https://www.linkedin.com/company/harbor-pine" in page.html
    assert "facebook.com" not in page.html
    assert "https://x.com/" not in page.html
    profile = customer.browser.open("/account/profile")
    assert "Roof access code" in profile.text
    assert "Internal rating" not in profile.text
    services = eventually(
        lambda: next(
            (p for p in [customer.browser.open("/account/services")] if "Radon test" in p.text),
            None,
        ),
        "the visit is on the services page",
    )
    assert "Paused services" not in services.text
    assert "Ask to reschedule" not in services.text, "tickets are off"
    off, on = staff.open(TICKETS).text, save(staff, TICKETS, tickets="on").text
    assert not any(words in off for words in OF_TICKETS)
    assert all(words in on for words in OF_TICKETS)
    asked = customer.browser.open("/account/services").link("Ask to reschedule")
    form = customer.browser.open(asked).form("Send")
    sent = customer.browser.submit(form, text="Friday would be better.")
    assert "Friday would be better." in sent.text
    listed = company.office.get("portal/v1/tickets", kind="reschedule")["items"]
    assert [one["subject"].startswith("Reschedule: Radon test") for one in listed] == [True]
    company.office.put("portal/v1/settings", {"service_history": False, "upcoming_services": False})
    assert customer.browser.open("/account/services").status == 403


@pytest.mark.rule(78)
def test_every_tab_leads_to_the_others(company: Company) -> None:
    staff = company.staff_browser()
    for name, path in TABS.items():
        tabs = opened(staff, path).soup.select("nav[aria-label='Client Portal'] a")
        assert {tab.text: tab["href"] for tab in tabs}.items() >= TABS.items(), name
        assert [tab.text for tab in tabs if tab.has_attr("aria-current")] == [name]


def kept(company: Company) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What each service has of the tabs: of money, of services and tickets, of alerts."""
    paths = ("billing/v1/settings/portal", "portal/v1/settings", "notifications/v1/alert-resources")
    money, others, alerts = (company.office.get(path) for path in paths)
    return money, others, alerts


@pytest.mark.rule(82)
def test_all_items_of_a_tab_are_selected_and_saved_without_those_of_the_others(
    company: Company,
) -> None:
    staff = company.staff_browser()
    for path in TABS.values():
        opened(staff, path)
    money, others, alerts = kept(company)
    assert (others["paused_services"], others["tickets"], money["autopay"]) == (False,) * 3
    ticked = staff.submit(staff.open(SERVICES).form("Select all items on current tab"))
    boxes = ticked.soup.select("input[data-box=one]")
    assert len(boxes) == 3
    assert all(box.has_attr("checked") for box in boxes)
    assert kept(company) == (money, others, alerts), "nothing is saved yet"
    staff.submit(ticked.form("Save settings"))
    others |= {"paused_services": True, "revision": others["revision"] + 1}
    assert kept(company) == (money, others, alerts)

    staff.submit(staff.open(BILLING).form("Save"), all="on")
    switches = ("autopay", "card_changes", "bank_changes", "prepayments", "billing_history")
    changed, *unchanged = kept(company)
    assert [changed[name] for name in switches] == [True] * len(switches)
    assert unchanged == [others, alerts]
