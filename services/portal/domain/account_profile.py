"""The custom fields of a customer that the customer may see and change (R81)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.contracts.jobs import CustomFieldDefinition, CustomFieldKind
from shared.contracts.scheduling_accounts import CustomField


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One field as the page shows it."""

    field_id: str
    label: str
    kind: CustomFieldKind
    choices: tuple[str, ...]
    value: str


def profile_fields(
    defined: Iterable[CustomFieldDefinition],
    held: Iterable[CustomField],
    visible: Collection[str],
) -> tuple[ProfileField, ...]:
    """The fields that exist and are visible; a value of a field that is gone stays unseen."""
    values = {field.field_id: field.value for field in held}
    return tuple(
        ProfileField(f.field_id, f.label, f.kind, f.choices, values.get(f.field_id, ""))
        for f in defined
        if f.field_id in visible
    )
