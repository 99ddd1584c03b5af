"""An account's statement as a file to calculate with: one row for each thing it says."""

import csv
import io
from collections.abc import Iterator
from datetime import date

from services.billing.domain.account_statement import AccountStatement, Move
from services.billing.domain.statement import AGES, StatementRow
from services.billing.entrypoints.report_csv import harmless, plain_amount

HEADINGS = (
    "Date",
    "What",
    "Number",
    "Order",
    "Details",
    "Due",
    "Days overdue",
    "Currency",
    "Amount",
    "Balance",
)
_Cells = dict[str, str]


def statement_csv(statement: AccountStatement) -> bytes:
    """Headings, the movements between the two balances, the open invoices, the ages."""
    text = io.StringIO()
    sheet = csv.DictWriter(text, HEADINGS, restval="")
    sheet.writeheader()
    if statement.with_moves:
        sheet.writerows(_moves(statement))
    sheet.writerows(_open(statement, row) for row in statement.open_rows)
    sheet.writerows(_ages(statement))
    return text.getvalue().encode("utf-8-sig")


def _moves(statement: AccountStatement) -> Iterator[_Cells]:
    first, last = statement.first_day, statement.until
    yield _cells(statement, first, "Opening balance", statement.opening_cents)
    for move in statement.moves:
        yield _move(statement, move)
    yield _cells(statement, last, "Closing balance", statement.closing_cents)


def _move(statement: AccountStatement, move: Move) -> _Cells:
    cells = _cells(statement, move.on, move.words, move.balance_cents) | {
        "Number": harmless(statement.number_of(move)),
        "Details": harmless(statement.details_of(move)),
        "Amount": plain_amount(move.cents, statement.currency),
    }
    if move.payment_id or not move.invoice_ids:
        return cells
    return cells | _about(statement.rows[move.invoice_ids[0]])


def _open(statement: AccountStatement, row: StatementRow) -> _Cells:
    late = max(0, (statement.until - row.due_on).days) if row.balance_cents else 0
    cells = _cells(statement, row.issued_on, "Open invoice", row.balance_cents) | _about(row)
    return cells | {
        "Number": harmless(row.number),
        "Details": harmless(row.site_line),
        "Days overdue": str(late),
        "Amount": plain_amount(row.total_cents, statement.currency),
    }


def _ages(statement: AccountStatement) -> Iterator[_Cells]:
    for name, label in AGES:
        cents = getattr(statement.ages, name)
        yield _cells(statement, statement.until, f"Due {label}", cents)
    yield _cells(statement, statement.until, "Balance due", statement.ages.total_cents)


def _about(row: StatementRow) -> _Cells:
    return {"Order": harmless(row.order_number), "Due": row.due_on.isoformat()}


def _cells(statement: AccountStatement, on: date, words: str, balance_cents: int) -> _Cells:
    currency = statement.currency
    return {
        "Date": on.isoformat(),
        "What": words,
        "Currency": currency,
        "Balance": plain_amount(balance_cents, currency),
    }
