"""The report by payer: periods on the company's calendar, sums, the file, who may see it (R53)."""

import csv
import io
from datetime import date

import httpx
import pytest
from bs4 import BeautifulSoup

from services.billing.domain.carving import Carving, carved
from services.billing.domain.division import Share
from services.billing.domain.refusals import InvalidPeriodError
from services.billing.domain.report import (
    Figures,
    PayerFigures,
    Period,
    Preset,
    cursor_of,
    cursor_read,
    payer_key,
    period_of,
)
from services.billing.entrypoints.report_chart import BARS_MAX, chart_bars
from services.billing.entrypoints.report_csv import HEADINGS, csv_lines, harmless
from tests.support.billing_examples import COMPANY, ELLEN, MARCUS
from tests.unit.billing.test_http import Visitor, visitor  # noqa: F401 - the fixture

TODAY = date(2026, 11, 21)
API = "/api/billing/v1/reports/payers"
PAGE = "/staff/billing/reports"


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2026, 11, 1), TODAY),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Preset.THIS_QUARTER, date(2026, 10, 1), TODAY),
        (Preset.THIS_YEAR, date(2026, 1, 1), TODAY),
        (Preset.LAST_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        (Preset.ALL, None, None),
    ],
)
def test_a_period_has_a_first_and_a_last_day(preset, first, last):
    assert period_of(preset, TODAY, None, None) == Period(first=first, last=last)


def test_the_month_before_january_is_december():
    january = date(2027, 1, 15)
    expected = Period(first=date(2026, 12, 1), last=date(2026, 12, 31))
    assert period_of(Preset.LAST_MONTH, january, None, None) == expected


def test_a_period_of_ones_own_may_be_open_but_not_backwards():
    assert period_of(Preset.CUSTOM, TODAY, TODAY, TODAY) == Period(first=TODAY, last=TODAY)
    assert period_of(Preset.CUSTOM, TODAY, None, TODAY) == Period(last=TODAY)
    with pytest.raises(InvalidPeriodError):
        period_of(Preset.CUSTOM, TODAY, TODAY, date(2026, 11, 20))


def test_a_payer_is_known_by_the_address_and_the_key_tells_nobody_which():
    key = payer_key(COMPANY, ELLEN)
    assert "ellen" not in key
    assert key != payer_key(COMPANY, MARCUS)
    assert key != payer_key("another company", ELLEN)


@pytest.mark.parametrize("cursor", ["", "?", "bm90IGpzb24=", "WzFd", "eyJhIjogMX0="])
def test_a_cursor_nobody_made_begins_at_the_start(cursor):
    assert cursor_read(cursor) is None
    assert cursor_read(cursor_of(47_500, "k:client")) == (47_500, "k:client")


def a_row(name: str = "Marcus Lee", **cents: int) -> PayerFigures:
    return PayerFigures(
        payer_key="k",
        payer_name=name,
        role="agent",
        role_label="Buyer's agent",
        figures=Figures(invoices=1, **cents),
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_a_name_that_a_spreadsheet_would_run_is_defused(text):
    assert harmless(text) == f"'{text}"
    assert harmless("O'Brien-Smith, Inc.") == "O'Brien-Smith, Inc."


async def test_the_file_can_be_read_back_with_quotes_commas_and_foreign_letters():
    async def rows():
        yield a_row('Zoë "Z", Ltd', invoiced_cents=123_450, surplus_cents=5)
        yield a_row('=HYPERLINK("x")', outstanding_cents=-100)

    text = "".join([line async for line in csv_lines(rows(), "USD")])
    assert text.count("\r\n") == 3
    headings, first, second = csv.reader(io.StringIO(text, newline=""))
    assert tuple(headings) == HEADINGS
    found = dict(zip(headings, first, strict=True))
    assert (found["Payer"], found["Invoiced"], found["Surplus"]) == (
        'Zoë "Z", Ltd',
        "1234.50",
        "0.05",
    )
    assert second[0].startswith("'=")
    assert second[HEADINGS.index("Outstanding")] == "-1.00"


def test_the_longest_bar_takes_the_whole_width_and_empty_rows_have_none():
    rows = [
        a_row(collected_cents=10_000, outstanding_cents=10_000),
        a_row(refunded_cents=500),
        a_row(processing_cents=10_000),
    ]
    bars = chart_bars(rows)
    assert [part.kind for part in bars[0].parts] == ["ok", "bad"]
    assert [part.width for part in bars[0].parts] == ["50.00%", "50.00%"]
    assert [(part.kind, part.width) for part in bars[1].parts] == [("wait", "50.00%")]
    assert len(chart_bars([a_row(collected_cents=1)] * 20)) == BARS_MAX


async def test_the_page_shows_payers_totals_chart_and_aging(office, visitor):  # noqa: F811
    wish = Carving(
        invoice_ids=("invoice-agent",),
        contact_ids=("marcus",),
        share=Share(fixed_cents=30_000),
        issued_on=TODAY,
    )
    await office.change(lambda bill: carved(bill, wish))
    await office.receive_cash(30_000, invoice_id="invoice-agent")
    office.clock.forward(days=20)
    shown = await visitor.client.get(f"{PAGE}?period=all", headers=visitor.staff())
    soup = BeautifulSoup(shown.text, "html.parser")
    text = " ".join(soup.get_text(" ").split())
    assert shown.status_code == 200, shown.text
    assert "Marcus Lee" in text
    assert "$800.00" in text
    money, aging = soup.select("table")
    total = [cell.get_text() for cell in money.select("tfoot td")]
    assert total == ["$800.00", "$300.00", "$0.00", "$500.00", "$0.00", "$0.00", "$0.00"]
    owed = [cell.get_text() for cell in aging.select("tfoot td")]
    assert owed == ["$0.00", "$500.00", "$0.00", "$0.00", "$0.00", "$500.00"]
    drawn = soup.select_one("svg.payer-chart desc").get_text()
    assert "Ellen Park: $0.00 collected, $0.00 processing, $0.00 not due yet, $500.00" in drawn
    behind = await visitor.client.get(soup.select_one("tbody a.t")["href"], headers=visitor.staff())
    assert "HP-3107" in behind.text
    assert "HP-3107-1" not in behind.text


async def test_an_empty_period_and_wrong_days_say_what_to_do(visitor):  # noqa: F811
    empty = await visitor.client.get(f"{PAGE}?period=last_year", headers=visitor.staff())
    assert "Nothing was invoiced in this period" in empty.text
    none = await visitor.client.get(f"{PAGE}?period=all&payer=nobody", headers=visitor.staff())
    assert "No payer matches" in none.text
    wrong = f"{PAGE}?period=custom&first=2026-11-21&last=2026-11-20"
    refused = await visitor.client.get(wrong, headers=visitor.staff())
    assert refused.status_code == 422
    assert "Choose a last day that is not before the first" in refused.text
    asked = {"period": "custom", "first": "2026-11-21", "last": "2026-11-20"}
    told = await visitor.client.get(API, params=asked, headers=visitor.key("read"))
    assert (told.status_code, told.json()["code"]) == (422, "invalid_period")


async def test_the_office_and_keys_may_look_inspectors_may_not(visitor):  # noqa: F811
    for path in (PAGE, f"{PAGE}/payers.csv", f"{PAGE}/payers/x", API, f"{API}.csv"):
        for role, status in (("owner", 200), ("office", 200), ("inspector", 403)):
            headers = visitor.staff(role)
            if path.startswith("/api"):
                headers |= {"accept": "application/json"}
            answer = await visitor.client.get(path, headers=headers)
            assert answer.status_code == status, (path, role)
    for asked, status in (({"order_by": "x"}, 422), ({"q": "another list's word"}, 200)):
        answer = await visitor.client.get(API, params=asked, headers=visitor.key("read"))
        assert answer.status_code == status
    assert (await visitor.client.get(API, headers=visitor.key("bill"))).status_code == 403


async def test_the_answer_and_the_file_of_the_api_hold_the_same(office, visitor):  # noqa: F811
    await office.receive_cash(80_000)
    asked = {"period": "all"}
    told = (await visitor.client.get(API, params=asked, headers=visitor.key("read"))).json()
    assert told["payers"] == 1
    assert told["totals"]["collected_cents"] == 80_000
    file: httpx.Response = await visitor.client.get(
        f"{API}.csv", params=asked, headers=visitor.key("read")
    )
    assert file.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "attachment" in file.headers["content-disposition"]
    (line,) = csv.DictReader(io.StringIO(file.text, newline=""))
    assert (line["Payer"], line["Collected"]) == ("Ellen Park", "800.00")
