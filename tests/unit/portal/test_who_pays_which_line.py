"""The order on the client's page says whose each line is, once for each line of an invoice."""

import pytest

from services.portal.domain.contributions import contributions, order_lines
from services.portal.domain.views import Assigned, InspectionView
from tests.support.portal_samples import COMPANY_ID, a_balance, an_inspection

RADON = ("radon", "Radon test", "48-hour continuous monitor", 15_000)
AGAIN = ("again", "Radon test", "48-hour continuous monitor", 15_000)
UPSTAIRS = ("upstairs", "Radon test", "Upstairs", 15_000)


def whose(lines, *invoices):
    """Who pays each line of the order, and whether he has."""
    assigned = {
        f"invoice-{at}": Assigned(
            payer_name=name,
            status=status,
            lines=[{"name": n, "note": t, "amount_cents": c} for _, n, t, c in asked],
        )
        for at, (name, status, *asked) in enumerate(invoices)
    }
    view = InspectionView(
        company_id=COMPANY_ID,
        inspection=an_inspection(
            lines=[
                {
                    "line_id": line_id,
                    "service_id": line_id,
                    "kind": "service",
                    "name": name,
                    "note": note,
                    "amount_cents": cents,
                }
                for line_id, name, note, cents in lines
            ]
        ),
        assigned=assigned,
    )
    return [(line.payer_name, line.paid) for line in order_lines(view)]


def test_of_two_equal_lines_one_is_the_agents_and_one_the_clients():
    assert whose([RADON, AGAIN], ("Marcus Lee", "paid", RADON)) == [
        ("Marcus Lee", True),
        ("", False),
    ]


def test_two_equal_lines_on_two_invoices_are_two_payers():
    marcus, mutual = ("Marcus Lee", "paid", RADON), ("Northwest Mutual", "open", AGAIN)
    assert whose([RADON, AGAIN], marcus, mutual) == [
        ("Marcus Lee", True),
        ("Northwest Mutual", False),
    ]


def test_two_equal_lines_on_one_invoice_are_both_his():
    assert whose([RADON, AGAIN], ("Marcus Lee", "open", RADON, AGAIN)) == [
        ("Marcus Lee", False),
        ("Marcus Lee", False),
    ]


def test_a_note_tells_equal_names_apart():
    assert whose([RADON, UPSTAIRS], ("Marcus Lee", "paid", UPSTAIRS)) == [
        ("", False),
        ("Marcus Lee", True),
    ]


def test_an_invoice_that_is_not_needed_any_more_has_no_line():
    assert whose([RADON], ("Marcus Lee", "void", RADON)) == [("", False)]


@pytest.mark.parametrize(
    ("status", "total_cents", "paid_cents", "shown"),
    [
        ("paid", 17_500, 17_500, [17_500]),
        ("open", 17_500, 0, [17_500]),
        ("void", 0, 0, []),
        ("void", 0, 5_000, [5_000]),  # cancelled, and not given back yet
        ("paid", 0, 0, []),  # paid once; the service was removed and the money given back
    ],
)
def test_a_client_sees_whoever_paid_or_is_asked_and_nobody_else(
    status, total_cents, paid_cents, shown
):
    told = a_balance()
    agent = told.shares[1].model_copy(
        update={"status": status, "total_cents": total_cents, "paid_cents": paid_cents}
    )
    balance = told.model_copy(update={"shares": (told.shares[0], agent)})
    view = InspectionView(company_id=COMPANY_ID, inspection=an_inspection(), balance=balance)
    assert [row.cents for row in contributions(view)] == shown
