"""Which invoices wait to be charged: of customers in autopay, for jobs booked since (C25)."""

from collections.abc import Sequence
from datetime import date

from services.billing.domain.charge_run import MOST_IN_A_RUN
from services.billing.usecases.ports import Books, OpenBooks
from services.billing.usecases.ports_accounts import Chargeable, ToCharge


async def list_chargeable(
    *,
    company_id: str,
    books: Books,
    invoice_ids: Sequence[str] | None = None,
    account_id: str = "",
    due_by: date | None = None,
    limit: int = MOST_IN_A_RUN,
) -> list[Chargeable]:
    """Oldest first; nothing that is reserved, processing, gated or paid is among them."""

    async def look(open_books: OpenBooks) -> list[Chargeable]:
        return await open_books.chargeable(
            company_id, ToCharge(invoice_ids=invoice_ids, due_by=due_by), limit=limit
        )

    found = await books.write(look)
    return [row for row in found if account_id in {"", row.account_id}]
