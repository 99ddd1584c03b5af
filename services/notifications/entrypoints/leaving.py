"""Ends the open streams when the process is asked to stop.

The server waits for answers in progress before anything of ours is told that it stops; a live
stream never ends by itself, so every restart would take the whole grace period.
"""

import asyncio
import signal
import threading
from types import FrameType

from services.notifications.entrypoints.office import Waker


class StreamsFirst:
    """Hears the signal before the server does, and passes it on."""

    def __init__(self, waker: Waker) -> None:
        """Changes nothing before `run`."""
        self._waker = waker

    async def run(self) -> None:
        """For ever. Outside the main thread (in tests) there are no signals to hear."""
        if threading.current_thread() is threading.main_thread():
            self._listen(asyncio.get_running_loop())
        await asyncio.Event().wait()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            servers_own = signal.getsignal(number)
            if not callable(servers_own):
                continue

            def leave(signum: int, frame: FrameType | None, then: object = servers_own) -> None:
                loop.call_soon_threadsafe(self._waker.leave)
                if callable(then):
                    then(signum, frame)

            signal.signal(number, leave)
