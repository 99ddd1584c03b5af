"""Ids that look like Stripe's."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTHS = {"cus": 14, "prod": 14, "acct": 16, "cs_test": 58, "req": 14, "whsec": 32}
_USUAL_LENGTH = 24


def new_id(prefix: str) -> str:
    """Give a fresh random id such as `pi_3Nk...`; unique for all practical purposes."""
    length = _LENGTHS.get(prefix, _USUAL_LENGTH)
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))
