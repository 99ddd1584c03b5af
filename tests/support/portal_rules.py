"""What a company shows its account customers, chosen as an owner would."""

from typing import Any

import httpx

from deploy.demo.office import eventually
from tests.support.product import Company


def show_customers(company: Company, settings: dict[str, Any]) -> None:
    """Save them, as soon as the portal knows the company and its team."""
    eventually(lambda: _saved(company, settings), "the portal knows the company and its team")


def _saved(company: Company, settings: dict[str, Any]) -> bool:
    try:
        company.office.put("portal/v1/settings", settings)
    except httpx.HTTPStatusError as error:
        if error.response.status_code in {422, 503}:
            return False
        raise
    return True
