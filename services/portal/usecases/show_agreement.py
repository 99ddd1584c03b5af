"""The agreement: the one in force to read and sign, or a signed one as it was signed."""

from dataclasses import dataclass

from services.portal.domain.links import Link
from services.portal.domain.refusals import NoAgreementError, PageNotReadyError
from services.portal.domain.signing import SignatureRecord
from services.portal.domain.views import CompanyView, InspectionView
from services.portal.usecases.ports import Signatures, Views
from shared.contracts.scheduling import AgreementIssuedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage:
    """What is on the page. `record` is set when the version in force was signed."""

    link: Link
    view: InspectionView
    company: CompanyView
    agreement: AgreementIssuedV1
    record: SignatureRecord | None
    signed_before: bool
    """An earlier version was signed; this one replaced it (R58)."""


async def show_agreement(link: Link, views: Views, signatures: Signatures) -> AgreementPage:
    """Raises NoAgreementError and PageNotReadyError."""
    view, company = await views.inspection_page(link.company_id, link.inspection_id)
    if view is None or company is None:
        raise PageNotReadyError("The agreement will be here in a moment.")
    agreement = view.agreement
    if agreement is None:
        raise NoAgreementError
    record = await signatures.of(link.company_id, agreement.agreement_id, agreement.version)
    return AgreementPage(
        link=link,
        view=view,
        company=company,
        agreement=agreement,
        record=record,
        signed_before=view.signature is not None and record is None,
    )
