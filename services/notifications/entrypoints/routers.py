"""All routes of the service."""

from fastapi import APIRouter


def all_routers() -> tuple[APIRouter, ...]:
    """The routers, built from the parts they need."""
    return ()
