"""Staff received money by hand for several invoices of an account: one check, one receipt."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import AccountNotFoundError
from services.billing.domain.attempt import Attempt, AttemptState, Origin
from services.billing.domain.invoice import Payer
from services.billing.domain.payment import Method
from services.billing.usecases.apply_provider_state import keep_desk
from services.billing.usecases.book_payment import book_payment
from services.billing.usecases.pay_invoices import PayInvoices
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway
from services.billing.usecases.ports_sheets import Desk
from services.billing.usecases.record_manual_payment import method_label
from services.billing.usecases.reserve_account_payment import currency_of, wanted_invoices
from services.billing.usecases.reserve_invoices import refuse_changed
from services.billing.usecases.write_received import write_received


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAccountPayment:
    """What staff write down. `payment_id` is made by the caller from the request's key.

    Without `invoice_ids` the oldest invoices are paid (C21).
    """

    company_id: str
    account_id: str
    payment_id: str
    invoice_ids: tuple[str, ...] | None
    amount_cents: int
    method: Method
    reference: str
    received_at: datetime
    note: str
    client_note: str
    recorded_by: str


async def record_account_payment(
    command: RecordAccountPayment, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Write it; open pages for these invoices are closed first. A repeat changes nothing.

    Raises AccountNotFoundError, and what `pay_invoices` raises about the invoices. Staff are not
    limited by the maxima (C2).
    """
    now = clock()

    async def record(open_books: OpenBooks) -> Attempt:
        known = await open_books.known_attempt(command.company_id, command.payment_id)
        if known:
            return known
        account = await open_books.find(Account, command.company_id, command.account_id)
        if account is None:
            raise AccountNotFoundError
        settings = await open_books.settings(command.company_id)
        wanted, _ = await wanted_invoices(open_books, _as_wish(command), settings)
        currency = currency_of([want.bill for want in wanted])
        due_cents = sum(want.amount_cents for want in wanted)
        refuse_changed(shown_cents=command.amount_cents, due_cents=due_cents, currency=currency)
        attempt = replace(
            _attempt(command, account, currency, now),
            allocations=tuple(want.allocation for want in wanted),
        )
        await open_books.keep_attempt(None, attempt)
        bills = await open_books.bills_of(command.company_id, attempt.invoice_ids)
        desk = Desk.of(attempt, bills)
        desk.attempt = replace(attempt.moved(AttemptState.SUCCEEDED), paid_at=command.received_at)
        await book_payment(open_books, desk, cents=command.amount_cents, now=now)
        return await keep_desk(open_books, desk, now=now)

    return await write_received(
        record,
        company_id=command.company_id,
        paid=lambda attempt: attempt.invoice_ids,
        books=books,
        gateway=gateway,
        clock=clock,
    )


def _as_wish(command: RecordAccountPayment) -> PayInvoices:
    by_amount = command.invoice_ids is None
    return PayInvoices(
        company_id=command.company_id,
        account_id=command.account_id,
        attempt_id=command.payment_id,
        contact_id="",
        payer_name="",
        payer_email="",
        amount_cents=command.amount_cents,
        invoice_ids=command.invoice_ids,
        custom_amount_cents=command.amount_cents if by_amount else None,
        by_hand=True,
    )


def _attempt(
    command: RecordAccountPayment, account: Account, currency: str, now: datetime
) -> Attempt:
    person = account.primary
    return Attempt(
        attempt_id=command.payment_id,
        company_id=command.company_id,
        account_id=command.account_id,
        origin=Origin.STAFF,
        allocations=(),
        payer=Payer(
            contact_id=person.contact_id if person else "",
            name=person.name if person else account.name,
            role_label="Client",
            email=account.email,
        ),
        description="",
        amount_cents=command.amount_cents,
        currency=currency,
        state=AttemptState.CREATED,
        request_key="",
        success_url="",
        cancel_url="",
        created_at=now,
        expires_at=now,
        by_hand=True,
        method=command.method,
        method_label=method_label(command.method, command.reference),
        recorded_by=command.recorded_by,
        note=command.note,
        client_note=command.client_note,
    )
