"""The page after paying: how the payment stands, as far as the facts say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.portal.domain.account_rows import HistoryRow
from services.portal.domain.attempts import ENDED, REMEMBERED, UNFINISHED
from services.portal.domain.refusals import UnknownAccountError
from services.portal.usecases.ports_accounts import (
    Account,
    AccountBilling,
    Accounts,
    Begun,
    BegunPayments,
)
from shared.problems import UnavailableError

State = Literal["confirming", "processing", "paid", "failed", "unfinished"]
_TOLD: dict[str, State] = {
    "processing": "processing",
    "succeeded": "paid",
    "failed": "failed",
    "returned": "failed",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """One payment after the button: the row is there once billing has told it."""

    begun: Begun
    row: HistoryRow | None
    state: State


async def follow_payment(
    of: Account, key: str, accounts: Accounts, begun: BegunPayments, now: datetime
) -> Followed:
    """Only billing's event says paid; the address only names the payment.

    Raises UnknownAccountError for a key this account never used.
    """
    known = await begun.find(of.account_id, key)
    if known is None:
        raise UnknownAccountError
    row = await accounts.payment(of, known.payment_id)
    if row is not None:
        return Followed(known, row, _TOLD[row.status])
    return Followed(known, None, _untold(known, now))


def _untold(begun: Begun, now: datetime) -> State:
    if begun.state in ENDED:
        return "failed"
    if begun.state in UNFINISHED or now - begun.started_at > REMEMBERED:
        return "unfinished"
    return "confirming"


async def ask_about_payment(
    of: Account, key: str, billing: AccountBilling, begun: BegunPayments
) -> None:
    """Have billing ask the provider, and keep its word; away or unknown changes nothing."""
    known = await begun.find(of.account_id, key)
    if known is None:
        return
    try:
        if known.what == "setup":
            state = await billing.refresh_setup(of, known.payment_id)
        else:
            state = await billing.refresh(of, known.payment_id)
    except UnavailableError:
        return
    if state != known.state:
        await begun.note_state(of.account_id, key, state)
