"""A customer wants to put a card or bank account on file without paying."""

from dataclasses import dataclass, replace

from services.billing.domain.account_refusals import (
    BankChangesOffError,
    BankUnavailableError,
    CardChangesOffError,
)
from services.billing.domain.company import Settings
from services.billing.domain.methods import Setup
from services.billing.domain.payment import Method
from services.billing.domain.refusals import OnlinePaymentsOffError, PaymentsUnavailableError
from services.billing.usecases.ensure_customer import ensure_customer
from services.billing.usecases.ports import Books, Clock, GatewayError, OpenBooks, PaymentGateway


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSetup:
    """What a customer asks for. `setup_id` is made from the request's key."""

    company_id: str
    account_id: str
    setup_id: str
    kind: Method
    actor_name: str
    success_url: str
    cancel_url: str


async def start_setup(
    command: StartSetup,
    *,
    books: Books,
    gateway: PaymentGateway,
    clock: Clock,
    own_accounts: bool,
) -> Setup:
    """Return the page; a repeat gives the same one.

    Raises CardChangesOffError, BankChangesOffError, BankUnavailableError, OnlinePaymentsOffError,
    AccountNotFoundError, PaymentsUnavailableError.
    """
    company_id = command.company_id

    async def look(open_books: OpenBooks) -> tuple[Setup | None, Settings]:
        settings = await open_books.settings(company_id)
        company = await open_books.company(company_id)
        if not settings.takes_money(company, own_accounts=own_accounts):
            raise OnlinePaymentsOffError
        refuse_change(settings, command.kind)
        return await open_books.find(Setup, company_id, command.setup_id), settings

    known, settings = await books.write(look)
    if known and known.url:
        return known
    setup = known or Setup(
        setup_id=command.setup_id,
        company_id=company_id,
        account_id=command.account_id,
        customer_id=await ensure_customer(
            company_id=company_id, account_id=command.account_id, books=books, gateway=gateway
        ),
        on=settings.stripe_account_id,
        kind=command.kind,
        actor_name=command.actor_name,
        created_at=clock(),
    )
    await books.write(lambda open_books: open_books.keep(setup))
    try:
        page = await gateway.start_setup(
            setup, success_url=command.success_url, cancel_url=command.cancel_url
        )
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    opened = replace(setup, session_id=page.session_id, url=page.url)
    await books.write(lambda open_books: open_books.keep(opened))
    return opened


def refuse_change(settings: Settings, kind: Method) -> None:
    """Raises CardChangesOffError, BankChangesOffError, BankUnavailableError (R87, R88)."""
    if kind is Method.BANK and not settings.bank_payments:
        raise BankUnavailableError
    if not settings.portal.may_change(kind):
        raise BankChangesOffError if kind is Method.BANK else CardChangesOffError
