"""A third party sees his invoice and nothing else (R30, R34, R43, C7, C17)."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.support.portal_samples import (
    a_third_party_invoice,
    paid,
    published,
    settings,
    told_inspection,
    told_invoice,
)
from tests.unit.portal.test_client_page import BEFORE_PUBLISH, words

SECRETS = (
    "Ellen",
    "ellen@example.com",
    "Marcus",
    "claims@example.com",
    "475",
    "800.00",
    "Full home inspection",
    "Sewer scope",
    "Dana Whitfield",
    "Sign",
    "/p/",
)


async def shown(portal, *events):
    page = await portal.enter("invoice")
    portal.tell(*events)
    return await portal.browser.get(page)


async def test_the_page_shows_the_invoice_and_where_and_when(portal):
    text = words(await shown(portal))
    assert "Invoice HP-3107-2 for Northwest Mutual" in text
    assert "Radon test at 1482 Alder Creek Rd" in text
    assert "Inspection on Tue, Dec 1, 2026" in text
    assert "Amount due Due Dec 4 $150 .00 $150.00" in text
    assert "48-hour continuous monitor" in text
    assert "This link shows your invoice only" in text


@pytest.mark.parametrize("secret", SECRETS)
async def test_nothing_of_the_client_or_of_others_is_anywhere_on_it(portal, secret):
    answer = await shown(portal, told_inspection(published()))
    assert secret not in answer.text
    assert secret not in str(answer.headers)


async def test_every_address_on_the_page_belongs_to_this_link(portal):
    page = await portal.enter("invoice")
    soup = BeautifulSoup((await portal.browser.get(page)).text, "html.parser")
    found = {tag.get("href") or tag.get("action") for tag in soup.select("a[href], form[action]")}
    own = {one for one in found if not re.match("#|mailto:|tel:", one)}
    assert own
    assert all(one.startswith(page) for one in own)


async def test_before_publish_the_payer_reads_the_same_sentence_and_cannot_pay(portal):
    answer = await shown(
        portal, told_invoice(a_third_party_invoice(gate="until_published", revision=2))
    )
    assert BEFORE_PUBLISH in words(answer)
    assert "pay-form" not in answer.text
    assert "Learn More" not in answer.text


async def test_an_invoice_that_changed_since_the_mail_says_what_it_was(portal):
    changed = a_third_party_invoice(total_cents=12000, revision=2)
    text = words(await shown(portal, told_invoice(changed)))
    assert "This invoice has changed It was $150.00 and is now $120.00" in text
    assert "Pay $120.00" in text


async def test_an_invoice_that_is_no_longer_needed_asks_for_nothing(portal):
    void = a_third_party_invoice(status="void", balance_cents=0, revision=2)
    answer = await shown(portal, told_invoice(void))
    assert "This invoice is no longer needed" in words(answer)
    assert "pay-form" not in answer.text


async def test_a_paid_invoice_offers_its_receipt(portal):
    answer = await shown(portal, told_invoice(paid(a_third_party_invoice())))
    text = words(answer)
    assert "Paid in full" in text
    assert "Receipt R-88214" in text
    page = await portal.enter("invoice")
    receipt = await portal.browser.get(f"{page}/receipts/payment-1.pdf")
    assert receipt.content == b"%PDF receipt payment-1"
    invoice = await portal.browser.get(f"{page}/invoice.pdf")
    assert invoice.content == b"%PDF invoice invoice-2"


async def test_without_online_payments_the_button_is_learn_more(portal):
    answer = await shown(portal, settings(online_payments=False, settings_revision=2))
    assert "Learn More" in words(answer)
    assert "Pay Now" not in answer.text


async def test_an_invoice_that_has_not_arrived_is_being_prepared(empty_portal):
    answer = await empty_portal.browser.get(await empty_portal.enter("invoice"))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
