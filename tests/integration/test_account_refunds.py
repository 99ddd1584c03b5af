"""Money of an account's payment goes back: one mail, one alert, and every paper says so."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.provider import Provider

RADON = 15_000
REFUND = "Your refund of"


@pytest.fixture
def provider(company: Company) -> Iterator[Provider]:
    found = Provider(company)
    yield found
    found.close()


def paid_by_card(customer: Customer, invoice_ids: list[str]) -> dict[str, Any]:
    """The payment over these, as billing shows it."""
    customer.sign_in()
    customer.by_card(customer.pay(customer.review(*invoice_ids, choice="multi")))
    for invoice_id in invoice_ids:
        customer.wait_invoice(invoice_id, status="paid")
    path = f"billing/v1/accounts/{customer.account_id}/payments"
    [payment] = customer.company.office.get(path)
    return dict(payment)


def refund_alerts(company: Company) -> list[dict[str, Any]]:
    """Newest first."""
    listed = company.office.get("notifications/v1/alerts")["items"]
    return [alert for alert in listed if "refund" in alert["kind"]]


def refund_mails(company: Company) -> list[str]:
    """Where they stand."""
    listed = company.office.get("notifications/v1/mails", kind="refund")["items"]
    return [mail["state"] for mail in listed]


def refund_events(provider: Provider, intent: str) -> list[dict[str, Any]]:
    """What the processor has told about refunds of this payment, newest first."""
    events = provider.show("events", limit="100")["data"]
    about = [event for event in events if event["data"]["object"].get("payment_intent") == intent]
    return [event for event in about if "refund" in event["type"]]


@pytest.mark.rule(94)
@pytest.mark.scenario(36)
@pytest.mark.timeout(400)
def test_a_refund_over_several_invoices_is_one_mail_and_one_alert_however_often_it_is_told(
    company: Company, provider: Provider
) -> None:
    customer = open_account(company, sites=3)
    customer.rules(billing_history=True)
    ids = [row["invoice_id"] for row in customer.order(3)]
    payment = paid_by_card(customer, ids)
    payment_id = payment["account_payment_id"]
    first, second, third = [part["invoice_number"] for part in payment["allocations"]]
    intent = provider.intent_of(payment_id)

    provider.ask("refunds", payment_intent=intent, amount="20000")
    customer.wait_invoice(ids[2], status="open", balance_cents=RADON)
    customer.wait_invoice(ids[1], status="open", balance_cents=5_000)
    assert customer.invoice(ids[0])["balance_cents"] == 0
    mail = customer.wait_mail(f"{REFUND} $200.00")
    for words in (f"Invoice {second}: $50.00", f"Invoice {third}: $150.00", "$200.00"):
        assert words in mail["text"]
    assert f"Invoice {first}:" not in mail["text"]
    told = refund_events(provider, intent)
    assert told
    for event in [*told, *reversed(told)]:
        provider.deliver(event)

    # By the time the later refund is told, everything that was told before it has been heard.
    company.office.post(
        f"billing/v1/payments/{payment_id}-1/refunds", {"amount_cents": 4_000, "reason": "Not done"}
    )
    assert f"Invoice {first}: $40.00" in customer.wait_mail(f"{REFUND} $40.00")["text"]
    assert [mail["subject"] for mail in customer.mails(REFUND)] == [
        f"{REFUND} $40.00",
        f"{REFUND} $200.00",
    ]
    eventually(lambda: refund_mails(company) == ["sent", "sent"], "both are noted as sent")
    by_staff, elsewhere = refund_alerts(company)
    assert (by_staff["text"], by_staff["waiting"]) == (
        "Cascade Property Group was refunded $40.00",
        False,
    )
    assert (elsewhere["text"], elsewhere["waiting"]) == (
        f"Refund of $200.00 made at the processor was put on invoices {second}, {third}: check",
        True,
    )
    _papers(company, customer, payment_id, elsewhere["href"])


def _papers(company: Company, customer: Customer, payment_id: str, href: str) -> None:
    """The office's page, the customer's history and the receipt say the same."""
    page, place = href.split("#")
    shown = company.staff_browser().open(page)
    [payment] = shown.soup.select(f"#{place}")
    assert "$240.00 refunded" in payment.text
    parts = [" ".join(line.get_text(" ").split()) for line in shown.soup.select("details dt")]
    given = [part.split(" ", 1)[1] for part in parts]
    assert given == ["$40.00 refunded", "$50.00 refunded", "$150.00 refunded"]
    history = eventually(
        lambda: (
            now
            if "Refunded $240.00" in (now := customer.browser.open("/account/history")).text
            else None
        ),
        "the customer's history tells of both",
        within=120,
    )
    [row] = history.soup.select("tbody tr")
    assert "Partly refunded" in row.text
    receipt = f"/api/billing/v1/account-payments/{payment_id}/receipt"
    paper = PdfReader(io.BytesIO(company.office.download(receipt).content))
    words = " ".join(sheet.extract_text() for sheet in paper.pages)
    assert "Refunded since" in words
    assert "$240.00" in words
