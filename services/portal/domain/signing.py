"""Signing the agreement: what makes a signature, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.refusals import AgreementChangedError, InvalidSignatureError
from shared.contracts.scheduling import AgreementIssuedV1

NAME_LENGTH_MAX = 120
USER_AGENT_LENGTH_MAX = 400


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """The evidence. The address and browser stay in this service and in no event."""

    agreement_id: str
    inspection_id: str
    company_id: str
    link_id: str
    version: int
    title: str
    text: str
    total_cents: int
    signed_by: str
    signed_at: datetime
    address: str
    user_agent: str


def signed_name(typed: str) -> str:
    """The typed name with single spaces. Raises InvalidSignatureError."""
    name = " ".join(typed.split())
    if not name:
        raise InvalidSignatureError("Type your full name to sign", field="signed_by")
    if len(name) > NAME_LENGTH_MAX:
        raise InvalidSignatureError("Use 120 characters or fewer", field="signed_by")
    return name


def same_version(agreement: AgreementIssuedV1, agreement_id: str, version: int) -> None:
    """Raise AgreementChangedError unless the page showed the agreement in force (R58)."""
    if (agreement.agreement_id, agreement.version) != (agreement_id, version):
        raise AgreementChangedError(
            "The agreement was updated while you were reading. Please read it again and sign."
        )
