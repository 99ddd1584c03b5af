"""Make a payment: what is open, what is chosen, what it comes to, and what is sent to billing."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from services.portal.domain.refusals import PaymentRefusedError
from tests.support.portal_account_samples import (
    account_invoices,
    an_account_invoice,
    told,
    told_account,
    told_account_payment,
    told_method,
)
from tests.support.portal_samples import settings, told_company
from tests.unit.portal.test_client_page import words


@pytest.fixture
async def shop(empty_portal):
    """Signed in, three single-site invoices of $600.00 and two orders of $150.00 and $210.00."""
    empty_portal.tell(
        told_company(), settings(), told_account(), told_method(), *account_invoices()
    )
    await empty_portal.customer()
    return empty_portal


async def opened(portal, query=""):
    answer = await portal.browser.get(f"/account/pay{query}")
    assert answer.status_code == 200, answer.text
    return answer


def fields(answer, **changes):
    """What a browser without script would send, with these fields instead."""
    form = BeautifulSoup(answer.text, "html.parser").find("form", id="pay-form")
    sent = []
    for field in form.select("input[name]"):
        boxed = field.get("type") in {"checkbox", "radio"}
        if not boxed or field.has_attr("checked"):
            sent.append((field["name"], field.get("value", "on")))
    kept = [(name, value) for name, value in sent if name not in changes]
    for name, value in changes.items():
        kept += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return kept


async def press(portal, answer, do, path="/account/pay", **changes):
    data = {}
    for name, value in [*fields(answer, **changes), ("do", do)]:
        data.setdefault(name, []).append(value)
    return await portal.browser.post(path, data=data)


def figures(answer):
    page = BeautifulSoup(answer.text, "html.parser")
    return page.find(id="o-amount").text, page.find(id="o-count").text


def hidden(answer, form="confirm"):
    tag = BeautifulSoup(answer.text, "html.parser").find("form", id=form)
    data = {}
    for field in tag.select("input[type=hidden]"):
        data.setdefault(field["name"], []).append(field["value"])
    return data


async def confirm(portal, review, **changes):
    data = hidden(review) | {name: [value] for name, value in changes.items()}
    return await portal.browser.post("/account/pay/confirm", data=data)


async def test_the_overview_says_what_is_due_and_overdue(shop):
    text = words(await opened(shop))
    assert "Overdue Balance $250.00 3 invoices, oldest 51 days late" in text
    assert "Balance $960.00 8 open invoices" in text
    assert "Amount Selected $0.00" in text
    assert "Invoices to Pay 0 Up to 200 at a time" in text


async def test_the_three_ways_list_their_own_invoices_only(shop):
    single, multi = words(await opened(shop)), words(await opened(shop, "?choice=multi"))
    assert "What are you paying today?" in single
    assert "Select Single-Site Invoices" in single
    assert "Select Multi-Site Invoices" in single
    assert "Custom amount" in single
    assert ("A1" in single, "B1" in single) == (True, False)
    assert ("A1" in multi, "B1, 2 sites" in multi) == (False, True)


async def test_ticked_invoices_are_added_up_and_reviewed_and_paid_once(shop):
    page = await opened(shop)
    chosen = await press(shop, page, "update", invoice=["inv-A1", "inv-A3"])
    assert figures(chosen) == ("$400.00", "2")
    review = await press(shop, chosen, "review")
    assert "Check your payment" in words(review)
    assert "Pay $400.00" in words(review)
    answer = await confirm(shop, review)
    again = await confirm(shop, review)
    assert answer.status_code == again.status_code == 303
    assert answer.headers["location"].startswith("/account/attempts/")
    ((of, by, order),) = shop.customers.billing.orders
    assert (of.account_id, by.contact_id) == ("account-1", "p1")
    assert (order.invoice_ids, order.amount_cents) == (("inv-A1", "inv-A3"), 40000)
    assert (order.kind, order.method_id, order.save_method) == ("saved", "pm-card", False)
    assert order.success_url == f"http://portal.example/account/attempts/{order.key}"


async def test_the_parents_box_takes_every_site_without_a_script(shop):
    page = await opened(shop, "?choice=multi")
    all_sites = await press(shop, page, "update", order=["order-B2"])
    assert figures(all_sites) == ("$210.00", "3")
    none = await press(shop, all_sites, "update", order=[])
    assert figures(none) == ("$0.00", "0")


async def test_one_site_of_an_order_is_chosen_alone_and_the_parent_is_half_selected(shop):
    page = await opened(shop, "?choice=multi")
    some = await press(shop, page, "update", invoice=["inv-B2-2"])
    assert figures(some) == ("$70.00", "1")
    assert "B2, 3 sites, 1 selected" in words(some)


async def test_the_box_of_the_page_takes_all_that_is_shown(shop):
    page = await opened(shop, "?choice=multi")
    everything = await press(shop, page, "update", page="on")
    assert figures(everything) == ("$360.00", "5")
    assert figures(await press(shop, everything, "none")) == ("$0.00", "0")


async def test_going_to_another_way_clears_the_selection(shop):
    page = await opened(shop)
    chosen = await press(shop, page, "update", invoice=["inv-A1"])
    assert figures(chosen)[1] == "1"
    assert figures(await opened(shop, "?choice=multi"))[1] == "0"
    mixed = await press(shop, page, "update", choice="multi", elsewhere=["inv-A1", "inv-B1-1"])
    assert figures(mixed) == ("$50.00", "1")


async def many(portal, count):
    portal.tell(
        *[
            told(an_account_invoice(f"M{n:03}", cents=100, issued=date(2026, 11, 10)))
            for n in range(count)
        ]
    )


async def test_a_selection_survives_turning_the_page_and_back(shop):
    await many(shop, 60)
    page = await opened(shop)
    second = await press(shop, page, _next(page), invoice=["inv-A1"])
    assert figures(second) == ("$100.00", "1")
    assert "1 more selected on other pages" in words(second)
    third = await press(shop, second, _next(second), invoice=["inv-M030"])
    assert figures(third) == ("$101.00", "2")
    assert "M059" in words(third)
    back = await press(shop, third, "back")
    assert 'value="inv-M030" id="i-inv-M030" data-box="one" checked' in back.text
    first = await press(shop, back, "back")
    assert 'value="inv-A1" id="i-inv-A1" data-box="one" checked' in first.text
    assert figures(first) == ("$101.00", "2")


def _next(answer):
    found = BeautifulSoup(answer.text, "html.parser").select_one("button[value^='next:']")
    return found["value"]


async def test_select_all_takes_the_two_hundred_oldest_and_says_so(shop):
    await many(shop, 230)
    page = await opened(shop)
    assert "Select all 200" in words(page)
    everything = await press(shop, page, "all")
    assert figures(everything)[1] == "200"
    assert "The 200 oldest are selected" in words(everything)
    review = await press(shop, everything, "review")
    await confirm(shop, review)
    (_, _, order) = shop.customers.billing.orders[0]
    assert len(order.invoice_ids) == 200
    assert {"inv-A1", "inv-A2", "inv-A3"} <= set(order.invoice_ids)


async def test_of_an_order_over_250_sites_the_parent_takes_the_200_oldest_and_says_so(shop):
    shop.tell(
        *[
            told(an_account_invoice(f"Z{n:03}", cents=100, order="Z", issued=date(2026, 9, 1)))
            for n in range(250)
        ]
    )
    page = await opened(shop, "?choice=multi")
    chosen = await press(shop, page, "update", order=["order-Z"])
    assert figures(chosen) == ("$200.00", "200")
    text = words(chosen)
    assert "The 200 oldest are selected" in text
    assert "Z, 250 sites, 200 selected" in text
    assert "50 newer sites not shown" in text


async def test_the_figures_follow_a_change_without_the_page(shop):
    page = await opened(shop)
    part = await press(shop, page, "", path="/account/pay/figures", invoice=["inv-A2"])
    assert figures(part) == ("$200.00", "1")
    assert "<html" not in part.text
    assert 'hx-target="#pay-summary"' in part.text


async def test_a_custom_amount_shows_what_it_will_cover(shop):
    page = await opened(shop, "?choice=custom&amount=130")
    text = words(page)
    assert "This pays 2 invoices" in text
    assert re.search(r"A1 A1 Bond St, Bend \$100.00 B1-1 .* \$20.00 stays due \$30.00", text)
    review = await press(shop, page, "review")
    await confirm(shop, review)
    (_, _, order) = shop.customers.billing.orders[0]
    assert (order.invoice_ids, order.custom_cents, order.amount_cents) == (None, 13000, 13000)


async def test_more_than_is_due_is_refused_unless_prepayments_are_on(shop):
    page = await opened(shop, "?choice=custom&amount=1000")
    refused = await press(shop, page, "review")
    assert refused.status_code == 422
    assert "There is a problem" in words(refused)
    assert "Enter an amount of $960.00 or less" in words(refused)
    shop.tell(settings(settings_revision=2, prepayments=True))
    review = await press(shop, page, "review")
    assert "Keep $40.00 as a prepayment" in words(review)
    unconfirmed = await confirm(shop, review)
    assert unconfirmed.status_code == 409
    assert shop.customers.billing.orders == []
    await confirm(shop, unconfirmed, prepay_rest="on")
    (_, _, order) = shop.customers.billing.orders[0]
    assert (order.prepay_rest, order.amount_cents) == (True, 100000)


@pytest.mark.parametrize("amount", ["", "0", "-5", "12.345", "1e3", "abc"])
async def test_an_amount_that_is_none_is_said_at_the_field(shop, amount):
    page = await opened(shop, "?choice=custom")
    answer = await press(shop, page, "review", amount=amount)
    assert answer.status_code == 422
    assert 'href="#amount"' in answer.text


async def test_nothing_selected_is_said(shop):
    answer = await press(shop, await opened(shop), "review")
    assert (answer.status_code, "Select at least one invoice" in words(answer)) == (422, True)


async def test_a_new_card_leads_to_the_provider_and_is_saved_if_wished(shop):
    page = await opened(shop)
    review = await press(shop, page, "review", invoice=["inv-A1"], method="card", save_method="on")
    assert "A new card, saved for next time" in words(review)
    answer = await confirm(shop, review)
    assert answer.headers["location"] == "https://checkout.example/session"
    (_, _, order) = shop.customers.billing.orders[0]
    assert (order.kind, order.save_method) == ("card", True)
    back = await shop.browser.get(urlsplit(order.success_url).path)
    assert "Confirming your payment" in words(back)
    assert "You have not been charged" not in words(back)


@pytest.mark.parametrize("method", ["", "saved:", "cash"])
async def test_without_a_way_to_pay_nothing_is_reviewed(shop, method):
    page = await opened(shop)
    answer = await press(shop, page, "review", invoice=["inv-A1"], method=method)
    assert answer.status_code == 422
    assert "Choose how you will be paying" in words(answer)


@pytest.mark.scenario(65)
@pytest.mark.parametrize("method", ["saved:other", "saved:pm-removed"])
async def test_a_method_that_is_not_theirs_is_not_found_and_pays_nothing(shop, method):
    shop.tell(told_method(method_id="pm-removed", removed=True, is_default=False))
    page = await opened(shop)
    assert (await press(shop, page, "review", invoice=["inv-A1"], method=method)).status_code == 404
    review = await press(shop, page, "review", invoice=["inv-A1"], method="card")
    assert (await confirm(shop, review, method=method)).status_code == 404
    assert shop.customers.billing.orders == []


@pytest.mark.parametrize(
    ("named", "title"),
    [
        (["inv-A1", "inv-A1"], "An invoice was named twice"),
        (["inv-A1", "inv-of-somebody-else"], "One of these invoices cannot be paid here"),
        (
            ["inv-A1", *[f"inv-x{n}" for n in range(200)]],
            "One payment covers up to 200 invoices",
        ),
    ],
)
async def test_what_is_confirmed_is_paid_whole_or_refused_whole(shop, named, title):
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"], method="card")
    data = {**hidden(review), "elsewhere": named}
    answer = await shop.browser.post("/account/pay/confirm", data=data)
    assert answer.status_code in {409, 422}
    assert title in words(answer)
    assert shop.customers.billing.orders == []


async def test_above_the_maximum_is_warned_of_and_refused(shop):
    shop.tell(settings(settings_revision=2, card_max_cents=15000))
    page = await opened(shop)
    assert "Up to $150.00 per payment" in words(page)
    warned = await press(shop, page, "", path="/account/pay/figures", invoice=["inv-A2"])
    sentence = "Card payments are limited to $150.00. Choose your bank account or lower the amount"
    assert sentence in " ".join(warned.text.split())
    refused = await press(shop, page, "review", invoice=["inv-A2"])
    assert (refused.status_code, sentence in words(refused)) == (422, True)
    bank = await press(shop, page, "review", invoice=["inv-A2"], method="us_bank_account")
    assert bank.status_code == 200
    assert shop.customers.billing.orders == []


async def test_an_invoice_paid_meanwhile_is_said_with_the_old_and_the_new_sum(shop):
    page = await opened(shop)
    review = await press(shop, page, "review", invoice=["inv-A1", "inv-A2"])
    shop.tell(
        told(an_account_invoice("A2", cents=20000, status="paid", balance_cents=0, revision=2))
    )
    answer = await confirm(shop, review)
    assert answer.status_code == 409
    assert "It was $300.00 and is now $100.00. You have not been charged." in words(answer)
    assert shop.customers.billing.orders == []
    assert (await confirm(shop, answer)).status_code == 303


async def test_an_invoice_of_another_customer_is_as_if_it_did_not_exist(shop):
    shop.tell(told(an_account_invoice("X1", account_id="account-2")))
    page = await opened(shop)
    answer = await press(shop, page, "update", elsewhere=["inv-X1"], invoice=["inv-A1"])
    assert figures(answer) == ("$100.00", "1")
    assert (await shop.browser.get("/account/invoices/inv-X1.pdf")).status_code == 404


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("declined", "The payment was declined"),
        ("payment_in_progress", "A payment of one of these invoices is already under way"),
        ("payment_processing", "A bank payment of one of these invoices is on its way"),
        ("card_max_exceeded", "This is more than one card payment may be"),
        ("something_new", "The payment was not made"),
    ],
)
async def test_every_refusal_says_why_and_that_nothing_was_charged(shop, reason, title):
    shop.customers.billing.refusal = PaymentRefusedError(reason)
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"])
    answer = await confirm(shop, review)
    assert answer.status_code in {402, 409}
    assert title in words(answer)
    assert "You have not been charged." in words(answer)
    assert hidden(answer)["idempotency_key"] != hidden(review)["idempotency_key"]


async def test_no_answer_in_time_asks_again_under_the_same_key(shop):
    shop.customers.billing.away = True
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"])
    answer = await confirm(shop, review)
    assert answer.status_code == 503
    assert "this payment is made once" in words(answer)
    assert hidden(answer)["idempotency_key"] == hidden(review)["idempotency_key"]


@pytest.mark.parametrize("token", ["", "f" * 64])
async def test_another_site_cannot_pay(shop, token):
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"])
    assert (await confirm(shop, review, csrf_token=token)).status_code == 403
    assert shop.customers.billing.orders == []


async def test_the_page_after_paying_waits_for_the_event(shop):
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"])
    place = (await confirm(shop, review)).headers["location"]
    assert "Confirming your payment" in words(await shop.browser.get(place))
    shop.tell(told_account_payment(status="processing", receipt_number=""))
    assert "Your bank payment is on its way" in words(await shop.browser.get(place))
    shop.tell(told_account_payment(revision=2))
    paid = words(await shop.browser.get(place))
    assert "Paid. Thank you" in paid
    assert "A1 PDF of A1 $100.00 A2 PDF of A2 $200.00" in paid


async def test_a_payment_that_failed_says_why(shop):
    review = await press(shop, await opened(shop), "review", invoice=["inv-A1"])
    place = (await confirm(shop, review)).headers["location"]
    shop.tell(told_account_payment(status="failed", reason="Your card was declined."))
    text = words(await shop.browser.get(place))
    assert "You have not been charged Your card was declined." in text


async def test_somebody_elses_attempt_is_unknown(shop):
    assert (await shop.browser.get("/account/attempts/nothing")).status_code == 404


async def test_nothing_open_says_so_and_offers_what_is_allowed(empty_portal):
    empty_portal.tell(told_company(), settings(prepayments=True), told_account())
    await empty_portal.customer()
    text = words(await empty_portal.browser.get("/account/pay"))
    assert "You’re all paid up" in text
    assert "Make a prepayment" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "processing", "processing_cents": 10000, "balance_cents": 0},
        {"gate": "until_published"},
        {"status": "void", "balance_cents": 0},
        {"kind": "third_party"},
    ],
)
async def test_what_cannot_be_paid_now_is_not_offered(shop, changes):
    shop.tell(told(an_account_invoice("Z1", cents=10000, **changes)))
    page = await opened(shop)
    assert "Z1" not in words(page)
    assert "Balance $960.00" in words(page)
