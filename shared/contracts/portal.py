"""What the portal tells: what clients and payers did there."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event

LinkScope = Literal["inspection", "invoice"]


class AgreementSignedV1(Event):
    """The client signed one version of the agreement."""

    name: ClassVar[str] = "portal.agreement_signed.v1"
    aggregate: ClassVar[str] = "agreement"
    agreement_id: str
    inspection_id: str
    version: int
    signed_by: str
    signed_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The agreement's id."""
        return self.agreement_id


class LinkOpenedV1(Event):
    """A mailed link was opened for the first time by a person (not by a mail scanner)."""

    name: ClassVar[str] = "portal.link_opened.v1"
    aggregate: ClassVar[str] = "link"
    link_id: str
    scope: LinkScope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    opened_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The link's id."""
        return self.link_id


class LinkRequestedV1(Event):
    """Somebody entitled to it asked for a new link by mail, because the old one has ended."""

    name: ClassVar[str] = "portal.link_requested.v1"
    aggregate: ClassVar[str] = "link"
    link_id: str
    """The link that ended."""
    scope: LinkScope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    """The address that asked; it is known to belong to this inspection or invoice."""
    requested_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The link's id."""
        return self.link_id


class ViewRebuildRequestedV1(Event):
    """A consumer emptied its view and asks every owner to tell its present state again."""

    name: ClassVar[str] = "portal.view_rebuild_requested.v1"
    aggregate: ClassVar[str] = "view_rebuild"
    rebuild_id: str

    @property
    def aggregate_id(self) -> str:
        """The rebuild's id."""
        return self.rebuild_id
