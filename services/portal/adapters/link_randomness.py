"""Ids and tokens from the operating system's randomness."""

import secrets

from services.portal.usecases.mint_link import Randomness

TOKEN_BYTES = 32
ID_BYTES = 12


def system_randomness() -> Randomness:
    """256-bit tokens; ids that are short enough for a URL and say nothing."""
    return Randomness(
        new_id=lambda: secrets.token_hex(ID_BYTES),
        new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
    )
