"""The words beside an inspection: what is paid, signed, open; and who pays for what."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.scheduling.domain.report import ReportFile
from services.scheduling.domain.standing import (
    Balance,
    KnownLine,
    billed_lines,
    is_released,
    payment_word,
    report_word,
)
from services.scheduling.usecases._booking import NewLine
from tests.support.scheduling_samples import an_invoice

PAID_AT = datetime(2026, 11, 18, 22, 22, tzinfo=UTC)


def a_balance(total=80_000, paid=0, processing=0, released=False) -> Balance:
    return Balance(
        inspection_id="i1",
        company_id="c1",
        total_cents=total,
        paid_cents=paid,
        processing_cents=processing,
        balance_cents=total - paid - processing,
        surplus_cents=0,
        report_released=released,
        revision=1,
    )


@pytest.mark.parametrize(
    ("balance", "word"),
    [
        (None, "Due"),
        (a_balance(total=0), "Nothing due"),
        (a_balance(), "Due"),
        (a_balance(paid=17_500), "Partly paid"),
        (a_balance(paid=80_000), "Paid"),
        (a_balance(processing=80_000), "Processing"),
        (a_balance(paid=17_500, processing=62_500), "Processing"),
    ],
)
def test_one_word_says_how_the_payment_stands(balance, word):
    assert payment_word(balance, 80_000) == word


def test_an_inspection_that_costs_nothing_owes_nothing():
    assert payment_word(None, 0) == "Nothing due"


async def test_the_report_opens_by_payment_by_choice_or_by_hand(world):
    inspection = await world.booked()
    report = ReportFile(report_id="r1", file_name="a.pdf", size_bytes=1, published_at=PAID_AT)
    published = inspection.published((report,), at=PAID_AT)
    assert not is_released(published, None)
    assert not is_released(published, a_balance(paid=80_000))
    assert is_released(published, a_balance(paid=80_000, released=True))
    by_hand = published.with_release(published.policy.unlocked(by_staff=True))
    assert is_released(by_hand, None)
    by_choice = published.with_release(published.policy.requiring(payment=False))
    assert report_word(by_choice, None) == "Report released"
    assert report_word(published, None) == "Report locked until paid"
    assert report_word(inspection, a_balance(paid=0)) == "Report locked until paid"
    assert report_word(inspection, a_balance(paid=80_000)) == "Report opens when published"


async def test_each_charge_names_who_pays_for_it(world):
    radon = NewLine(kind="service", service_id=world.radon_id)
    home = NewLine(kind="service", service_id=world.home_id)
    inspection = await world.booked(lines=(home, radon))
    of_agent = an_invoice(
        inspection,
        status="paid",
        paid_at=PAID_AT,
        balance_cents=0,
        lines=(KnownLine(name="Radon test", amount_cents=15_000),),
    )
    of_client = an_invoice(
        inspection,
        invoice_id="inv0",
        kind="client",
        payer_name="Ellen Park",
        payer_role_label="Client",
        balance_cents=47_500,
    )
    home_line, radon_line = billed_lines(inspection, [of_client, of_agent], "Ellen Park")
    assert (home_line.payer_name, home_line.word) == ("Ellen Park", "Due")
    assert home_line.day == date(2026, 12, 1)
    assert (radon_line.payer_name, radon_line.word) == ("Marcus Lee", "Paid")
    assert radon_line.paid_at == PAID_AT


async def test_a_void_invoice_bills_nobody(world):
    inspection = await world.booked()
    void = an_invoice(
        inspection,
        status="void",
        lines=(KnownLine(name="Full home inspection", amount_cents=47_500),),
    )
    (line,) = billed_lines(inspection, [void], "Ellen Park")
    assert (line.payer_name, line.word) == ("Ellen Park", "Open")


async def test_what_waits_for_publish_is_not_due_yet(world):
    inspection = await world.booked()
    waiting = an_invoice(inspection, kind="client", waits_for_publish=True)
    (line,) = billed_lines(inspection, [waiting], "Ellen Park")
    assert line.word == "Nothing due yet"
    (line,) = billed_lines(inspection, [replace(waiting, status="processing")], "Ellen Park")
    assert line.word == "Processing"
