"""What an invitation would do to the bill, before the client makes it; nothing is written."""

from services.billing.domain.carving import room_for
from services.billing.usecases.invite_payer import (
    InvitePayer,
    bill_of_client,
    invitation,
    refuse_uninvited,
)
from services.billing.usecases.ports import Books, Clock, OpenBooks
from services.billing.usecases.preview_invoice import Preview, preview_of_carving, refused
from shared.problems import RefusalError


async def preview_invitation(
    command: InvitePayer, *, books: Books, clock: Clock, own_accounts: bool
) -> Preview:
    """What `invite_payer` would make of the bill. Raises InvoiceNotFoundError only."""
    now = clock()

    async def look(open_books: OpenBooks) -> Preview:
        bill = await bill_of_client(open_books, command)
        company = await open_books.company(command.company_id)
        settings = await open_books.settings(command.company_id)
        try:
            refuse_uninvited(bill, command, company, settings, own_accounts=own_accounts)
        except RefusalError as refusal:
            return refused(bill, room_for(bill), 0, refusal)
        return preview_of_carving(bill, invitation(command, bill, now))

    return await books.write(look)
