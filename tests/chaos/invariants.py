"""What must hold when everything has settled, whatever happened on the way."""

from collections import Counter

from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import SERVICES
from tests.support.product import Booking, Sandbox
from tests.support.stack import Stack

SETTLE_SECONDS = 90.0
"""More than one and a half lives of an orphaned transaction, and the first retry delay."""


def wait_settled(stack: Stack) -> None:
    """Until no service has anything left to tell and every one is ready."""
    stack.wait_ready(SERVICES)
    with MongoClient(stack.mongo_url("operator"), directConnection=True) as mongo:
        eventually(
            lambda: (
                not any(
                    mongo[service].outbox.find_one({"state": "waiting"}) for service in SERVICES
                )
            ),
            "all outboxes are empty",
            within=SETTLE_SECONDS,
        )


def assert_booked_once(booking: Booking) -> None:
    """An acknowledged booking has exactly one live client invoice for what was booked."""
    invoices = [
        invoice
        for invoice in eventually(booking.invoices, "an invoice", within=SETTLE_SECONDS)
        if invoice["kind"] == "client"
    ]
    assert len(invoices) == 1, invoices
    assert invoices[0]["total_cents"] == booking.show()["total_cents"]


def assert_books_balance(stack: Stack) -> None:
    """Every ledger entry sums to zero, and the cash in it is what the provider holds."""
    with MongoClient(stack.mongo_url("operator"), directConnection=True) as mongo:
        entries = list(mongo.billing.ledger.find())
    for entry in entries:
        assert sum(leg["cents"] for leg in entry["legs"]) == 0, entry
    sandbox = Sandbox(stack.sandbox)
    try:
        assert online_cash_cents(entries) == provider_cash_cents(sandbox)
    finally:
        sandbox.close()


def online_cash_cents(entries: list[dict]) -> int:
    """What the ledger says the provider holds for us."""
    return sum(
        leg["cents"]
        for entry in entries
        for leg in entry["legs"]
        if leg["account"].partition(":")[0] == "stripe"
    )


def provider_cash_cents(sandbox: Sandbox) -> int:
    """What the provider says it took and has not given back."""
    cents = 0
    for account in sandbox.get("totals").values():
        cents += account.get("captured", {}).get("all", {}).get("cents", 0)
        cents -= sum(
            state["cents"]
            for name, state in account.get("refunds", {}).items()
            if name in {"succeeded", "pending"}
        )
    return cents


def assert_mailed(booking: Booking, subject: str, *, at_most: int = 2) -> None:
    """Every mail came; a crash between sending and marking may have sent it twice, never more."""

    def count() -> int:
        mails = booking.company.sandbox.mails(booking.client_email)
        return Counter(subject.lower() in mail["subject"].lower() for mail in mails)[True]

    eventually(lambda: count() or None, f"a mail about {subject!r}", within=SETTLE_SECONDS)
    assert count() <= at_most
