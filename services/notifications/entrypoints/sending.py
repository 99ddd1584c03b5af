"""The senders: a few at a time, each with a lease, for as long as the service runs."""

import asyncio
from datetime import timedelta

import structlog
from prometheus_client import Counter, Gauge

from services.notifications.domain.mail import Mail
from services.notifications.usecases.ports import MailLog
from services.notifications.usecases.send_claimed_mail import PostOffice, send_claimed_mail

LEASE = timedelta(seconds=60)
"""Longer than minting (5 s), sending (10 s) and writing down together can take."""
IDLE_SECONDS = 0.5
log = structlog.get_logger()
_ended = Counter("doorstep_mails", "Mails by what became of them.", ["kind", "state"])
_under_way = Gauge("doorstep_mails_under_way", "Mails being sent at this moment.")


class Senders:
    """Claims due mails and sends at most `workers` of them at once."""

    def __init__(self, office: PostOffice, *, workers: int) -> None:
        """`workers` bounds how many mails one crash can send twice."""
        self._office = office
        self._free = asyncio.Semaphore(workers)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """For ever. Raises when the database goes away, and is started again."""
        try:
            while True:
                if not await self._send_next():
                    await asyncio.sleep(IDLE_SECONDS)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _send_next(self) -> bool:
        await self._free.acquire()
        try:
            mail = await self._claim(self._office.desks.reading.mails)
        except BaseException:
            self._free.release()
            raise
        if mail is None:
            self._free.release()
            return False
        task = asyncio.create_task(self._send(mail))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _claim(self, mails: MailLog) -> Mail | None:
        now = self._office.clock()
        return await mails.claim(now=now, lease_until=now + LEASE)

    async def _send(self, mail: Mail) -> None:
        try:
            with _under_way.track_inprogress():
                after = await send_claimed_mail(mail, self._office)
            _ended.labels(str(after.kind), str(after.state)).inc()
        except Exception:
            # One mail's trouble must not end the others'; its lease lapses and it is tried again.
            log.exception("a mail could not be handled", mail_id=mail.mail_id)
        finally:
            self._free.release()
