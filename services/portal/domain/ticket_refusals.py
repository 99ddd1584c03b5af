"""What is refused about tickets, portal settings and inbound mail, each with its stable code."""

from shared.problems import ForbiddenError, InvalidError, NotFoundError


class TicketRefusedError(InvalidError):
    """A ticket or an answer cannot be as asked for; `field` is where the page says so."""

    code = "ticket_refused"
    title = "The ticket cannot be like this"

    def __init__(self, field: str, message: str) -> None:
        """`message` is for the person who typed, without a full stop."""
        super().__init__(message, field=field)
        self.field = field
        self.message = message


class TicketsOffError(ForbiddenError):
    """The company takes no tickets (R99)."""

    code = "tickets_off"
    title = "Tickets are switched off"


class UnknownTicketError(NotFoundError):
    """No such ticket in this company."""

    code = "unknown_ticket"
    title = "There is no such ticket"


class SettingsRefusedError(InvalidError):
    """A setting cannot be saved; `field` is where the page says so. Nothing was changed."""

    code = "settings_refused"
    title = "The settings were not saved"

    def __init__(self, field: str, message: str) -> None:
        """`message` is for the person who typed, without a full stop."""
        super().__init__(message, field=field)
        self.field = field
        self.message = message


class InboundMailOffError(NotFoundError):
    """This installation takes no mail: there is no secret to check it with."""

    code = "inbound_mail_off"
    title = "Inbound mail is not set up"


class InboundMailUnsignedError(ForbiddenError):
    """The signature is missing, wrong or too old."""

    code = "inbound_mail_unsigned"
    title = "The signature does not match"
