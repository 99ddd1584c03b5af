"""A method on file changed by itself: the network renewed the card, or it was taken away."""

from dataclasses import replace

from services.billing.domain.account_told import method_changed
from services.billing.domain.methods import SavedMethod
from services.billing.usecases.drop_method import drop_method
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway


async def refresh_method(
    method: SavedMethod, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> SavedMethod:
    """Ask the processor and keep what it says; autopay by a method that is gone ends.

    A repeat changes nothing. Raises GatewayError.
    """
    seen = await gateway.method_state(method.method_id, method.on)
    now = clock()

    async def keep(open_books: OpenBooks) -> SavedMethod:
        known = await open_books.find(SavedMethod, method.company_id, method.method_id)
        if known is None or known.removed:
            return known or method
        if seen is None:
            return await drop_method(open_books, known, by="network", name="", detached=True)
        if (seen.label, seen.expires) == (known.label, known.expires):
            return known
        after = replace(
            known,
            label=seen.label,
            expires=seen.expires,
            renewed_at=now,
            revision=known.revision + 1,
        )
        await open_books.keep(after)
        await open_books.announce([method_changed(after, by="network", name="")])
        return after

    return await books.write(keep)
