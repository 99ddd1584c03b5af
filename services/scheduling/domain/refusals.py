"""Everything scheduling refuses, each with a stable code and a sentence a person can act on.

InvalidError 422
├── BadFieldError                    a value that cannot be right; `field` says which
├── CompanyWideOnlyError             R2: the setting exists for the company only
├── SiteTwiceError, TooManySitesError    an order's sites
├── UnsafeReportError                a PDF that could run or carry something
└── UnknownPlaceholderError          an agreement text names something we cannot fill in
NotFoundError 404
└── UnknownError                     no such company, person, inspection ... of this company
NotSignedInError 401
└── WrongPasswordError               the same answer for an unknown account
ConflictError 409
├── ChangedMeanwhileError            somebody else was quicker
├── Policy refusals                  R7, R16, C5, C6: settings that exclude one another
├── RequirePaymentLockedError        R6
├── ReportLockedByPolicyError        C8
├── AccountInactiveError             no new work for a closed account customer
├── IllegalMoveError                 the inspection is past the point where this is possible
└── ... one per remaining rule
"""

from shared.problems import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
    TooManyError,
)


class BadFieldError(InvalidError):
    """A value that cannot be right. The extra member `field` names it."""

    code = "bad_field"


class CompanyWideOnlyError(InvalidError):
    """Collect payment after publish cannot be set on one inspection (R2)."""

    code = "company_wide_only"
    title = "Collect payment after publish is set for the whole company"


class SiteTwiceError(InvalidError):
    """An order visits each site once."""

    code = "site_twice"
    title = "A site is in this order twice"


class TooManySitesError(InvalidError):
    """An order is booked in one piece, so it is bounded."""

    code = "too_many_sites"
    title = "An order may have at most 200 sites"


class UnsafeReportError(InvalidError):
    """The file is not a PDF, or it contains scripts, launches or attachments."""

    code = "unsafe_report"
    title = "This file cannot be published as a report"


class ReportTooLargeError(TooLargeError):
    """More than 25 MB."""

    code = "report_too_large"
    title = "A report may have at most 25 MB"


class UnknownPlaceholderError(InvalidError):
    """The agreement's text names something we cannot fill in."""

    code = "unknown_placeholder"
    title = "The agreement names a placeholder we do not know"


class UnknownError(NotFoundError):
    """There is no such thing in this company."""

    code = "not_found"


class WrongPasswordError(NotSignedInError):
    """Unknown account, wrong password, deactivated: one answer for all of them."""

    code = "wrong_password"
    title = "Email address or password is not right"


class SessionEndedError(NotSignedInError):
    """The session expired, was signed out, or never existed."""

    code = "session_ended"
    title = "Please sign in again"


class TooManyAttemptsError(TooManyError):
    """Too many wrong passwords for this account or from this address."""

    code = "too_many_attempts"
    title = "Too many attempts. Please wait a few minutes and try again"


class ChangedMeanwhileError(ConflictError):
    """The thing was changed by somebody else since it was read."""

    code = "changed_meanwhile"
    title = "Somebody else changed this in the meantime. Please look again"


class EmailTakenError(ConflictError):
    """Another account signs in with this address."""

    code = "email_taken"
    title = "This email address already belongs to an account"


class DeferredPaymentBlockedError(ConflictError):
    """R7: while collect payment after publish is on, deferred payment cannot be enabled."""

    code = "deferred_payment_blocked"
    title = "Allow deferred payment cannot be turned on while Collect payment after publish is on"


class DeferredPaymentOnError(ConflictError):
    """C6: enabling collect payment after publish never switches deferred payment off silently."""

    code = "deferred_payment_on"
    title = "Turn off Allow deferred payment before turning on Collect payment after publish"


class ThirdPartyProviderError(ConflictError):
    """R16, C5: collect payment after publish and a third-party integration exclude one another."""

    code = "third_party_provider"
    title = "Collect payment after publish does not work with a third-party payment integration"


class OpenThirdPartyInvoicesError(ConflictError):
    """C6: deferred payment cannot be enabled while third-party invoices are open."""

    code = "open_third_party_invoices"
    title = "Allow deferred payment cannot be turned on while third-party invoices are open"


class RequirePaymentLockedError(ConflictError):
    """R6: collect payment after publish locked this on."""

    code = "require_payment_locked"
    title = (
        "Require payment to release report(s) is locked on: "
        "your company collects payment after publish"
    )


class ReportLockedByPolicyError(ConflictError):
    """C8: staff may unlock by hand unless collect payment after publish locked it."""

    code = "report_locked_by_policy"
    title = "This report opens when it is paid: your company collects payment after publish"


class IllegalMoveError(ConflictError):
    """The inspection is past the point where this is possible."""

    code = "illegal_move"
    title = "This is not possible for this inspection any more"


class BillBelowZeroError(ConflictError):
    """Credits may not exceed the charges."""

    code = "bill_below_zero"
    title = "Credits cannot exceed the charges of the inspection"


class AlreadyInPeopleBoxError(ConflictError):
    """One contact stands in the People box once."""

    code = "already_in_people_box"
    title = "This person is already in the People box"


class LastClientError(ConflictError):
    """An inspection always has a client."""

    code = "last_client"
    title = "An inspection needs a client. Add another one first"


class PersonHasOpenInvoiceError(ConflictError):
    """Somebody who owes an open invoice stays until it is paid or voided."""

    code = "person_has_open_invoice"
    title = "This person has an open invoice. Void it or wait until it is paid"


class ReportMissingError(ConflictError):
    """Publishing needs at least one report file."""

    code = "report_missing"
    title = "Add the report (PDF) before you publish"


class TooManyReportsError(ConflictError):
    """A bounded number of report files belongs to one inspection."""

    code = "too_many_reports"
    title = "An inspection may have at most 20 report files"


class LastOwnerError(ConflictError):
    """A company always has an active owner."""

    code = "last_owner"
    title = "A company needs at least one active owner"


class NothingToUpdateError(ConflictError):
    """The agreement already says what the inspection costs."""

    code = "agreement_up_to_date"
    title = "The agreement already has the present amount"


class FieldNotAllowedError(ForbiddenError):
    """The company does not let customers change this field (R81)."""

    code = "field_not_allowed"
    title = "This field cannot be changed here"


class AccountInactiveError(ConflictError):
    """The account customer was closed."""

    code = "account_inactive"
    title = "This account is closed. Open it again before you book for it"


class EmailTwiceError(ConflictError):
    """The people of an account sign in by their address, so each has its own."""

    code = "email_twice"
    title = "Somebody on this account already has this email"


class LastAccountPersonError(ConflictError):
    """Somebody is always written to."""

    code = "last_account_person"
    title = "An account needs at least one person"


class SiteInUseError(ConflictError):
    """A recurring service goes on there."""

    code = "site_in_use"
    title = "A recurring service goes on at this site. End it first"


class AccountHasRecurringServicesError(ConflictError):
    """Visits would go on for a closed account."""

    code = "account_has_recurring_services"
    title = "This account has recurring services. End or pause them first"


class RecurringNotActiveError(ConflictError):
    """Only what goes on can be paused."""

    code = "recurring_not_active"
    title = "This recurring service is not active"


class RecurringNotPausedError(ConflictError):
    """Only what is paused can be resumed."""

    code = "recurring_not_paused"
    title = "This recurring service is not paused"


class RecurringOverError(ConflictError):
    """An ended recurring service stays ended."""

    code = "recurring_ended"
    title = "This recurring service has ended. Set up a new one"
