"""Alert Resources over HTTP (R107-R109, C27): who is told, what stands unassigned."""

from typing import Any
from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.refusals import refusal
from tests.support.visitor import Page

RESOURCES = "notifications/v1/alert-resources"
TAB = "/staff/notifications/settings/alerts"
FEED = "/staff/notifications/alerts"


def page_with(customer: Customer, path: str, words: str) -> Page:
    """The customer's page, once the portal has heard that it may show this."""

    def page() -> Page | None:
        found = customer.browser.open(path)
        return found if words in found.text else None

    return eventually(page, f"{path} offers {words!r}", within=120)


def alerts(company: Company, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """The alerts of one kind, newest first, once there are so many."""

    def found() -> list[dict[str, Any]] | None:
        rows = company.office.get("notifications/v1/alerts", limit="100")["items"]
        mine = [row for row in rows if row["kind"] == kind]
        return mine if len(mine) == count else None

    return eventually(found, f"{count} alerts of kind {kind}", within=60)


def enrolled(company: Company) -> Customer:
    """A customer with a card on file who has opted in to autopay."""
    customer = open_account(company, sites=1)
    customer.rules(autopay=True, card_changes=True, prepayments=True)
    customer.sign_in()
    hosted = customer.browser.submit(
        page_with(customer, "/account/methods", "Add a card").form("Add a card")
    )
    customer.browser.submit(hosted.form("Save"), number="4242 4242 4242 4242")
    eventually(customer.methods, "the card is on file", within=120)
    enrol = page_with(customer, "/account/autopay", "Enroll in autopay")
    customer.browser.submit(enrol.form("Enroll in autopay"))
    return customer


@pytest.mark.rule(107, 108, 109)
@pytest.mark.timeout(400)
def test_whoever_is_chosen_is_told_of_autopay_prepayments_and_removed_methods(
    company: Company,
) -> None:
    """R107, R108, R109; C27 for what happens before anybody is chosen."""
    customer = enrolled(company)
    (opted_in,) = alerts(company, "autopay_changed")
    assert "opted in to Autopay" in opted_in["text"]
    assert opted_in["assigned_to"] == []
    owner = company.staff_browser()
    assert "opted in to Autopay" in owner.open(f"{FEED}?show=unassigned").text
    assert "opted in to Autopay" not in owner.open(f"{FEED}?show=mine").text
    assert company.sandbox.mails(company.owner_email) == []

    keys = ("autopay_changed", "prepayment_made", "payment_method_removed")
    team = eventually(lambda: owner.open(TAB).soup.select("input[data-box=one]"), "the team")
    owner_id = str(team[0]["value"])
    form = owner.open(TAB).form("Save")
    saved = owner.submit(form, **dict.fromkeys(keys, owner_id))
    assert "Saved" in saved.text
    chosen = {row["key"]: row["staff_ids"] for row in company.office.get(RESOURCES)["items"]}
    assert {key: chosen[key] for key in keys} == {key: [owner_id] for key in keys}

    leave = page_with(customer, "/account/autopay", "Leave autopay")
    customer.browser.submit(leave.form("Leave autopay"))
    opted_out, _ = alerts(company, "autopay_changed", 2)
    assert "opted out of Autopay" in opted_out["text"]
    assert opted_out["assigned_to"] == [owner_id]
    ahead = page_with(customer, "/account/prepayments", "Pay in advance")
    customer.send(ahead.form("Pay in advance"), amount="50.00")
    (prepaid,) = alerts(company, "prepayment_made")
    assert "made a prepayment of $50.00" in prepaid["text"]
    assert prepaid["assigned_to"] == [owner_id]
    (method,) = customer.methods()
    removing = page_with(customer, f"/account/methods/{method['method_id']}/remove", "Remove")
    customer.browser.submit(removing.form("Remove"))
    (removed,) = alerts(company, "payment_method_removed")
    assert removed["assigned_to"] == [owner_id]
    assert "card removed" in removed["text"]

    mailed = eventually(
        lambda: found if len(found := company.sandbox.mails(company.owner_email)) == 3 else None,
        "a mail for each",
    )
    assert all("/staff/notifications/alerts" in mail["text"] for mail in mailed)
    mine = owner.open(f"{FEED}?show=mine").text
    assert "opted out of Autopay" in mine
    assert "opted in to Autopay" not in mine
    for notice in (
        "Autopay is on for Cascade Property Group",
        "Autopay is off for Cascade Property Group",
        "Visa ending 4242 was removed",
    ):
        assert customer.wait_mail(notice)


@pytest.mark.timeout(120)
def test_the_tab_selects_all_of_itself_only_and_refuses_strangers(company: Company) -> None:
    """R82: `Select all items on current tab`."""
    owner = company.staff_browser()
    page = eventually(
        lambda: now if (now := owner.open(TAB)).soup.select("input[data-box=one]") else None,
        "the team is known",
    )
    assert "Select all items on current tab" in page.text
    every = owner.open(f"{TAB}?every=true")
    boxes = every.soup.select("input[data-box=one]")
    assert boxes
    assert all(box.has_attr("checked") for box in boxes)
    before = company.office.get("billing/v1/settings/portal")
    body = {"resources": {"autopay_changed": [uuid4().hex]}}
    refused = refusal(lambda: company.office.put(RESOURCES, body))
    assert (refused["status"], refused["code"]) == (422, "staff_not_found")
    refused = refusal(lambda: company.office.put(RESOURCES, {"resources": {"weather": []}}))
    assert refused["status"] == 422
    assert company.office.get("billing/v1/settings/portal") == before
    assert all(not row["staff_ids"] for row in company.office.get(RESOURCES)["items"])
