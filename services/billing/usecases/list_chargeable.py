"""Which invoices wait to be charged: of customers in autopay, for jobs booked since (C25)."""

from dataclasses import dataclass

from services.billing.domain.attempt import Attempt
from services.billing.usecases.ports import Books, OpenBooks, Work
from services.billing.usecases.ports_accounts import Chargeable, ChargeableSum, ToCharge


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Some of them, with the charges that were tried before without the payer."""

    rows: list[Chargeable]
    tries: list[Attempt]


async def list_chargeable(
    *,
    company_id: str,
    books: Books,
    asked: ToCharge,
    limit: int,
    skip: int = 0,
) -> Listed:
    """Oldest first; nothing that is reserved, processing, gated or paid is among them."""

    async def look(open_books: OpenBooks) -> Listed:
        rows = await open_books.chargeable(company_id, asked, skip=skip, limit=limit)
        jobs = [row.inspection_id for row in rows]
        return Listed(rows=rows, tries=await open_books.tries_without_payer(company_id, jobs))

    return await books.write(look)


def sums_of(company_id: str, asked: ToCharge) -> Work[list[ChargeableSum]]:
    """All of them, however many there are, as sums for each account."""

    async def look(open_books: OpenBooks) -> list[ChargeableSum]:
        return await open_books.chargeable_sums(company_id, asked)

    return look
