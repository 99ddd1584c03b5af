"""What a client reads, word for word where the rules say so."""

import gzip
import re

import pytest
from bs4 import BeautifulSoup

from shared.contracts import billing, scheduling
from shared.ui.assets import STATIC, plain_name
from tests.support.portal_samples import (
    a_balance,
    a_payment,
    a_third_party_invoice,
    an_agreement,
    an_inspection,
    an_invoice,
    paid,
    published,
    settings,
    told_company,
    told_inspection,
    told_invoice,
    told_payment,
)

FIELDS = r'name="(csrf_token|agreement_id|version)" value="([^"]*)"'
BEFORE_PUBLISH = "Payment to be collected after inspection is published"


def words(answer):
    return " ".join(BeautifulSoup(answer.text, "html.parser").main.get_text(" ").split())


def pressable(answer):
    soup = BeautifulSoup(answer.text, "html.parser")
    found = soup.select("button, a.btn, input[type=submit]")
    return [" ".join(one.get_text(" ").split()) for one in found]


async def shown(portal, *events):
    portal.tell(*events)
    return await portal.browser.get(await portal.enter())


async def test_a_link_leads_to_the_page_without_the_token(portal):
    link = await portal.link()
    answer = await portal.browser.get(link.path)
    assert answer.status_code == 303
    page = await portal.browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert link.token not in page.text
    assert link.token not in answer.headers["location"]


async def test_the_page_shows_whose_where_when_and_by_whom(portal):
    text = words(await shown(portal))
    assert "1482 Alder Creek Rd" in text
    assert "Bend, OR 97702" in text
    assert "Tue, Dec 1, 2026, 9:00–11:30 AM PST" in text
    assert "Dana Whitfield" in text


async def test_the_platforms_name_does_not_appear_to_clients(portal):
    answer = await shown(portal)
    assert "doorstep" not in words(answer).lower()
    assert "Harbor & Pine Home Inspections" in BeautifulSoup(answer.text, "html.parser").title.text


async def test_with_integrated_payments_the_button_is_pay_now_and_names_the_amount(portal):
    answer = await shown(portal)
    assert "Payment due" in words(answer)
    button = BeautifulSoup(answer.text, "html.parser").find(id="pay")
    assert " ".join(button.get_text(" ").split()) == "Pay $475.00 Pay Now"
    assert "primary" in button["class"]
    assert "Pay Now" in pressable(answer)  # the bar at the bottom of a phone
    assert "Learn More" not in answer.text


async def test_without_integrated_payments_the_button_is_learn_more(portal):
    answer = await shown(portal, settings(online_payments=False, settings_revision=2))
    assert "Payment due" in words(answer)
    assert "Learn More" in pressable(answer)
    assert "Pay Now" not in answer.text
    assert not [one for one in pressable(answer) if one.startswith("Pay ")]
    link = BeautifulSoup(answer.text, "html.parser").find("a", id="pay")
    explained = words(await portal.browser.get(link["href"]))
    assert "12 Dock Street" in explained
    assert "HP-3107" in explained
    assert "$475.00" in explained


@pytest.mark.parametrize("online", [True, False])
async def test_before_publish_the_area_is_a_statement_without_any_button(portal, online):
    collected_later = {"collect_payment_after_publish": True, "require_payment_locked": True}
    answer = await shown(
        portal,
        settings(online_payments=online, settings_revision=2),
        told_inspection(an_inspection(revision=2, policy=collected_later)),
        told_invoice(an_invoice(gate="until_published", revision=2)),
    )
    assert BEFORE_PUBLISH in words(answer)
    assert "Payment due" not in answer.text
    assert "Learn More" not in answer.text
    assert "Pay Now" not in answer.text
    card = BeautifulSoup(answer.text, "html.parser").find(id="money")
    assert card.select("button, a, input") == []


async def test_on_publish_the_area_reverts_to_payment_due_and_the_button(portal):
    portal.tell(told_invoice(an_invoice(gate="until_published", revision=2)))
    answer = await shown(
        portal,
        told_inspection(published(), scheduling.InspectionPublishedV1),
        told_invoice(an_invoice(revision=3)),
    )
    assert "Payment due" in words(answer)
    assert BEFORE_PUBLISH not in answer.text
    assert "Pay $475.00 Pay Now" in pressable(answer)


async def test_the_client_sees_who_pays_how_much_but_no_mail_of_theirs(portal):
    answer = await shown(portal)
    text = words(answer)
    assert "Your share of an $800.00 inspection" in text
    assert "Marcus Lee, your agent Paid Nov 18 $175.00" in text
    assert "Northwest Mutual Invoiced, not paid yet $150.00" in text
    assert "Radon test Invoiced to Northwest Mutual" in text
    assert "claims@example.com" not in answer.text
    assert "marcus@example.com" not in answer.text


async def test_a_partly_paid_invoice_asks_for_the_rest(portal):
    part = a_payment(amount_cents=20000, method="check", method_label="Check 1042")
    text = words(
        await shown(portal, told_invoice(an_invoice(paid_cents=20000, payments=[part], revision=2)))
    )
    assert "You, so far Paid Nov 21 $200.00" in text
    assert "You pay $275.00" in text


async def test_a_paid_page_offers_the_receipt_and_says_where_it_went(portal):
    answer = await shown(portal, told_invoice(paid(an_invoice())))
    text = words(answer)
    assert "Paid in full" in text
    assert (
        "Visa ending 4242 on Nov 21, 2026 at 10:42 AM PST. Receipt R-88214 sent to "
        "ellen@example.com." in text
    )
    assert {"Receipt", "Print"} <= set(pressable(answer))
    assert not [one for one in pressable(answer) if one.startswith("Pay")]


async def test_a_trial_company_sends_no_receipt_and_does_not_say_so(portal):
    answer = await shown(
        portal, told_company(trial=True, revision=2), told_invoice(paid(an_invoice()))
    )
    assert "sent to" not in words(answer)


async def test_a_bank_payment_on_its_way_shows_no_button_and_keeps_the_report_locked(portal):
    answer = await shown(
        portal,
        told_inspection(published()),
        told_invoice(an_invoice(status="processing", processing_cents=47500, revision=2)),
        told_payment(billing.PaymentProcessingV1),
    )
    text = words(answer)
    assert "Processing" in text
    assert "We expect it on Fri, Nov 27, 2026" in text
    assert "Report locked" in text
    assert not [one for one in pressable(answer) if one.startswith("Pay")]


async def test_a_declined_card_says_that_nothing_was_charged(portal):
    text = words(await shown(portal, told_payment(billing.PaymentFailedV1)))
    assert "Your card was declined. You have not been charged." in text
    assert "Pay $475.00" in text


async def test_a_failure_of_a_third_party_is_not_shown_to_the_client(portal):
    failed = told_payment(billing.PaymentFailedV1, a_third_party_invoice())
    assert "did not go through" not in words(await shown(portal, failed))


async def test_the_report_opens_when_everything_is_paid_and_locks_again_after_a_refund(portal):
    page = await portal.enter()
    portal.tell(told_inspection(published()), told_invoice(paid(an_invoice())))
    locked = words(await portal.browser.get(page))
    assert "Opens once Northwest Mutual has paid too" in locked
    assert (await portal.browser.get(f"{page}/reports/r1")).status_code == 403
    portal.tell(a_balance(report_released=True, balance_revision=2))
    assert "Your report is ready" in words(await portal.browser.get(page))
    report = await portal.browser.get(f"{page}/reports/r1")
    assert report.content == b"%PDF report r1"
    portal.tell(a_balance(report_released=False, balance_revision=3))
    refused = await portal.browser.get(f"{page}/reports/r1")
    assert refused.status_code == 403
    assert b"%PDF" not in refused.content


@pytest.mark.parametrize(
    ("policy", "opens"),
    [
        ({"require_payment": True}, False),
        ({"require_payment": False}, True),
        ({"require_payment": True, "unlocked_by_staff": True}, True),
        (
            {
                "require_payment": True,
                "unlocked_by_staff": True,
                "require_payment_locked": True,
                "collect_payment_after_publish": True,
            },
            False,
        ),
        ({"require_payment": False, "collect_payment_after_publish": True}, False),
    ],
)
async def test_the_inspections_own_policy_may_open_the_report_unpaid(portal, policy, opens):
    page = await portal.enter()
    portal.tell(told_inspection(published(policy=policy)))
    answer = await portal.browser.get(f"{page}/reports/r1")
    assert (answer.status_code == 200) is opens


async def test_every_holder_of_a_link_stands_before_the_same_gate(portal):
    portal.tell(told_inspection(published()))
    client = await portal.enter()
    agent = await portal.enter(recipient="marcus@example.com", purpose="share_details")
    for released, status in ((False, 403), (True, 200)):
        portal.tell(a_balance(report_released=released, balance_revision=4 + released))
        for page in (client, agent):
            assert (await portal.browser.get(f"{page}/reports/r1")).status_code == status


async def test_an_unknown_report_is_not_there(portal):
    portal.tell(told_inspection(published()), a_balance(report_released=True, balance_revision=2))
    page = await portal.enter()
    assert (await portal.browser.get(f"{page}/reports/another")).status_code == 404
    assert portal.wiring.files.opened == []


async def test_invoice_and_receipt_are_passed_on_with_their_names(portal):
    portal.tell(told_invoice(paid(an_invoice())))
    page = await portal.enter()
    invoice = await portal.browser.get(f"{page}/invoice.pdf")
    assert invoice.content == b"%PDF invoice invoice-1"
    assert 'filename="Invoice HP-3107.pdf"' in invoice.headers["content-disposition"]
    receipt = await portal.browser.get(f"{page}/receipts/payment-1.pdf")
    assert receipt.content == b"%PDF receipt payment-1"
    foreign = await portal.browser.get(f"{page}/receipts/payment-9.pdf")
    assert foreign.status_code == 404


async def test_a_cancelled_inspection_says_so_and_asks_for_nothing(portal):
    answer = await shown(
        portal,
        told_inspection(an_inspection(status="cancelled", revision=2)),
        told_invoice(an_invoice(status="void", balance_cents=0, revision=2)),
    )
    text = words(answer)
    assert "This inspection was cancelled" in text
    assert "Before you get your report" not in text
    assert not [one for one in pressable(answer) if one.startswith("Pay")]


async def test_money_paid_beyond_the_bill_and_refunds_are_shown(portal):
    payment = a_payment(refunded_cents=2500)
    more = paid(an_invoice(total_cents=40000), surplus_cents=5000, payments=(payment,))
    text = words(await shown(portal, told_invoice(more)))
    assert "Refunded to you Visa ending 4242 −$25.00" in text
    assert "Paid more than the final bill Harbor & Pine will refund it $50.00" in text


async def test_a_new_version_of_the_agreement_asks_for_a_new_signature(portal):
    page = await portal.enter()
    await sign(portal, page)
    assert "Agreement signed" in words(await portal.browser.get(page))
    portal.tell(an_agreement(version=2))
    assert "Sign the new agreement" in words(await portal.browser.get(page))


async def sign(portal, page, **fields):
    form = (await portal.browser.get(f"{page}/agreement")).text
    found = dict(re.findall(FIELDS, form))
    data = found | {"signed_by": " Ellen  Park ", "accepted": "on"} | fields
    return await portal.browser.post(f"{page}/agreement", data=data)


class TestSigning:
    """The agreement."""

    async def test_keeps_the_text_the_name_the_time_and_the_browser(self, portal):
        page = await portal.enter()
        answer = await sign(portal, page)
        assert answer.status_code == 303
        record = portal.wiring.signatures.records["agreement-1", 1]
        assert record.signed_by == "Ellen Park"
        assert record.signed_at == portal.clock.now
        assert record.text == an_agreement().text
        assert record.address == "127.0.0.1"
        assert "httpx" in record.user_agent

    async def test_tells_who_signed_which_version_but_not_from_where(self, portal):
        await sign(portal, await portal.enter())
        (event,) = portal.wiring.signatures.told
        assert (event.signed_by, event.version) == ("Ellen Park", 1)
        assert "127.0.0.1" not in event.model_dump_json()

    async def test_the_signed_copy_can_be_read_again(self, portal):
        page = await portal.enter()
        await sign(portal, page)
        copy = words(await portal.browser.get(f"{page}/agreement"))
        assert "Signed electronically on Nov 21, 2026 at 10:42 AM PST. Version 1." in copy
        assert "We inspect what can be seen." in copy

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"signed_by": "  "}, "Type your full name to sign"),
            ({"signed_by": "x" * 121}, "Use 120 characters or fewer"),
            ({"accepted": ""}, "Tick the box to agree"),
        ],
    )
    async def test_what_is_missing_is_said_and_nothing_is_signed(self, portal, fields, message):
        answer = await sign(portal, await portal.enter(), **fields)
        assert answer.status_code == 422
        assert message in words(answer)
        assert BeautifulSoup(answer.text, "html.parser").title.text.startswith("Error: ")
        assert portal.wiring.signatures.records == {}

    @pytest.mark.parametrize("fields", [{"version": "7"}, {"agreement_id": "another"}])
    async def test_a_text_that_changed_meanwhile_is_not_signed(self, portal, fields):
        answer = await sign(portal, await portal.enter(), **fields)
        assert answer.status_code == 409
        assert "The agreement has changed" in words(answer)
        assert portal.wiring.signatures.records == {}

    async def test_signing_twice_is_signing_once(self, portal):
        page = await portal.enter()
        form = await portal.browser.get(f"{page}/agreement")
        await sign(portal, page)
        again = dict(re.findall(FIELDS, form.text)) | {"signed_by": "Other", "accepted": "on"}
        answer = await portal.browser.post(f"{page}/agreement", data=again)
        assert answer.status_code == 303
        assert portal.wiring.signatures.records["agreement-1", 1].signed_by == "Ellen Park"
        assert len(portal.wiring.signatures.told) == 1

    async def test_another_site_cannot_sign(self, portal):
        answer = await sign(portal, await portal.enter(), csrf_token="f" * 64)
        assert answer.status_code == 403
        assert portal.wiring.signatures.records == {}


async def test_the_first_load_is_at_most_sixty_kilobytes_over_the_wire(portal):
    answer = await shown(portal)
    soup = BeautifulSoup(answer.text, "html.parser")
    addresses = {tag["href"] for tag in soup.select("link[href], use[href]")}
    addresses |= {tag["src"] for tag in soup.select("[src]")}
    files = {plain_name(one.removeprefix("/static/").split("#")[0]) for one in addresses}
    sizes = [len(gzip.compress((STATIC / name).read_bytes())) for name in files]
    assert len(sizes) >= 5
    assert len(gzip.compress(answer.content)) + sum(sizes) <= 60_000


async def test_no_page_carries_inline_style_or_script(portal):
    page = await portal.enter()
    for path in ("", "/agreement", "/how-to-pay"):
        soup = BeautifulSoup((await portal.browser.get(page + path)).text, "html.parser")
        assert soup.select("[style], script:not([src]), style, [onclick], [onload]") == []
