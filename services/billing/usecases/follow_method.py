"""A payment tells of the method it was made with: save it as agreed, or lose its mandate."""

from dataclasses import replace
from datetime import datetime

from services.billing.domain.account_told import method_changed
from services.billing.domain.attempt import RANK, AttemptState
from services.billing.domain.methods import SavedMethod
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.provider import SeenAttempt, SeenMethod
from services.billing.usecases.end_autopay import end_autopay
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.ports_sheets import Desk


async def follow_method(books: OpenBooks, desk: Desk, *, seen: SeenAttempt, now: datetime) -> None:
    """Put the method on file that the customer asked to keep; drop one the bank has withdrawn."""
    attempt = desk.attempt
    if attempt.account_id is None or seen.saved is None:
        return
    paid = RANK[attempt.state] >= RANK[AttemptState.PROCESSING] and seen.failure is None
    if attempt.save_method and paid:
        saved = await save_method(
            books,
            company_id=attempt.company_id,
            account_id=attempt.account_id,
            on=attempt.account,
            seen=seen.saved,
            now=now,
        )
        if saved:
            desk.events.append(method_changed(saved, by="customer", name=attempt.payer.name))
    returned = any(
        dispute.state is DisputeState.LOST
        for _, payment in desk.parts()
        for dispute in payment.disputes
    )
    if returned and attempt.method is Method.BANK:
        await _lose_mandate(books, desk, seen.saved.method_id)


async def save_method(
    books: OpenBooks,
    *,
    company_id: str,
    account_id: str,
    on: str | None,
    seen: SeenMethod,
    now: datetime,
) -> SavedMethod | None:
    """Keep it, as the default if it is the first; None if it is on file already."""
    if await books.find(SavedMethod, company_id, seen.method_id):
        return None
    others = await books.methods_of(company_id, account_id)
    method = SavedMethod(
        method_id=seen.method_id,
        company_id=company_id,
        account_id=account_id,
        customer_id=seen.customer_id,
        on=on,
        kind=seen.kind,
        label=seen.label,
        expires=seen.expires,
        is_default=not any(other.usable for other in others),
        created_at=now,
    )
    await books.keep(method)
    return method


async def _lose_mandate(books: OpenBooks, desk: Desk, method_id: str) -> None:
    """After a return the account may not be charged again, and autopay by it ends (C23)."""
    company_id = desk.attempt.company_id
    method = await books.find(SavedMethod, company_id, method_id)
    if method is None or not method.usable:
        return
    lost = replace(method, usable=False, revision=method.revision + 1)
    await books.keep(lost)
    desk.events.append(method_changed(lost, by="network", name=""))
    desk.events += await end_autopay(books, method, by="network", name="")
