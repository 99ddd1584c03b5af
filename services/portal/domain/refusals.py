"""What the portal refuses, each with its stable code."""

from typing import ClassVar

from shared.problems import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    RefusalError,
    UnavailableError,
)


class UnknownLinkError(NotFoundError):
    """No such link, or it is not this browser's: the answer is the same for both."""

    code = "unknown_link"
    title = "This link does not work"


class NoSuchLinkError(NotFoundError):
    """Staff name a link that this inspection does not have."""

    code = "no_such_link"
    title = "There is no such link"


class LinkEndedError(GoneError):
    """The link expired or was revoked; `link_id` and `company_id` name it for the page."""

    code = "link_ended"
    title = "This link has ended"

    def __init__(self, *, link_id: str, company_id: str) -> None:
        """The ids stay on our side: they are not part of the problem document."""
        super().__init__("The link has expired or was replaced.")
        self.link_id = link_id
        self.company_id = company_id


class PageNotReadyError(UnavailableError):
    """The events this page is made of have not arrived yet."""

    code = "page_not_ready"
    title = "This page is being prepared"


class PreviewOnlyError(ForbiddenError):
    """Staff look at the page as the client sees it, and may not act for the client (R33)."""

    code = "preview_only"
    title = "You are previewing"


class AgreementChangedError(ConflictError):
    """The agreement was replaced after the page was shown (R58)."""

    code = "agreement_changed"
    title = "The agreement has changed"


class NoAgreementError(NotFoundError):
    """This inspection has no agreement."""

    code = "no_agreement"
    title = "There is no agreement to sign"


class ReportLockedError(ForbiddenError):
    """The report's bytes stay behind the gate for every holder of a link (C29)."""

    code = "report_locked"
    title = "The report is locked"


class UnknownDocumentError(NotFoundError):
    """No such document behind this link."""

    code = "unknown_document"
    title = "There is no such document"


class UnknownInspectionError(NotFoundError):
    """No such inspection or invoice in this company."""

    code = "unknown_inspection"
    title = "There is no such inspection"


class InvalidSignatureError(InvalidError):
    """The name is missing or the box is not ticked."""

    code = "invalid_signature"
    title = "The agreement was not signed"


class DeferralNotOfferedError(ConflictError):
    """This invoice cannot be paid at closing (C30)."""

    code = "deferral_not_offered"
    title = "Paying at closing is not offered"


class PaymentRefusedError(RefusalError):
    """Billing refused to begin a payment; `reason` is its code. Nothing was charged."""

    code = "payment_refused"
    status: ClassVar[int] = 409
    title = "The payment was not started"

    def __init__(self, reason: str, detail: str = "", **extra: object) -> None:
        """`reason` decides the words on the page; `extra` may hold the new `amount_cents`."""
        super().__init__(detail, reason=reason, **extra)
        self.reason = reason


class SignedOutError(RefusalError):
    """Nobody of a customer account is signed in, or no longer."""

    code = "not_signed_in"
    status: ClassVar[int] = 401
    title = "Please sign in"


class AccountNotChosenError(ConflictError):
    """The address belongs to several accounts and none was chosen yet."""

    code = "account_not_chosen"
    title = "Choose an account"


class SignInLinkEndedError(GoneError):
    """Unknown, used, expired, or of somebody who was taken out: the answer is one."""

    code = "sign_in_link_ended"
    title = "This sign-in link has ended"


class PortalNotOfferedError(NotFoundError):
    """The company's plan has no customer accounts (R60, R77)."""

    code = "portal_not_offered"
    title = "Online accounts are not available"


class UnknownAccountError(NotFoundError):
    """No such thing in this account, or it is another customer's: the answer is the same."""

    code = "unknown_in_account"
    title = "There is nothing here"


class AccountSwitchedOffError(ForbiddenError):
    """The company does not offer this to its customers (R83-R97)."""

    code = "switched_off"
    title = "This is not offered here"


class UnpayableError(InvalidError):
    """The payment cannot be as asked for; `field` is where the page says so. Nothing charged."""

    code = "unpayable"
    title = "The payment cannot be made like this"

    def __init__(self, field: str, message: str, **extra: object) -> None:
        """`message` is for the customer, without a full stop."""
        super().__init__(message, field=field, **extra)
        self.field = field
        self.message = message


class ProfileRefusedError(InvalidError):
    """Scheduling did not take a value; `field_id` says which."""

    code = "profile_refused"
    title = "This was not saved"

    def __init__(self, detail: str, field_id: str = "") -> None:
        """`detail` is in scheduling's words."""
        super().__init__(detail, field_id=field_id)
        self.field_id = field_id
