"""What stands in the way of one more invoice, said where its button is (R35, R36, R54, R55)."""

from services.billing.domain.bill import Bill
from services.billing.domain.carving import room_for
from services.billing.domain.company import Company
from services.billing.domain.refusals import FixedAmountTooLargeError, MultiPartyUnavailableError
from services.billing.entrypoints.parts import Parts
from services.billing.usecases.add_invoice import refuse_unavailable
from shared.problems import RefusalError


async def obstacle_of(parts: Parts, bill: Bill, company: Company | None) -> RefusalError | None:
    """The refusal that every new invoice of this bill would meet; None while one may be added."""
    settings = await parts.lists.settings(bill.company_id)
    try:
        refuse_unavailable(company, settings, own_accounts=parts.own_accounts)
    except MultiPartyUnavailableError as refusal:
        return refusal
    room = room_for(bill)
    if room.maximum_cents:
        return None
    return FixedAmountTooLargeError(room.maximum_cents, room.currency, **room.why)
