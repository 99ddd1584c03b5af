"""What would not leave is refused before anything changes: nobody believes it went out (C13)."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from services.billing.domain.booking import Person, Role
from shared.contracts.billing import InvoiceSendRequestedV1
from tests.support.billing_examples import ELLEN, INSURER, MARCUS, a_company
from tests.unit.billing import test_http, test_splitting_http, test_splitting_pages

visitor = test_http.visitor
desk = test_splitting_http.desk
_may_split = test_splitting_http._may_split
post, get, words = test_splitting_pages.post, test_splitting_pages.get, test_splitting_pages.words
NEW, RADON = test_splitting_pages.NEW, test_splitting_pages.RADON
API = test_splitting_http.API
MAIL = {"subject": "Your part", "body": "Hello\n\n{{ sign_and_pay }}"}
UNREACHABLE = (
    Person(role=Role.CLIENT, payer=ELLEN),
    Person(role=Role.AGENT, payer=replace(MARCUS, email="")),
    Person(role=Role.ADDITIONAL, payer=INSURER),
)
NO_ADDRESS = "Marcus Lee has no email address, so nothing was sent; copy the link instead"


async def on_trial(office):
    company = a_company(allow_deferred=False, trial=True, revision=2)
    await office.books.write(lambda books: books.keep_company(company))


async def without_address(office):
    await office.follow(people=UNREACHABLE)


async def in_silence(office):
    await office.follow(notifications_disabled=True)


REASONS = pytest.mark.parametrize(
    ("hinder", "code", "field", "said"),
    [
        (on_trial, "trial_account", "then", "while this is a trial account; nothing was sent"),
        (without_address, "no_email_address", "contact", NO_ADDRESS),
        (in_silence, "notifications_disabled", "then", "All notifications are disabled"),
    ],
)


def asked(office):
    return office.books.told(InvoiceSendRequestedV1)


@REASONS
async def test_an_explicit_send_is_refused_by_name_and_the_invoice_stays_unsent(
    desk, office, hinder, code, field, said
):
    made = await desk.add(line_ids=["radon"])
    invoice_id = made.json()["invoice_id"]
    await hinder(office)
    before = office.bill
    answer = await desk.send("POST", f"{API}/invoices/{invoice_id}/send", MAIL, key="send")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert said in answer.json()["detail"]
    page = await post(desk.visitor, f"/staff/billing/invoices/{invoice_id}/send", MAIL)
    assert page.status_code == 422
    assert said in words(page)
    assert office.bill == before
    assert not asked(office)


@REASONS
async def test_save_and_send_is_refused_whole_with_the_reason_beside_the_field(
    visitor, office, hinder, code, field, said
):
    await hinder(office)
    before = office.bill
    answer = await post(visitor, NEW, {**RADON, "then": "send"})
    assert answer.status_code == 422, code
    page = BeautifulSoup(answer.text, "html.parser")
    assert said in page.select_one(f".error-summary a[href='#{field}']").get_text()
    assert page.find(id=field)
    assert (office.bill, asked(office)) == (before, [])
    assert (await post(visitor, NEW, {**RADON, "then": "save"})).status_code == 303
    assert office.bill.third_parties[0].sent_at is None


async def test_of_several_people_all_get_the_mail_or_nobody_is_invoiced(visitor, office):
    equal = {"contact": "mutual", "kind": "equal", "others": "marcus", "then": "send"}
    await without_address(office)
    refused = await post(visitor, NEW, equal)
    assert NO_ADDRESS in words(refused)
    assert (len(office.bill.invoices), asked(office)) == (1, [])
    await office.follow()
    for _ in range(2):
        assert (await post(visitor, NEW, equal)).status_code == 303
    assert [event.invoice.payer.contact_id for event in asked(office)] == ["mutual", "marcus"]


async def test_an_invoice_that_was_saved_is_sent_by_the_same_form_pressed_again(visitor, office):
    await post(visitor, NEW, {**RADON, "then": "save"})
    assert not asked(office)
    await post(visitor, NEW, {**RADON, "then": "send"})
    assert len(asked(office)) == 1
    assert office.bill.third_parties[0].sent_at


async def test_who_cannot_be_mailed_is_known_before_it_is_pressed(visitor, office):
    await without_address(office)
    shown = BeautifulSoup((await get(visitor, NEW)).text, "html.parser")
    named = [" ".join(option.get_text().split()) for option in shown.select("#contact option")]
    assert "Marcus Lee, Buyer's agent (no email address)" in named
    assert "Northwest Mutual, Insurer" in named


@REASONS
async def test_a_client_invites_nobody_who_would_not_be_mailed(
    desk, office, hinder, code, field, said
):
    portal = {"headers": desk.visitor.service()}
    await hinder(office)
    path, wish = test_splitting_http.INVITATIONS, test_splitting_http.WISH
    seen = await desk.send("POST", f"{path}/preview", wish, **portal)
    assert seen.json()["refusal"]["code"] == code
    refused = await desk.send("POST", path, wish, **portal)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert len(office.bill.invoices) == 1
