"""`check-books` speaks when the books disagree with themselves, and only then."""

from dataclasses import replace

import pytest

from services.billing.usecases.check_books import check_books
from tests.support.billing_examples import INSPECTION, a_line


async def differences(office):
    return [
        (d.what, d.expected_cents, d.found_cents) for d in await check_books(books=office.books)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (a_line("home", 47_500),),
        (a_line("home", 10_000),),  # less than the credit that was given
        (),
        (a_line("credit", -5_000),),
    ],
)
async def test_a_credit_is_no_difference_whatever_becomes_of_the_order(office, lines):
    attempt = await office.paid_by_card()
    await office.refund(attempt.attempt_id, 17_500, with_credit=True)
    await office.follow(lines=lines)
    office.balanced()
    assert await differences(office) == []


async def test_an_invoice_that_is_not_its_share_is_a_difference(office):
    client = replace(office.bill.client_invoice, total_cents=79_999)
    office.books.state.bills[INSPECTION] = replace(office.bill, invoices=(client,))
    assert await differences(office) == [
        ("receivable:invoice-client", 79_999, 80_000),
        ("total:invoice-client", 80_000, 79_999),
    ]
