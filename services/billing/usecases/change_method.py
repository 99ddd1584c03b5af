"""A method on file is made the default, or removed (R87, R88, R109)."""

from dataclasses import dataclass, replace

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import MethodNotFoundError
from services.billing.domain.account_told import autopay_changed, method_changed
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.usecases.ports import Books, OpenBooks
from services.billing.usecases.start_setup import refuse_change
from shared.contracts.billing_accounts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMethod:
    """Whose method, and who changes it; staff may always."""

    company_id: str
    account_id: str
    method_id: str
    by: Actor
    actor_name: str


async def change_method(command: ChangeMethod, *, books: Books) -> SavedMethod:
    """Make it the account's default. A repeat changes nothing.

    Raises MethodNotFoundError, CardChangesOffError, BankChangesOffError.
    """

    async def change(open_books: OpenBooks) -> SavedMethod:
        method = await _method(open_books, command)
        if method.is_default:
            return method
        if not method.usable:
            raise MethodNotFoundError
        await _undefault(open_books, command)
        return await _keep(open_books, replace(method, is_default=True), command)

    return await books.write(change)


async def remove_method(command: ChangeMethod, *, books: Books) -> SavedMethod:
    """Take it off file; autopay by it ends. The processor forgets it as soon as it can.

    Raises MethodNotFoundError, CardChangesOffError, BankChangesOffError.
    """

    async def remove(open_books: OpenBooks) -> SavedMethod:
        method = await _method(open_books, command)
        await _end_autopay(open_books, method, command)
        gone = replace(method, removed=True, is_default=False)
        kept = await _keep(open_books, gone, command)
        left = await open_books.methods_of(command.company_id, command.account_id)
        heirs = [other for other in left if other.usable]
        if method.is_default and heirs:
            await _keep(open_books, replace(heirs[0], is_default=True), command)
        return kept

    return await books.write(remove)


async def _method(books: OpenBooks, command: ChangeMethod) -> SavedMethod:
    method = await books.find(SavedMethod, command.company_id, command.method_id)
    if method is None or method.account_id != command.account_id or method.removed:
        raise MethodNotFoundError
    if command.by == "customer":
        settings = await books.settings(command.company_id)
        refuse_change(settings, method.kind)
    return method


async def _undefault(books: OpenBooks, command: ChangeMethod) -> None:
    for other in await books.methods_of(command.company_id, command.account_id):
        if other.is_default:
            await _keep(books, replace(other, is_default=False), command)


async def _keep(books: OpenBooks, method: SavedMethod, command: ChangeMethod) -> SavedMethod:
    counted = replace(method, revision=method.revision + 1)
    await books.keep(counted)
    await books.announce([method_changed(counted, by=command.by, name=command.actor_name)])
    return counted


async def _end_autopay(books: OpenBooks, method: SavedMethod, command: ChangeMethod) -> None:
    autopay = await books.find(Autopay, command.company_id, command.account_id)
    if autopay is None or not autopay.enrolled:
        return
    used = autopay.method_id or (method.method_id if method.is_default else None)
    if used != method.method_id:
        return
    over = replace(autopay, enrolled=False, revision=autopay.revision + 1)
    await books.keep(over)
    account = await books.find(Account, command.company_id, command.account_id)
    name = account.name if account else ""
    told = autopay_changed(over, account_name=name, by=command.by, name=command.actor_name)
    await books.announce([told])
