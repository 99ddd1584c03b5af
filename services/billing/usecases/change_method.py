"""A method on file is made the default, or removed (R87, R88, R109)."""

from dataclasses import dataclass, replace

from services.billing.domain.account_refusals import MethodNotFoundError
from services.billing.domain.account_told import method_changed
from services.billing.domain.methods import SavedMethod
from services.billing.usecases.drop_method import drop_method
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
        return await drop_method(open_books, method, by=command.by, name=command.actor_name)

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
