"""Links from portal, over its internal route; the token is in the answer and nowhere else."""

from collections.abc import Mapping

from services.notifications.domain.composing import Opens
from services.notifications.usecases.ports_outside import LinkUnavailableError, MintedLink
from shared.problems import RefusalError
from shared.service_client import ServiceClient


class PortalLinks:
    """Portal as this service knows it."""

    def __init__(self, portal: ServiceClient) -> None:
        """A client with portal as its audience."""
        self._portal = portal

    async def mint(
        self,
        *,
        company_id: str,
        scope: Opens,
        about: Mapping[str, str | int],
        recipient: str,
        purpose: str,
    ) -> MintedLink:
        wanted = {
            "company_id": company_id,
            "scope": scope,
            **about,
            "recipient": recipient,
            "purpose": purpose,
        }
        try:
            answer = await self._portal.post("/internal/v1/links", wanted)
            return MintedLink(link_id=answer["link_id"], url=answer["url"])
        except (RefusalError, KeyError, TypeError) as error:
            # Also when portal has not heard of the inspection yet: it will, a moment later.
            raise LinkUnavailableError(str(error)) from error
