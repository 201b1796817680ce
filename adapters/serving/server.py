"""Granian, ending event streams before it stops."""

import os
from contextlib import suppress
from typing import Any

from granian.server.mp import MPServer

from adapters.serving.streams import END_STREAMS


class Server(MPServer):
    """The main process: it serves nothing itself and looks after those that do."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        for serving in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(serving.inner.pid, END_STREAMS)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]
