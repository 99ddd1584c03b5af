"""A method is taken off file, by people here or at the processor."""

from dataclasses import replace

from services.billing.domain.account_told import method_changed
from services.billing.domain.methods import SavedMethod
from services.billing.usecases.end_autopay import end_autopay
from services.billing.usecases.ports import OpenBooks
from shared.contracts.billing_accounts import Actor


async def drop_method(
    books: OpenBooks, method: SavedMethod, *, by: Actor, name: str, detached: bool = False
) -> SavedMethod:
    """Autopay by it ends; of those that are left the oldest becomes the default in its place.

    `detached`: the processor has forgotten it already.
    """
    news = await end_autopay(books, method, by=by, name=name)
    gone = replace(
        method,
        removed=True,
        detached=detached,
        is_default=False,
        revision=method.revision + 1,
    )
    await books.keep(gone)
    news.append(method_changed(gone, by=by, name=name))
    left = await books.methods_of(method.company_id, method.account_id)
    heirs = [other for other in left if other.usable]
    if method.is_default and heirs:
        heir = replace(heirs[0], is_default=True, revision=heirs[0].revision + 1)
        await books.keep(heir)
        news.append(method_changed(heir, by=by, name=name))
    await books.announce(news)
    return gone
