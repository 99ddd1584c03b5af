"""What the editor of an automation starts with, until staff write their own."""

from services.notifications.domain.automation import Addressee, Automation, Trigger
from services.notifications.domain.composing import CLIENTS_MONEY
from services.notifications.domain.mail import Words
from services.notifications.domain.merge_tags import BUTTON_MARK, check_tags, has_button, tags_in
from services.notifications.domain.refusals import AutomationWithoutLinkError
from services.notifications.domain.standard_texts import BY_KEY
from services.notifications.domain.text_shape import HELLO

STARTS: dict[Trigger, tuple[str, str]] = {
    Trigger.SCHEDULED: (
        "Inspection booked: {{ property_street }}",
        (
            "{{ company_name }} will inspect {{ property_address }} on {{ inspection_time }}. "
            "The inspector is {{ inspector_name }}."
        ),
    ),
    Trigger.RESCHEDULED: (
        "New time for the inspection at {{ property_street }}",
        (
            "The inspection of {{ property_address }} now takes place on {{ inspection_time }}. "
            "The inspector is {{ inspector_name }}."
        ),
    ),
    Trigger.SERVICES_CHANGED: (
        "The inspection at {{ property_street }} has changed",
        "The inspection of {{ property_address }} now includes {{ services }}.",
    ),
    Trigger.AGREEMENT_CHANGED: (
        "Updated agreement for {{ property_street }}",
        "The agreement for the inspection of {{ property_address }} has been issued again.",
    ),
    Trigger.REPORT_PUBLISHED: (
        "Report finished: {{ property_street }}",
        "The inspection report for {{ property_address }} is finished.",
    ),
    Trigger.CANCELLED: (
        "The inspection at {{ property_street }} is cancelled",
        "The inspection of {{ property_address }} on {{ inspection_time }} will not take place.",
    ),
    Trigger.PAID: (
        "The inspection at {{ property_street }} is paid",
        "The inspection of {{ property_address }} is paid in full.",
    ),
}


def starting_words(trigger: Trigger, *, with_link: bool) -> Words:
    """A standard text for any reader, with the button where there may be one."""
    subject, sentence = STARTS[trigger]
    button = (BUTTON_MARK,) if with_link and trigger is not Trigger.CANCELLED else ()
    return Words(subject=subject, body="\n\n".join((HELLO, sentence, *button)))


def words_of(automation: Automation) -> Words:
    """Its own words, or the standard text it is written with."""
    if automation.words is not None:
        return automation.words
    return BY_KEY[automation.text_key].words


def check_automation_words(automation: Automation, words: Words) -> None:
    """Refuse unknown tags, and a button or the client's amounts where no link may be given (R46).

    A button in a mail without a link would be an empty promise, an amount a leak.
    """
    check_tags(words.subject, words.body)
    if automation.gives_link:
        return
    if has_button(words.body):
        raise AutomationWithoutLinkError(
            f"Take {BUTTON_MARK} out of the message: this email carries no link", field="body"
        )
    shown = sorted(set(tags_in(words.subject + words.body)) & set(CLIENTS_MONEY))
    if shown and automation.addressee is not Addressee.CLIENT:
        named = ", ".join(f"{{{{ {tag} }}}}" for tag in shown)
        raise AutomationWithoutLinkError(
            f"Take {named} out of the message: only who may open the client portal is told amounts",
            field="body",
        )
