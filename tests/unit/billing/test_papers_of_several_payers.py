"""The invoice as PDF shows who paid what, refunds and returns; of others no more (C17)."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.billing.adapters.paper_words import invoice_words
from services.billing.adapters.typesetting import typeset
from services.billing.domain.bill import Bill
from services.billing.domain.carving import Carving, carved
from services.billing.domain.division import Share
from services.billing.domain.payment import Dispute, DisputeState, Method, Payment
from tests.support.billing_examples import INSURER, MARCUS, NOON, a_bill, a_company


def divided() -> Bill:
    """$800.00: the agent pays $300.00 of it, the insurer a quarter, the client the rest."""
    bill = a_bill()
    for number, (payer, share) in enumerate(
        ((MARCUS, Share(fixed_cents=30_000)), (INSURER, Share(basis_points=2_500)))
    ):
        wish = Carving(
            invoice_ids=(f"invoice-{number}",),
            contact_ids=(payer.contact_id,),
            share=share,
            issued_on=date(2026, 11, 17),
        )
        bill = carved(bill, wish)
    return bill


def paid(bill: Bill, invoice_id: str, cents: int, **more) -> Bill:
    payment = Payment(
        payment_id=f"{invoice_id}-{cents}",
        amount_cents=cents,
        method=Method.CARD,
        method_label="Visa ending 4242",
        settled=True,
        online=True,
        paid_at=NOON,
    )
    changed = bill.invoice(invoice_id).with_payment(replace(payment, **more))
    return bill.with_invoice(changed)


def printed(bill: Bill, invoice_id: str) -> str:
    words = invoice_words(bill, bill.invoice(invoice_id), a_company())
    pages = PdfReader(BytesIO(typeset("invoice.typ", words))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


@pytest.mark.scenario(22)
def test_the_clients_invoice_shows_allocations_payments_refunds_and_returns():
    bill = paid(divided(), "invoice-0", 30_000, refunded_cents=4_500)
    lost = Dispute(
        dispute_id="d", amount_cents=20_000, state=DisputeState.LOST, reason="insufficient funds"
    )
    bill = paid(bill, "invoice-1", 20_000, disputes=(lost,))
    text = printed(paid(bill, "invoice-client", 10_000), "invoice-client")
    assert "Billed to Marcus Lee" in text
    assert "Billed to Northwest Mutual" in text
    assert "Buyer's agent, $45.00 refunded" in text.replace("’", "'")
    assert "Insurer, $200.00 returned by the bank" in text
    assert "Nov 17, 2026 Ellen Park Visa ending 4242 $100.00" in text
    assert "Balance due $200.00" in text
    assert text.count("4242") == 1, "only the client's own card is on his invoice"
    for hidden in (MARCUS.email, INSURER.email):
        assert hidden not in text


def test_a_third_partys_invoice_shows_his_own_money_and_nobody_elses():
    bill = paid(divided(), "invoice-0", 30_000, refunded_cents=4_500)
    text = printed(paid(bill, "invoice-client", 10_000), "invoice-0")
    assert "Visa ending 4242, $45.00 refunded" in text
    assert "Balance due $45.00" in text
    for hidden in ("Ellen", "Northwest", "$800.00", "$100.00"):
        assert hidden not in text
