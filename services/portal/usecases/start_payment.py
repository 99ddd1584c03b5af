"""A payer presses the button."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import Link
from services.portal.domain.refusals import PageNotReadyError
from services.portal.domain.views import Checkout
from services.portal.usecases.ports import Billing, Checkouts, Views
from shared.contracts.billing import Invoice
from shared.crash_points import crash_point


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWish:
    """What the form said; `page_url` is where the payer comes back to."""

    key: str
    amount_cents: int
    page_url: str


async def start_payment(
    link: Link,
    wish: PaymentWish,
    views: Views,
    billing: Billing,
    *,
    checkouts: Checkouts,
    now: datetime,
) -> str:
    """Return the provider's address to go to. The same key again gives the same address.

    The amount is what the page showed: billing, which knows, charges exactly that or refuses.
    Raises PaymentRefusedError, UnavailableError and PageNotReadyError; nothing is charged then.
    """
    invoice = await payable_invoice(link, views)
    started = await billing.start_checkout(
        company_id=link.company_id,
        invoice_id=invoice.invoice_id,
        amount_cents=wish.amount_cents,
        success_url=f"{wish.page_url}?attempt={wish.key}",
        cancel_url=wish.page_url,
        key=wish.key,
    )
    crash_point("portal.started-not-remembered")
    await checkouts.remember(
        Checkout(
            link_id=link.link_id,
            key=wish.key,
            attempt_id=started.attempt_id,
            invoice_id=invoice.invoice_id,
            amount_cents=wish.amount_cents,
            started_at=now,
            state="started",
        )
    )
    return started.url


async def payable_invoice(link: Link, views: Views) -> Invoice:
    """The one invoice this link may pay. Raises PageNotReadyError."""
    if link.scope == "invoice":
        payer = await views.payer(link.company_id, link.invoice_id or "")
        invoice = payer.invoice if payer else None
    else:
        view = await views.inspection(link.company_id, link.inspection_id)
        invoice = view.invoice if view else None
    if invoice is None:
        raise PageNotReadyError("The invoice will be here in a moment.")
    return invoice
