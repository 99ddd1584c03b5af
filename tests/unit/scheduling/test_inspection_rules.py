"""The life of an inspection, its bill, its people, its reports and its agreement."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from services.scheduling.domain import lines as bill
from services.scheduling.domain.agreement import (
    DEFAULT_TEXT,
    PLACEHOLDERS,
    Agreement,
    filled_in,
    refuse_unknown,
)
from services.scheduling.domain.company import number_prefix_of
from services.scheduling.domain.inspection import LEGAL_MOVES, InspectionStatus
from services.scheduling.domain.lines import ServiceLine
from services.scheduling.domain.people import Person, with_person, without_person
from services.scheduling.domain.refusals import (
    AlreadyInPeopleBoxError,
    BadFieldError,
    BillBelowZeroError,
    ChangedMeanwhileError,
    IllegalMoveError,
    LastClientError,
    NothingToUpdateError,
    ReportMissingError,
    ReportTooLargeError,
    UnknownError,
    UnknownPlaceholderError,
    UnsafeReportError,
)
from services.scheduling.domain.report import (
    REPORT_BYTES_MAX,
    ReportFile,
    refuse_impossible,
    safe_file_name,
)

AT = datetime(2026, 12, 2, 20, 0, tzinfo=UTC)
REPORT = ReportFile(report_id="r1", file_name="Report.pdf", size_bytes=9, published_at=AT)


def a_line(cents: int, kind: str = "service", line_id: str = "l1") -> ServiceLine:
    return ServiceLine(line_id=line_id, kind=kind, name="Something", amount_cents=cents)


@pytest.fixture
async def inspection(world):
    return await world.booked()


def test_the_table_of_moves_names_every_state():
    assert set(LEGAL_MOVES) == set(get_args(InspectionStatus))


async def test_publishing_needs_a_report(inspection):
    with pytest.raises(ReportMissingError):
        inspection.published((), at=AT)


async def test_publishing_again_adds_files_and_keeps_the_first_time(inspection):
    once = inspection.published((REPORT,), at=AT)
    twice = once.published((replace(REPORT, report_id="r2"),), at=AT.replace(day=9))
    assert [report.report_id for report in twice.reports] == ["r1", "r2"]
    assert (twice.published_at, twice.revision) == (AT, once.revision + 1)


async def test_a_cancelled_inspection_changes_no_more(inspection):
    cancelled = inspection.cancelled(at=AT)
    for change in (
        lambda: cancelled.published((REPORT,), at=AT),
        lambda: cancelled.with_lines(()),
        lambda: cancelled.with_people(cancelled.people),
        lambda: cancelled.with_release(cancelled.policy),
        lambda: cancelled.cancelled(at=AT),
    ):
        with pytest.raises(IllegalMoveError):
            change()


async def test_a_published_inspection_is_neither_cancelled_nor_moved(inspection):
    published = inspection.published((REPORT,), at=AT)
    with pytest.raises(IllegalMoveError):
        published.cancelled(at=AT)
    with pytest.raises(IllegalMoveError):
        published.rescheduled(
            starts_at=AT, duration_minutes=60, time_zone="UTC", inspector=inspection.inspector
        )


async def test_a_change_to_the_same_is_none(inspection):
    same = inspection.rescheduled(
        starts_at=inspection.starts_at,
        duration_minutes=inspection.duration_minutes,
        time_zone=inspection.time_zone,
        inspector=inspection.inspector,
    )
    assert same is inspection


async def test_a_decision_on_an_older_state_is_refused(inspection):
    with pytest.raises(ChangedMeanwhileError):
        inspection.must_be_at(inspection.revision + 1)


async def test_a_report_is_replaced_in_its_place(inspection):
    published = inspection.published((REPORT, replace(REPORT, report_id="r2")), at=AT)
    corrected = published.with_report_replaced("r1", replace(REPORT, report_id="r3"))
    assert [report.report_id for report in corrected.reports] == ["r3", "r2"]
    with pytest.raises(UnknownError):
        corrected.with_report_replaced("r1", REPORT)


def test_a_credit_is_taken_off_the_bill():
    lines = bill.with_line((a_line(47_500),), a_line(-5_000, "credit", "l2"))
    assert bill.total_cents(lines) == 42_500


def test_credits_do_not_exceed_the_charges():
    with pytest.raises(BillBelowZeroError):
        bill.with_line((a_line(1_000),), a_line(-1_001, "credit", "l2"))


@pytest.mark.parametrize(("cents", "kind"), [(-1, "service"), (-1, "fee"), (1, "credit")])
def test_signs_belong_to_kinds(cents, kind):
    with pytest.raises(BadFieldError):
        bill.checked((a_line(100_000), a_line(cents, kind, "l2")))


def test_a_repriced_credit_stays_a_credit():
    lines = (a_line(47_500), a_line(-5_000, "credit", "l2"))
    assert bill.with_price(lines, "l2", 7_000)[1].amount_cents == -7_000


def test_a_line_that_is_gone_cannot_be_removed_again():
    lines = bill.without_line((a_line(1), a_line(2, line_id="l2")), "l1")
    with pytest.raises(UnknownError):
        bill.without_line(lines, "l1")


def test_the_last_client_stays_and_nobody_stands_in_the_box_twice():
    client = Person(contact_id="c1", role="client", role_label="Client", name="Ellen Park")
    agent = Person(contact_id="c2", role="agent", role_label="Agent", name="Marcus Lee")
    people = with_person((client,), agent)
    with pytest.raises(LastClientError):
        without_person(people, "c1")
    with pytest.raises(AlreadyInPeopleBoxError):
        with_person(people, replace(agent, role="additional"))
    assert without_person(people, "c2") == (client,)


def test_only_a_pdf_of_at_most_25_mb_can_be_a_report():
    refuse_impossible(b"%PDF-1.4 x")
    with pytest.raises(UnsafeReportError):
        refuse_impossible(b"PK\x03\x04")
    with pytest.raises(UnsafeReportError):
        refuse_impossible(b"")
    with pytest.raises(ReportTooLargeError):
        refuse_impossible(b"%PDF-" + bytes(REPORT_BYTES_MAX))


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("Report.pdf", "Report.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('C:\\reports\\a"b.pdf', "ab.pdf"),
        ("\r\nSet-Cookie: x.pdf", "Set-Cookie x.pdf"),
        ("", "report.pdf"),
        (".pdf", "report.pdf"),
    ],
)
def test_file_names_are_made_harmless(typed, safe):
    assert safe_file_name(typed) == safe


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Harbor & Pine", "HP"),
        ("Northwest Home Inspection Group", "NHI"),
        ("Acme", "AC"),
        ("7 Oaks", "OA"),
        ("X", "XX"),
        ("日本", "IN"),
    ],
)
def test_the_prefix_of_inspection_numbers_comes_from_the_name(name, prefix):
    assert number_prefix_of(name) == prefix


def test_the_default_agreement_names_only_what_can_be_filled_in():
    refuse_unknown(DEFAULT_TEXT)
    filled = filled_in(DEFAULT_TEXT, dict.fromkeys(PLACEHOLDERS, "something"))
    assert "{{" not in filled


def test_an_unknown_placeholder_is_refused_and_typed_braces_are_not_filled_in():
    with pytest.raises(UnknownPlaceholderError):
        refuse_unknown("Dear {{nobody}}")
    assert filled_in("Dear {{client}}", {"client": "{{total}}", "total": "$1"}) == "Dear {{total}}"


def an_agreement() -> Agreement:
    return Agreement(
        agreement_id="a1",
        company_id="c1",
        inspection_id="i1",
        version=1,
        title="Agreement",
        text="For $475.00",
        total_cents=47_500,
        issued_on=date(2026, 11, 21),
    )


def test_a_new_amount_asks_once_and_dismissing_it_asks_no_more():
    agreement = an_agreement()
    assert not agreement.is_behind(47_500)
    assert agreement.is_behind(50_000)
    dismissed = agreement.dismissed(50_000)
    assert not dismissed.is_behind(50_000)
    assert dismissed.is_behind(52_500)


def test_a_regenerated_agreement_is_a_new_version_that_is_not_signed():
    signed = an_agreement().signed_as(version=1, signed_by="Ellen Park", signed_at=AT)
    assert signed.signed
    after = signed.regenerated(
        title="Agreement", text="For $500.00", total_cents=50_000, today=date(2026, 11, 22)
    )
    assert (after.version, after.signed) == (2, False)
    with pytest.raises(NothingToUpdateError):
        after.regenerated(
            title="Agreement", text="For $500.00", total_cents=50_000, today=date(2026, 11, 22)
        )


def test_a_late_signature_of_an_earlier_version_changes_nothing():
    agreement = an_agreement().signed_as(version=2, signed_by="Ellen Park", signed_at=AT)
    assert agreement.signed_as(version=1, signed_by="Ellen Park", signed_at=AT) is agreement
