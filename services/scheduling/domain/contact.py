"""People outside the company, with the company's own fields about them."""

from dataclasses import dataclass, replace

from services.scheduling.domain.refusals import BadFieldError

CUSTOM_FIELDS_MAX = 30


@dataclass(frozen=True, kw_only=True)
class CustomField:
    """One of the company's own fields."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A client, agent, insurer or anybody else. The address may be missing."""

    contact_id: str
    company_id: str
    name: str
    email: str = ""
    phone: str = ""
    custom_fields: tuple[CustomField, ...] = ()
    revision: int = 1

    def changed(self, **facts: object) -> "Contact":
        """Return the contact with other facts; None leaves a fact as it is."""
        given = {name: value for name, value in facts.items() if value is not None}
        after = replace(self, **given)  # type: ignore[arg-type]  # names are the callers' fields
        after.check()
        return self if after == self else replace(after, revision=self.revision + 1)

    def check(self) -> None:
        """Refuse a contact nobody could recognise."""
        if not self.name.strip():
            raise BadFieldError("Enter the person's name", field="name")
        names = [field.name for field in self.custom_fields]
        if len(set(names)) != len(names) or not all(names):
            raise BadFieldError("Every custom field needs its own name", field="custom_fields")
        if len(names) > CUSTOM_FIELDS_MAX:
            raise BadFieldError(
                f"A contact may have at most {CUSTOM_FIELDS_MAX} custom fields",
                field="custom_fields",
            )
