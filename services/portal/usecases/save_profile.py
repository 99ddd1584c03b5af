"""The customer changes the custom fields that the company lets him see (R81)."""

from collections.abc import Mapping

from services.portal.domain.account_profile import ProfileField, profile_fields
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_accounts import Profiles


async def save_profile(
    customer: Customer, typed: Mapping[str, str], profiles: Profiles
) -> tuple[ProfileField, ...]:
    """Send the visible fields and no others, whatever the form said. Returns what they are now.

    Raises UnavailableError and ProfileRefusedError.
    """
    fields = shown_fields(customer)
    values = {f.field_id: typed[f.field_id].strip() for f in fields if f.field_id in typed}
    if values:
        await profiles.save_fields(customer.of, customer.person, values)
    return fields


def shown_fields(customer: Customer) -> tuple[ProfileField, ...]:
    """The visible fields with the account's values, in the company's order."""
    return profile_fields(
        customer.company.company.custom_fields,
        customer.account.account.custom_fields,
        customer.settings.visible_field_ids,
    )
