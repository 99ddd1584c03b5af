"""What an account's statement says, ready to be set."""

from datetime import date
from typing import Any

from services.billing.adapters.paper_words import fact, letterhead_of, sum_row
from services.billing.domain.account import Account
from services.billing.domain.account_statement import AccountStatement, Move
from services.billing.domain.company import Company
from services.billing.domain.statement import AGES
from shared.money import money
from shared.ui.formats import long_day, plural, short_day

MOST_MOVES, MOST_OPEN = 3000, 2000
"""What one paper lists: it is set in seconds. The file to calculate with has everything."""


def statement_words(
    account: Account, statement: AccountStatement, *, company: Company | None
) -> dict[str, Any]:
    """How the balance moved, then the open invoices and how old what is due is.

    Beyond the most of a paper earlier movements are brought forward and further invoices counted;
    every sum is of everything.
    """
    currency, until = statement.currency, long_day(statement.until)
    due = money(statement.ages.total_cents, currency)
    return {
        **letterhead_of(account.name, company),
        "title": f"Statement for {account.name}",
        "number": until,
        "footer": f"Statement for {account.name}, {until}",
        "facts": [
            fact("Customer", account.name, account.address),
            fact("Days", _days(statement)),
            fact("Balance due", due),
        ],
        "moves": _moves(statement) if statement.with_moves else [],
        "open_on": f"Open on {until}",
        "ages": [
            {"label": label, "amount": money(getattr(statement.ages, name), currency)}
            for name, label in AGES
        ],
        "rows": [
            {
                "number": row.number,
                "site": row.site_line,
                "issued": long_day(row.issued_on),
                "due": long_day(row.due_on),
                "total": money(row.total_cents, currency),
                "balance": money(row.balance_cents, currency),
            }
            for row in statement.open_rows[:MOST_OPEN]
        ],
        "more": _more(statement),
        "sums": _sums(statement),
    }


def _days(statement: AccountStatement) -> str:
    until = long_day(statement.until)
    if not statement.with_moves:
        return f"As of {until}"
    return f"{long_day(statement.since)} to {until}" if statement.since else f"Until {until}"


def _moves(statement: AccountStatement) -> list[dict[str, str]]:
    """The opening balance, every movement with the balance after it, the closing balance."""
    earlier, shown = statement.moves[:-MOST_MOVES], statement.moves[-MOST_MOVES:]
    return [
        _move(statement, statement.first_day, "Opening balance", statement.opening_cents),
        *(_brought_forward(statement, len(earlier), earlier[-1]) for _ in earlier[:1]),
        *(
            {
                "on": long_day(move.on),
                "words": move.words,
                "number": statement.number_of(move),
                "details": statement.details_of(move, short_day),
                "amount": money(move.cents, statement.currency),
                "balance": money(move.balance_cents, statement.currency),
            }
            for move in shown
        ),
        _move(statement, statement.until, "Closing balance", statement.closing_cents),
    ]


def _brought_forward(statement: AccountStatement, count: int, last: Move) -> dict[str, str]:
    row = _move(statement, last.on, "Brought forward", last.balance_cents)
    return row | {"details": f"See the CSV file for {plural(count, 'earlier movement')}"}


def _more(statement: AccountStatement) -> str:
    left = len(statement.open_rows) - MOST_OPEN
    return f"and {plural(left, 'more invoice')}, listed in the CSV file" if left > 0 else ""


def _move(statement: AccountStatement, on: date, words: str, cents: int) -> dict[str, str]:
    return {
        "on": long_day(on),
        "words": words,
        "number": "",
        "details": "",
        "amount": "",
        "balance": money(cents, statement.currency),
    }


def _sums(statement: AccountStatement) -> list[dict[str, Any]]:
    currency = statement.currency
    sums = []
    if statement.processing_cents:
        words = "On its way by bank, not due any more"
        sums.append(sum_row(words, statement.processing_cents, currency))
    if statement.credit_cents and statement.with_moves:
        words = "Paid in advance or too much, not applied yet"
        sums.append(sum_row(words, -statement.credit_cents, currency))
    sums.append(sum_row("Balance due", statement.ages.total_cents, currency, strong=True))
    return sums
