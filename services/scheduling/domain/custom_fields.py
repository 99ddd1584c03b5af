"""The fields a company keeps for its account customers, and what may stand in them (R81)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.scheduling.domain.refusals import BadFieldError, UnknownError

CustomFieldKind = Literal["text", "number", "date", "choice"]
DEFINITIONS_MAX = 30
CHOICES_MAX = 50
LABEL_MAX = 80
VALUE_MAX = 500
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class CustomFieldDefinition:
    """One field of the company. The kind stays as it was made: values were typed for it."""

    field_id: str
    label: str
    kind: CustomFieldKind = "text"
    choices: tuple[str, ...] = ()

    def changed(
        self, *, label: str | None, choices: Sequence[str] | None
    ) -> "CustomFieldDefinition":
        """Return the field with another label or other choices; None leaves them."""
        after = replace(
            self,
            label=self.label if label is None else label.strip(),
            choices=self.choices if choices is None else tuple(c.strip() for c in choices),
        )
        after.check()
        return after

    def check(self) -> None:
        """Refuse a field nobody could fill in."""
        if not self.label.strip() or len(self.label) > LABEL_MAX:
            raise BadFieldError(f"Enter a label of at most {LABEL_MAX} characters", field="label")
        if self.kind == "choice":
            self._check_choices()
        elif self.choices:
            raise BadFieldError("Only a choice has choices", field="choices")

    def _check_choices(self) -> None:
        if not self.choices or len(self.choices) > CHOICES_MAX:
            raise BadFieldError(f"Enter 1 to {CHOICES_MAX} choices", field="choices")
        if len(set(self.choices)) != len(self.choices) or not all(self.choices):
            raise BadFieldError("Every choice is different and not empty", field="choices")

    def value_of(self, typed: str) -> str:
        """Return what was typed as it is kept; refuse what is not of this kind. Empty clears."""
        value = typed.strip()
        if not value:
            return ""
        sentence = self._complaint(value)
        if sentence:
            raise BadFieldError(f"{self.label}: {sentence}", field=self.field_id)
        return value

    def _complaint(self, value: str) -> str:
        if CONTROL.search(value) or len(value) > VALUE_MAX:
            return f"use one line of at most {VALUE_MAX} characters"
        match self.kind:
            case "number" if not NUMBER.fullmatch(value):
                return "enter a number like 12 or 12.5"
            case "date" if not _is_day(value):
                return "enter a date like 2026-12-01"
            case "choice" if value not in self.choices:
                return "choose one of the offered values"
            case _:
                return ""


Definitions = tuple[CustomFieldDefinition, ...]
Values = Mapping[str, str]


def definition_in(definitions: Definitions, field_id: str) -> CustomFieldDefinition:
    """Return one field of the company."""
    for definition in definitions:
        if definition.field_id == field_id:
            return definition
    raise UnknownError("There is no such custom field", what="custom_field")


def checked(definitions: Definitions) -> Definitions:
    """Return the list; refuse too many fields and two with the same label."""
    labels = [definition.label.casefold() for definition in definitions]
    if len(set(labels)) != len(labels):
        raise BadFieldError("Another field already has this label", field="label")
    if len(labels) > DEFINITIONS_MAX:
        raise BadFieldError(f"A company may have {DEFINITIONS_MAX} custom fields", field="label")
    for definition in definitions:
        definition.check()
    return definitions


def with_values(definitions: Definitions, present: Values, typed: Values) -> dict[str, str]:
    """Return the values with what was typed; only fields that still exist are kept.

    Raises UnknownError for a field the company does not have, BadFieldError for a value that is
    not of its field's kind. What is there already may stay, also when it is no choice any more.
    """
    known = {definition.field_id for definition in definitions}
    after = {field_id: value for field_id, value in present.items() if field_id in known}
    for field_id, text in typed.items():
        definition = definition_in(definitions, field_id)
        if text.strip() != after.get(field_id, ""):
            after[field_id] = definition.value_of(text)
    return {field_id: value for field_id, value in after.items() if value}


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
