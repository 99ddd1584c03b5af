"""Links of invoices, minted by portal."""

from shared.service_client import ServiceClient


class PortalLinks:
    """Portal, over its internal route."""

    def __init__(self, client: ServiceClient) -> None:
        """`client` speaks to portal."""
        self._client = client

    async def mint(
        self, *, company_id: str, inspection_id: str, invoice_id: str, recipient: str
    ) -> str:
        """The address of a new link."""
        wish = {
            "company_id": company_id,
            "scope": "invoice",
            "inspection_id": inspection_id,
            "invoice_id": invoice_id,
            "recipient": recipient,
            "purpose": "copied",
        }
        return str((await self._client.post("/internal/v1/links", wish))["url"])
