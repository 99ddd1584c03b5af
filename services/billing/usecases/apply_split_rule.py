"""Staff press a saved split rule: it makes its invoices on this bill, once."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.carving import carved
from services.billing.domain.split_rules import SplitRule, planned
from services.billing.usecases.add_invoice import (
    AddInvoice,
    bill_to_divide,
    carving_of,
    refuse_company,
)
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet
from services.billing.usecases.ports_split_rules import SplitRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplySplitRule:
    """`invoice_id` is made by the caller from the request's key, so that a repeat adds nothing."""

    company_id: str
    inspection_id: str
    rule_id: str
    invoice_id: str


async def apply_split_rule(
    command: ApplySplitRule, *, books: Books, rules: SplitRules, clock: Clock, own_accounts: bool
) -> Bill:
    """Invoice whom the rule fits for what it says; nothing is mailed.

    Raises SplitRuleNotFoundError, BillNotFoundError, MultiPartyUnavailableError and what `planned`
    and `carved` raise.
    """
    now = clock()
    rule = await rules.rule(command.company_id, command.rule_id)

    async def apply(open_books: OpenBooks) -> Bill:
        bill = await bill_to_divide(open_books, command.company_id, command.inspection_id)
        if any(invoice.invoice_id == command.invoice_id for invoice in bill.invoices):
            return bill
        await refuse_company(open_books, command.company_id, own_accounts=own_accounts)
        after = carved(bill, carving_of(wish_of(command, bill, rule), bill, now))
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(apply)


def wish_of(command: ApplySplitRule, bill: Bill, rule: SplitRule) -> AddInvoice:
    """The invoices the rule wishes for. Raises what `planned` raises."""
    plan = planned(bill, rule)
    return AddInvoice(
        company_id=command.company_id,
        inspection_id=command.inspection_id,
        invoice_id=command.invoice_id,
        contact_ids=plan.contact_ids,
        share=plan.share,
        rule_id=rule.rule_id,
    )
