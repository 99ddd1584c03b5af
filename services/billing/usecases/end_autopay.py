"""Autopay ends when the method it charges may not be charged any more."""

from dataclasses import replace

from services.billing.domain.account import Account
from services.billing.domain.account_told import autopay_changed
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.usecases.ports import OpenBooks
from shared.contracts.billing_accounts import Actor
from shared.contracts.event import Event


async def end_autopay(
    books: OpenBooks, method: SavedMethod, *, by: Actor, name: str
) -> list[Event]:
    """Write it down if autopay charges this method, not the next one; return what is to be told.

    `method` as it was before: as the default it is charged although the enrolment names none.
    """
    autopay = await books.find(Autopay, method.company_id, method.account_id)
    if autopay is None or not autopay.enrolled:
        return []
    used = autopay.method_id or (method.method_id if method.is_default else None)
    if used != method.method_id:
        return []
    over = replace(autopay, enrolled=False, revision=autopay.revision + 1)
    await books.keep(over)
    account = await books.find(Account, method.company_id, method.account_id)
    return [autopay_changed(over, account_name=account.name if account else "", by=by, name=name)]
