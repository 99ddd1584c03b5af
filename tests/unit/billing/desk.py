"""Staff before billing's pages of account customers, without a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from bs4 import BeautifulSoup

from services.billing.entrypoints.routes import ROUTERS
from services.billing.main import TEMPLATES
from services.billing.usecases.work_charge_runs import work_charge_runs
from shared.ui import environment
from tests.support.shared_app import app
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.test_events import parts_of
from tests.unit.billing.test_http import Visitor


class Desk:
    """Staff before the pages, and the office behind them."""

    def __init__(self, office: AccountOffice, visitor: Visitor) -> None:
        self.office, self.visitor = office, visitor

    async def get(self, path: str, role: str = "office", status: int = 200) -> BeautifulSoup:
        answer = await self.visitor.client.get(path, headers=self.visitor.staff(role))
        assert answer.status_code == status, answer.text
        return BeautifulSoup(answer.text, "html.parser")

    async def post(self, path: str, data: dict[str, Any], role: str = "office") -> httpx.Response:
        headers = self.visitor.staff(role)
        return await self.visitor.client.post(path, data=data, headers=headers)

    async def work(self) -> None:
        office = self.office
        await work_charge_runs(
            books=office.books, gateway=office.gateway, clock=office.clock, own_accounts=False
        )


@asynccontextmanager
async def at_the_desk(office: AccountOffice) -> AsyncIterator[Desk]:
    """The pages over these books."""
    it = app(*ROUTERS, service="billing", pages=environment(TEMPLATES))
    it.state.parts = parts_of(office)
    transport = httpx.ASGITransport(it, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        yield Desk(office, Visitor(client))
