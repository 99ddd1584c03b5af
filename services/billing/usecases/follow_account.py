"""An account customer was opened or changed: keep who he is and who is written to."""

from dataclasses import replace

from services.billing.domain.account import Account, Person
from services.billing.usecases.ports import OpenBooks
from shared.contracts.scheduling_accounts import CustomerAccount


async def follow_account(books: OpenBooks, *, company_id: str, told: CustomerAccount) -> None:
    """Keep the newest state; what the processor knows of him stays."""
    known = await books.find(Account, company_id, told.account_id)
    if known and known.revision >= told.revision:
        return
    fresh = Account(
        account_id=told.account_id,
        company_id=company_id,
        name=told.name,
        address=told.address,
        people=tuple(
            Person(contact_id=p.contact_id, name=p.name, email=p.email) for p in told.people
        ),
        revision=told.revision,
    )
    if known:
        fresh = replace(fresh, customer_id=known.customer_id, customer_on=known.customer_on)
    await books.keep(fresh)
