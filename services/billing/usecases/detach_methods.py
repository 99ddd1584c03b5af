"""Let the processor forget the methods that were removed here."""

from dataclasses import replace

import structlog

from services.billing.domain.methods import SavedMethod
from services.billing.usecases.ports import Books, GatewayError, OpenBooks, PaymentGateway

_BATCH = 20
log = structlog.get_logger()


async def detach_methods(*, books: Books, gateway: PaymentGateway) -> int:
    """Detach what waits for it; return how many. One that fails is tried again the next time."""
    methods = await books.methods_to_detach(_BATCH)
    done = 0
    for method in methods:
        try:
            await gateway.detach_method(method.method_id, method.on)
        except GatewayError as error:
            log.warning("detach_later", reason=type(error).__name__)
            continue
        await _note(method, books)
        done += 1
    return done


async def _note(method: SavedMethod, books: Books) -> None:
    async def keep(open_books: OpenBooks) -> None:
        known = await open_books.find(SavedMethod, method.company_id, method.method_id)
        if known:
            await open_books.keep(replace(known, detached=True))

    await books.write(keep)
