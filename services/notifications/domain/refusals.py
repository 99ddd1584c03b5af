"""What this service refuses, each with its code."""

from shared.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError


class InspectionNotFoundError(NotFoundError):
    """No such inspection in this company."""

    code = "inspection_not_found"
    title = "There is no such inspection"


class InvoiceUnknownError(NotFoundError):
    """No such invoice on this inspection, or billing has not told of it yet."""

    code = "invoice_not_found"
    title = "There is no such invoice"


class MailNotFoundError(NotFoundError):
    """No such mail in this company."""

    code = "mail_not_found"
    title = "There is no such email"


class AlertNotFoundError(NotFoundError):
    """No such alert in this company, or it is done already."""

    code = "alert_not_found"
    title = "There is no such alert waiting"


class TextNotFoundError(NotFoundError):
    """No such mail text."""

    code = "text_not_found"
    title = "There is no such email text"


class BadRecipientError(InvalidError):
    """Not exactly one address."""

    code = "bad_recipient"
    title = "The recipient is not one email address"


class NoClientAddressError(ConflictError):
    """There is nobody to send to."""

    code = "no_address"
    title = "The client has no email address. Add one in the People box, then send again"


class NotificationsDisabledError(ConflictError):
    """`Disable all notifications` is set for this inspection (R56, C13)."""

    code = "notifications_disabled"
    title = (
        "Notifications are disabled for this inspection. Turn off “Disable all notifications” "
        "before sending"
    )


class TrialAccountError(ConflictError):
    """Trial accounts send nothing to clients (R31)."""

    code = "trial_account"
    title = "Trial accounts do not send email to clients. Upgrade to send it"


class AutomationNotFoundError(NotFoundError):
    """No such automation in this company."""

    code = "automation_not_found"
    title = "There is no such automation"


class AdvancedAutomationsRequiredError(ForbiddenError):
    """The plan has base automations only: client and agents (R50)."""

    code = "advanced_automations_required"
    title = "Your plan reaches clients and agents. Advanced automations need the Pro plan"


class AutomationWithoutLinkError(InvalidError):
    """The text promises what this recipient may not be given (R46)."""

    code = "automation_without_link"
    title = "This email carries no link"


class StandardAutomationError(ConflictError):
    """Standard automations are switched off, not removed."""

    code = "standard_automation"
    title = "A standard automation can be switched off, not removed"


class StaffNotFoundError(InvalidError):
    """Somebody who is not an active member of the company's team."""

    code = "staff_not_found"
    title = "Choose people of your team"


class InvoiceNotFoundError(NotFoundError):
    """No such invoice in this company."""

    code = "invoice_not_found"
    title = "There is no such invoice"


class CalendarNotFoundError(NotFoundError):
    """No calendar at this address, or no such person to have one."""

    code = "calendar_not_found"
    title = "There is no such calendar"
