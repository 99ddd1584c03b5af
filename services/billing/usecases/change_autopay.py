"""A customer opts in to autopay or out of it (R83-R86, C25)."""

from dataclasses import dataclass, replace

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import (
    AccountNotFoundError,
    AutopayOffError,
    MethodNotFoundError,
)
from services.billing.domain.account_told import autopay_changed
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.usecases.ports import Books, Clock, OpenBooks
from shared.contracts.billing_accounts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAutopay:
    """`method_id` None: the account's default method at the time of each charge."""

    company_id: str
    account_id: str
    enrolled: bool
    method_id: str | None
    by: Actor
    actor_name: str


async def change_autopay(command: ChangeAutopay, *, books: Books, clock: Clock) -> Autopay:
    """Keep and tell it. Nothing is charged by this; no existing job changes (R86).

    Enrolling again keeps the first moment. Raises AutopayOffError, AccountNotFoundError,
    MethodNotFoundError.
    """
    now = clock()

    async def change(open_books: OpenBooks) -> Autopay:
        account = await open_books.find(Account, command.company_id, command.account_id)
        if account is None:
            raise AccountNotFoundError
        if command.enrolled:
            await _refuse(open_books, command)
        known = await open_books.find(Autopay, command.company_id, command.account_id) or Autopay(
            account_id=command.account_id, company_id=command.company_id
        )
        since = known.enrolled_at if known.enrolled else now
        wanted = replace(
            known,
            enrolled=command.enrolled,
            enrolled_at=since if command.enrolled else None,
            method_id=command.method_id if command.enrolled else None,
        )
        if wanted == known:
            return known
        wanted = replace(wanted, revision=known.revision + 1)
        await open_books.keep(wanted)
        told = autopay_changed(
            wanted, account_name=account.name, by=command.by, name=command.actor_name
        )
        await open_books.announce([told])
        return wanted

    return await books.write(change)


async def _refuse(books: OpenBooks, command: ChangeAutopay) -> None:
    settings = await books.settings(command.company_id)
    if not settings.portal.autopay:
        raise AutopayOffError
    methods = await books.methods_of(command.company_id, command.account_id)
    usable: list[SavedMethod] = [
        method for method in methods if method.chargeable_on(settings.stripe_account_id)
    ]
    if command.method_id is None:
        found = any(method.is_default for method in usable)
    else:
        found = any(method.method_id == command.method_id for method in usable)
    if not found:
        raise MethodNotFoundError
