"""The client signs the agreement in force."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import Link
from services.portal.domain.refusals import InvalidSignatureError, NoAgreementError
from services.portal.domain.signing import (
    USER_AGENT_LENGTH_MAX,
    SignatureRecord,
    same_version,
    signed_name,
)
from services.portal.usecases.ports import Signatures, Views
from shared.contracts.portal import AgreementSignedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What the form said, and who sent it."""

    agreement_id: str
    version: int
    name: str
    accepted: bool
    address: str
    user_agent: str


async def sign_agreement(
    link: Link, signing: Signing, views: Views, signatures: Signatures, now: datetime
) -> None:
    """Keep the signature with the very text that was signed, and tell it. Signing twice is once.

    Raises NoAgreementError, AgreementChangedError, InvalidSignatureError.
    """
    view = await views.inspection(link.company_id, link.inspection_id)
    if view is None or view.agreement is None:
        raise NoAgreementError
    agreement = view.agreement
    same_version(agreement, signing.agreement_id, signing.version)
    name = signed_name(signing.name)
    if not signing.accepted:
        raise InvalidSignatureError("Tick the box to agree", field="accepted")
    record = SignatureRecord(
        agreement_id=agreement.agreement_id,
        inspection_id=link.inspection_id,
        company_id=link.company_id,
        link_id=link.link_id,
        version=agreement.version,
        title=agreement.title,
        text=agreement.text,
        total_cents=agreement.total_cents,
        signed_by=name,
        signed_at=now,
        address=signing.address,
        user_agent=signing.user_agent[:USER_AGENT_LENGTH_MAX],
    )
    event = AgreementSignedV1(
        company_id=link.company_id,
        agreement_id=agreement.agreement_id,
        inspection_id=link.inspection_id,
        version=agreement.version,
        signed_by=name,
        signed_at=now,
    )
    await signatures.add(record, event)
