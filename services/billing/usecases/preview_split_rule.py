"""What a saved split rule would make of a bill; nothing is written."""

from services.billing.domain.carving import room_for
from services.billing.usecases.add_invoice import bill_to_divide, carving_of, refuse_company
from services.billing.usecases.apply_split_rule import ApplySplitRule, wish_of
from services.billing.usecases.ports import Books, Clock, OpenBooks
from services.billing.usecases.ports_split_rules import SplitRules
from services.billing.usecases.preview_invoice import Preview, preview_of_carving, refused
from shared.problems import RefusalError


async def preview_split_rule(
    command: ApplySplitRule, *, books: Books, rules: SplitRules, clock: Clock, own_accounts: bool
) -> Preview:
    """What `apply_split_rule` would do, the refusal that would come included.

    Raises SplitRuleNotFoundError and BillNotFoundError only.
    """
    now = clock()
    rule = await rules.rule(command.company_id, command.rule_id)

    async def look(open_books: OpenBooks) -> Preview:
        bill = await bill_to_divide(open_books, command.company_id, command.inspection_id)
        try:
            await refuse_company(open_books, command.company_id, own_accounts=own_accounts)
            wish = wish_of(command, bill, rule)
        except RefusalError as refusal:
            return refused(bill, room_for(bill), 0, refusal)
        return preview_of_carving(bill, carving_of(wish, bill, now))

    return await books.write(look)
