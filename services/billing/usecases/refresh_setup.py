"""What became of a page on which a method is saved: put the method on file, once."""

from dataclasses import replace

from services.billing.domain.account_told import method_changed
from services.billing.domain.methods import Setup
from services.billing.usecases.follow_method import save_method
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway


async def refresh_setup(
    setup: Setup, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Setup:
    """Return page and method as they now are. Raises GatewayError."""
    seen = await gateway.setup_state(setup)
    now = clock()

    async def keep(open_books: OpenBooks) -> Setup:
        known = await open_books.find(Setup, setup.company_id, setup.setup_id) or setup
        if not seen.over or known.over:
            return known
        after = replace(known, over=True, method_id=seen.method.method_id if seen.method else None)
        await open_books.keep(after)
        if seen.method is None:
            return after
        saved = await save_method(
            open_books,
            company_id=setup.company_id,
            account_id=setup.account_id,
            on=setup.on,
            seen=seen.method,
            now=now,
        )
        if saved:
            news = method_changed(saved, by="customer", name=setup.actor_name)
            await open_books.announce([news])
        return after

    return await books.write(keep)
