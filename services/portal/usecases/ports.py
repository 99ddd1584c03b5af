"""What the portal needs from outside. Each port is one concern; `adapters/` fulfils them."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.portal.domain.fold import Change, Revisions
from services.portal.domain.inviting import InvitationPreview, PartWish
from services.portal.domain.links import Link
from services.portal.domain.people_box import Boxes
from services.portal.domain.signing import SignatureRecord
from services.portal.domain.views import (
    Checkout,
    CompanyView,
    InspectionView,
    PayerView,
)
from shared.contracts.event import Event

Clock = Callable[[], datetime]
"""Now, in UTC."""


class Views(Protocol):
    """The read model. Every question names the company."""

    async def inspection(self, company_id: str, inspection_id: str) -> InspectionView | None:
        """The client's page, or None while its inspection is unknown."""

    async def inspection_page(
        self, company_id: str, inspection_id: str
    ) -> tuple[InspectionView | None, CompanyView | None]:
        """The client's page and its company in one question: the page most people open."""

    async def payer(self, company_id: str, invoice_id: str) -> PayerView | None:
        """A third party's page; never more of the inspection than its place and time."""

    async def people_boxes(self, company_id: str, inspection_id: str) -> Boxes:
        """Whom the People box has held, as far as it was told; also across a rebuild."""

    async def company(self, company_id: str) -> CompanyView | None:
        """The company, or None while it is unknown."""


class Projections(Protocol):
    """The read model as the bus writes it, inside one transaction."""

    async def revisions(self, view_ids: Iterable[str]) -> Mapping[str, Revisions]:
        """How new the parts of these views are; views that do not exist are left out."""

    async def write(self, changes: Mapping[str, Change]) -> None:
        """Write every change, creating what is missing."""


class Rebuilding(Protocol):
    """The read model as an operator empties it."""

    async def empty(self, event: Event) -> int:
        """Remove what came from events, keep what is ours, and tell `event`. Returns the count."""


class Links(Protocol):
    """Links by their hashes."""

    async def add(self, link: Link, digest: str) -> None:
        """Keep a new link under its token's hash."""

    async def by_digest(self, digest: str) -> Link | None:
        """The link with this token hash."""

    async def by_id(self, link_id: str) -> Link | None:
        """The link of this id."""

    async def mark_opened(self, link_id: str, at: datetime, event: Event) -> bool:
        """Note the first opening and tell it. False when it had been opened before."""

    async def note_seen(self, link: Link) -> None:
        """Keep what its holder has seen of the amount."""

    async def of_inspection(
        self, company_id: str, inspection_id: str, limit: int
    ) -> Sequence[Link]:
        """The links of an inspection and its invoices, the newest first."""

    async def revoke(self, company_id: str, link_id: str, at: datetime, by: str) -> bool:
        """End a link. False when there is none in this company that staff have not ended yet."""

    async def mark_requested(
        self, link_id: str, at: datetime, not_since: datetime, event: Event
    ) -> bool:
        """Note and tell a request for a new link, unless there was one after `not_since`."""


class Signatures(Protocol):
    """Signed agreements."""

    async def add(self, record: SignatureRecord, event: Event) -> bool:
        """Keep a signature and tell it. False when this version had been signed before."""

    async def of(self, company_id: str, agreement_id: str, version: int) -> SignatureRecord | None:
        """The signature under one version."""


class Checkouts(Protocol):
    """Payments that were begun here."""

    async def remember(self, checkout: Checkout) -> None:
        """Keep it; the same link and key again changes nothing."""

    async def find(self, link_id: str, key: str) -> Checkout | None:
        """The payment that this link began with this key."""

    async def note_state(self, link_id: str, key: str, state: str) -> None:
        """Keep billing's last word about it."""


@dataclass(frozen=True, slots=True)
class StartedCheckout:
    """Where the payer pays."""

    attempt_id: str
    url: str


class Billing(Protocol):
    """The service that takes money. Raises UnavailableError when it is away."""

    async def start_checkout(
        self,
        *,
        company_id: str,
        invoice_id: str,
        amount_cents: int,
        success_url: str,
        cancel_url: str,
        key: str,
    ) -> StartedCheckout:
        """Begin a payment. Raises PaymentRefusedError."""

    async def refresh_attempt(self, company_id: str, attempt_id: str) -> str:
        """Ask the provider and return the attempt's state."""

    async def defer_invoice(
        self,
        *,
        company_id: str,
        invoice_id: str,
        closing_on: date,
        contact_name: str,
        contact_email: str,
        accepted_by: str,
    ) -> None:
        """Let the client pay at closing. Raises PaymentRefusedError."""

    async def preview_invitation(
        self, *, company_id: str, client_invoice_id: str, wish: PartWish, invited_by: str
    ) -> InvitationPreview:
        """What an invitation would do to the bill. Raises InvitationRefusedError."""

    async def invite(
        self,
        *,
        company_id: str,
        client_invoice_id: str,
        wish: PartWish,
        invited_by: str,
        key: str,
    ) -> None:
        """Invoice that person and mail it to him, once per key. Raises InvitationRefusedError."""

    async def withdraw_invitation(
        self, *, company_id: str, client_invoice_id: str, invoice_id: str
    ) -> None:
        """Void that invoice while it is unpaid. Raises InvitationRefusedError."""


@dataclass(frozen=True, slots=True)
class File:
    """A file while it arrives."""

    name: str
    media_type: str
    chunks: AsyncIterator[bytes]
    size_bytes: int | None = None


class Files(Protocol):
    """The bytes other services keep. Raises UnavailableError and UnknownDocumentError."""

    def invoice(
        self, company_id: str, invoice_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """An invoice's PDF."""

    def receipt(
        self, company_id: str, payment_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """A receipt's PDF."""

    def report(
        self, company_id: str, inspection_id: str, report_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """A published report."""
