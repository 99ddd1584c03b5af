"""Where nobody can be invoiced separately, the button's place says why (R35, R36, R54, R55)."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from services.billing.domain.company import Provider, Settings
from tests.support.billing_examples import COMPANY, a_company
from tests.unit.billing import test_http, test_splitting_http, test_splitting_pages

visitor = test_http.visitor
desk = test_splitting_http.desk
_may_split = test_splitting_http._may_split
get, post, words = test_splitting_pages.get, test_splitting_pages.post, test_splitting_pages.words
NEW, HERE, RADON = test_splitting_pages.NEW, test_splitting_pages.HERE, test_splitting_pages.RADON
DRAWER = test_splitting_pages.DRAWER
BOX = test_http.BOX


def the_company(**changes):
    async def become(office):
        company = a_company(**{"allow_deferred": False, "revision": 2, **changes})
        await office.books.write(lambda books: books.keep_company(company))

    return become


def the_settings(**changes):
    async def become(office):
        settings = replace(Settings(company_id=COMPANY), **changes)
        await office.books.write(lambda books: books.keep_settings(settings))

    return become


async def everything_paid(office):
    await office.receive_cash(80_000)


async def everything_cancelled(office):
    await office.follow(cancelled=True)


INTEGRATED = (
    "Separate invoices need integrated payments. Choose them under Settings > Client Portal"
)
ONLINE = "Separate invoices need payments online. Settings > Payments says why they are off"
DEFERRED = "Separate invoices do not go with deferred payments. Turn off Allow deferred payment"
OBSTACLES = pytest.mark.parametrize(
    ("become", "code", "said"),
    [
        (the_company(provider=Provider.NONE), "multi_party_unavailable", INTEGRATED),
        (the_company(provider=Provider.THIRD_PARTY), "multi_party_unavailable", INTEGRATED),
        (the_company(allow_deferred=True), "multi_party_unavailable", DEFERRED),
        (the_settings(online_wanted=False), "multi_party_unavailable", ONLINE),
        (the_settings(charges_enabled=False), "multi_party_unavailable", ONLINE),
        (everything_paid, "nothing_to_invoice", "cannot exceed $0.00. $800.00 is paid"),
        (everything_cancelled, "nothing_to_invoice", "Fixed amount cannot exceed $0.00"),
    ],
)


@OBSTACLES
async def test_the_place_of_the_button_says_why_it_cannot_be_pressed(
    visitor, office, become, code, said
):
    await become(office)
    for path in (BOX, f"{HERE}/payments"):
        page = BeautifulSoup((await get(visitor, path)).text, "html.parser")
        button = page.select_one("button[aria-describedby='no-invoice']")
        assert "Add Invoice" in button.get_text()
        assert button.has_attr("disabled")
        assert said in page.select_one("#no-invoice").get_text()
        assert not page.select("#add-invoice, a[href*='split-rules']")


@OBSTACLES
async def test_opening_the_drawer_shows_a_notice_instead_of_a_form_that_must_fail(
    visitor, office, become, code, said
):
    await become(office)
    opened = await get(visitor, NEW, **DRAWER)
    pressed = await post(visitor, NEW, {**RADON, "then": "send"})
    assert (opened.status_code, pressed.status_code) == (200, 422)
    for answer in (opened, pressed):
        page = BeautifulSoup(answer.text, "html.parser")
        assert words(answer).count(said.split(". ")[0]) == 1
        assert not page.select("#contact, button[name='then'], .error-summary")


@OBSTACLES
async def test_the_api_refuses_by_name_and_nothing_changes(desk, office, become, code, said):
    await become(office)
    before = office.bill
    answer = await desk.add(line_ids=["radon"])
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert office.bill == before


async def test_a_fully_paid_bill_names_the_exact_maximum_over_the_api_too(desk, office):
    await everything_paid(office)
    answer = await desk.add(fixed_cents=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "fixed_amount_exceeds_balance")
    assert answer.json()["detail"] == "Fixed amount cannot exceed $0.00"


async def test_what_is_on_other_invoices_is_named_and_a_void_gives_the_button_back(visitor, office):
    await post(visitor, NEW, {"contact": "marcus", "kind": "fixed", "amount": "800"})
    box = words(await get(visitor, BOX))
    assert "Fixed amount cannot exceed $0.00. $800.00 is on other invoices." in box
    invoice_id = office.bill.third_parties[0].invoice_id
    await post(visitor, f"/staff/billing/invoices/{invoice_id}/void", {})
    page = BeautifulSoup((await get(visitor, BOX)).text, "html.parser")
    assert page.select_one("a#add-invoice")
    assert not page.select("#no-invoice")


async def test_who_may_not_invoice_is_told_nothing_of_it(visitor, office):
    await everything_paid(office)
    answer = await visitor.client.get(BOX, headers=visitor.staff("inspector"))
    assert "Add Invoice" not in words(answer)
