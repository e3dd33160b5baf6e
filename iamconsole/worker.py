"""gunicorn's threaded worker, but that a thread looks for the next request itself before it gives up a connection.

A program sends its calls one after the other on one connection. Handing that back to the main thread and on to the next
free one takes two changes of threads for each call; whoever asks again at once is spared them.
"""

from __future__ import annotations

import select
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]  # it has no stubs

# How long a thread stays with a connection that says nothing, in milliseconds, while nobody waits for a thread.
PATIENCE: Final = 2


class Worker(ThreadWorker):  # type: ignore[misc]  # for the same reason
    """A drop-in for `gthread`; whatever is not answered at once waits where it always did."""

    def get_thread_pool(self) -> ThreadPoolExecutor:
        self._threads = ThreadPoolExecutor(max_workers=self.cfg.threads)
        return self._threads

    def handle(self, conn: TConn) -> Any:
        """Answer requests of one connection for as long as they come at once; the last result is gunicorn's own."""
        while True:
            outcome = super().handle(conn)
            # Anything else than True ends the connection, or gives it back for another reason.
            if outcome is not True or not self._asks_again(conn):
                return outcome

    def _asks_again(self, conn: TConn) -> bool:
        if not self.alive or not self._threads._work_queue.empty():
            return False
        if conn.parser.unreader.buf.getvalue():
            return True
        poller = select.poll()
        poller.register(conn.sock, select.POLLIN)
        return bool(poller.poll(PATIENCE))
