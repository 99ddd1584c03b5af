"""A company sets up an automation, changes one, or switches a standard one off and on."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.automation import Addressee, Automation, Trigger, may_run
from services.notifications.domain.automation_texts import check_automation_words
from services.notifications.domain.mail import Words
from services.notifications.domain.refusals import (
    AdvancedAutomationsRequiredError,
    AutomationNotFoundError,
)
from services.notifications.usecases.ports import Desk
from services.notifications.usecases.share_details import check_length
from shared.problems import InvalidError

NAME_MAX = 80
OWN_MAX = 100


@dataclass(frozen=True, kw_only=True)
class AutomationWish:
    """What staff chose. Of a standard automation only `on` is theirs to change here."""

    name: str
    trigger: Trigger
    addressee: Addressee
    role_label: str
    portal_link: bool
    words: Words
    on: bool


async def save_automation(
    company_id: str,
    automation_id: str,
    wish: AutomationWish,
    *,
    new: bool,
    by: str,
    desk: Desk,
    now: datetime,
) -> Automation:
    """Keep it; `new` with an id that exists already is a repeated click and changes nothing.

    Raises AdvancedAutomationsRequiredError when the plan does not have such an addressee (R50).
    """
    known = await desk.automations.one(company_id, automation_id)
    if new and known is not None:
        return known
    if not new and known is None:
        raise AutomationNotFoundError
    if new and len(await desk.automations.all(company_id)) >= OWN_MAX:
        raise InvalidError(f"A company has at most {OWN_MAX} automations", field="name")
    wanted = (
        replace(known, on=wish.on)
        if known is not None and known.standard
        else _own(automation_id, wish)
    )
    await _check_plan(company_id, wanted, desk)
    await desk.automations.put(company_id, wanted, by=by, at=now)
    return wanted


async def _check_plan(company_id: str, wanted: Automation, desk: Desk) -> None:
    company = await desk.views.company(company_id)
    if not may_run(wanted, company.plan if company else "basic"):
        raise AdvancedAutomationsRequiredError(field="addressee")


def _own(automation_id: str, wish: AutomationWish) -> Automation:
    name = wish.name.strip()
    if not name or len(name) > NAME_MAX:
        raise InvalidError(f"Enter a name of at most {NAME_MAX} characters", field="name")
    additional = wish.addressee is Addressee.ADDITIONAL
    automation = Automation(
        automation_id=automation_id,
        name=name,
        trigger=wish.trigger,
        addressee=wish.addressee,
        on=wish.on,
        role_label=wish.role_label.strip()[:NAME_MAX] if additional else "",
        portal_link=wish.portal_link and wish.addressee is not Addressee.CLIENT,
        words=wish.words,
    )
    check_length(wish.words)
    check_automation_words(automation, wish.words)
    return automation
