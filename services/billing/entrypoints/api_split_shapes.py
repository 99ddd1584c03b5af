"""What the JSON API takes and gives when a bill is divided."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.bill import Bill
from services.billing.domain.division import PARTS_MAX, PARTS_MIN, Share
from services.billing.domain.splitting import WHOLE_BASIS_POINTS
from services.billing.domain.told import invoice_told
from services.billing.entrypoints.api_shapes import Id, In
from services.billing.usecases.preview_invoice import Preview
from shared.contracts import billing as contract
from shared.money import PositiveCents

LINES_MAX = 100
Reference = Annotated[str, Field(max_length=100)]
BasisPoints = Annotated[int, Field(strict=True, gt=0, le=WHOLE_BASIS_POINTS)]
Parts = Annotated[int, Field(strict=True, ge=PARTS_MIN, le=PARTS_MAX)]


class ShareIn(In):
    """Exactly one: services, a fixed amount, hundredths of a percent, or one of equal parts."""

    line_ids: Annotated[tuple[Id, ...], Field(max_length=LINES_MAX)] = ()
    fixed_cents: PositiveCents | None = None
    basis_points: BasisPoints | None = None
    equal_parts: Parts | None = None

    @property
    def share(self) -> Share:
        """As the domain takes it."""
        return Share(
            line_ids=self.line_ids,
            fixed_cents=self.fixed_cents,
            basis_points=self.basis_points,
            equal_parts=self.equal_parts,
        )

    @property
    def says_share(self) -> bool:
        """Whether any of the four was sent."""
        return self.share != Share()


class InvoiceIn(ShareIn):
    """Who pays, and what (R38)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"contact_id": "3f0c", "fixed_cents": 15000}]},
    )
    contact_id: Id
    due_on: date | None = None
    reference: Reference = ""
    collect_now: bool = False


class EqualPartsIn(In):
    """Everybody here and the client pay equal parts of the bill."""

    contact_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=PARTS_MAX - 1)]
    due_on: date | None = None
    reference: Reference = ""
    collect_now: bool = False


class PreviewIn(ShareIn):
    """A form as it stands: one person, or several for equal parts."""

    contact_ids: Annotated[tuple[Id, ...], Field(max_length=PARTS_MAX - 1)] = ()


class ChangeIn(ShareIn):
    """What is to be different; what is not sent stays."""

    contact_id: Id | None = None
    due_on: date | None = None
    reference: Reference | None = None
    collect_now: bool | None = None


class InvoicesMade(BaseModel):
    """The invoices one request has made."""

    invoices: list[contract.Invoice]

    @classmethod
    def of(cls, bill: Bill, invoice_ids: tuple[str, ...]) -> "InvoicesMade":
        """From the bill."""
        return cls(invoices=[invoice_told(bill, bill.invoice(each)) for each in invoice_ids])


class PartOut(BaseModel):
    """One payer's part of the bill, the client first; voided invoices are left out."""

    invoice_id: str
    payer_name: str
    role_label: str
    kind: Literal["client", "third_party"]
    status: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    wished: bool
    """New or changed by what is previewed."""


class RefusalOut(BaseModel):
    """Why it would be refused, as the real request would say."""

    code: str
    detail: str
    extra: dict[str, int | str]


class PreviewOut(BaseModel):
    """What it would do; nothing was written."""

    currency: str
    share_cents: int
    client_before_cents: int
    client_after_cents: int
    total_cents: int
    maximum_cents: int
    paid_cents: int
    processing_cents: int
    assigned_cents: int
    reason: str
    parts: list[PartOut]
    refusal: RefusalOut | None

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        """From the use case."""
        room, refusal = preview.room, preview.refusal
        return cls(
            currency=room.currency,
            share_cents=preview.share_cents,
            client_before_cents=preview.client_before_cents,
            client_after_cents=preview.client_after_cents,
            total_cents=preview.bill.total_cents,
            maximum_cents=room.maximum_cents,
            paid_cents=room.paid_cents,
            processing_cents=room.processing_cents,
            assigned_cents=room.assigned_cents,
            reason=room.reason,
            parts=_parts(preview),
            refusal=RefusalOut(code=refusal.code, detail=refusal.detail, extra=refusal.extra)
            if refusal
            else None,
        )


def _parts(preview: Preview) -> list[PartOut]:
    bill = preview.bill
    return [
        PartOut(
            invoice_id=invoice.invoice_id,
            payer_name=invoice.payer.name,
            role_label=invoice.payer.role_label,
            kind=invoice.kind.value,
            status=invoice.status.value,
            total_cents=invoice.total_cents,
            paid_cents=invoice.paid_cents,
            processing_cents=invoice.processing_cents,
            balance_cents=invoice.balance_cents,
            wished=invoice.invoice_id in preview.new_ids,
        )
        for invoice in bill.invoices
        if not invoice.voided or invoice is bill.client_invoice
    ]
