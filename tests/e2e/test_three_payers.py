"""Client, agent and insurer pay one bill side by side, each on a phone, while staff watch."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.support.product import link_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
CONFIRMED = 60_000
"""Milliseconds until a payment has gone from the provider through all services."""


@pytest.fixture
def booking(company):
    """$800.00: the sewer scope goes to the agent, $300.00 to the insurer, $325.00 is left."""
    booked = company.book(
        "Full home inspection",
        "Sewer scope",
        "Radon test",
        people=[
            {"role": "agent", "name": "Marcus Lee", "email": f"m-{company.owner_email}"},
            {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}
            | {"email": f"n-{company.owner_email}"},
        ],
    )
    booked.wait_invoice(total_cents=80_000)
    sewer = next(line for line in booked.show()["lines"] if line["name"] == "Sewer scope")
    invoice(booked, "Marcus Lee", line_ids=[sewer["line_id"]])
    invoice(booked, "Northwest Mutual", fixed_cents=30_000)
    booked.wait_invoice(total_cents=32_500)
    booked.publish()
    return booked


def person(booking, name):
    return next(p for p in booking.show()["people"] if p["name"] == name)


def invoice(booking, name, **share):
    """Add the person's invoice and send it."""
    office = booking.company.office
    wish = {"contact_id": person(booking, name)["contact_id"], **share}
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    added = office.post(path, wish)["invoice_id"]
    letter = {"subject": "Your part", "body": "Hello,\n\n{{ sign_and_pay }}"}
    office.post(f"billing/v1/invoices/{added}/send", letter)


def link_of(booking, name):
    return link_in(booking.mail("Your part", to=person(booking, name)["email"]))


@pytest.mark.scenario(2, 3)
@pytest.mark.rule(45, 47)
async def test_three_people_pay_their_parts_at_the_same_time_while_staff_watch(
    people, company, booking
):
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    feed = await people.owner(company, "/staff/notifications/alerts")
    box = desk.locator("#payments-box")
    await expect(box).to_contain_text("Due $800.00")
    booking.client().wait("Pay $325.00")
    client = await people.client(booking)
    agent = await people.stranger(link_of(booking, "Marcus Lee"), "phone")
    insurer = await people.stranger(link_of(booking, "Northwest Mutual"), "phone")
    await expect(client.get_by_text("Report locked")).to_be_visible()
    for phone in (agent, insurer):
        await expect(phone.get_by_text("Ellen Park")).to_have_count(0)
        await expect(phone.get_by_text("$800.00")).to_have_count(0)

    await asyncio.gather(
        pay(client, "$325.00"),
        pay(agent, "$175.00"),
        pay(insurer, "$300.00"),
    )

    await expect(box).to_contain_text("Due $0.00", timeout=CONFIRMED)
    paid = box.locator("ul.items > li").filter(has_text=re.compile(r"\bPaid\b"))
    await expect(paid).to_have_count(3)
    for name in ("Ellen Park", "Marcus Lee", "Northwest Mutual"):
        row = feed.locator("#feed > li").filter(has_text=f"{name} paid")
        await expect(row.first).to_be_visible(timeout=CONFIRMED)
    await expect(desk.locator("#report-box")).to_contain_text("Open for the client")
    booking.client().wait("Your report is ready")
    await client.reload()
    await expect(client.get_by_role("heading", name="Your report is ready")).to_be_visible()
    for shown in ("Marcus Lee", "$175.00", "Northwest Mutual", "$300.00"):
        await expect(client.get_by_text(shown).first).to_be_visible()
    for phone in (agent, insurer):
        await phone.reload()
        await expect(phone.get_by_text("View report")).to_have_count(0)
        await expect(phone.get_by_text("Ellen Park")).to_have_count(0)
    balance = company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    assert (balance["total_cents"], balance["paid_cents"]) == (80_000, 80_000)


async def pay(phone, amount):
    """By card; nothing is reloaded by hand after it."""
    await phone.locator("#pay").tap()
    await phone.get_by_role("button", name=f"Pay {amount}").tap()
    money = phone.locator("#money")
    await expect(money).to_contain_text(re.compile("confirming your payment|Paid in full"))
    await expect(money).to_contain_text("Paid in full", timeout=CONFIRMED)
