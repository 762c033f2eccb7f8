"""A server that parts with its sockets one after the other when it is told to stop.

uvicorn closes all sockets at once. During a roll-out that sends every page of a process to the remaining processes in the
same second, and each of them has to be drawn anew: with 200 pages the last one waits for many seconds. So on SIGTERM the
server first says that it is not ready, then closes its sockets at an even pace, while it goes on serving the others and all
requests. Only then it stops as uvicorn does. SIGINT, and a second signal, stop it at once.
"""

import asyncio
import signal
from types import FrameType

import structlog
import uvicorn
from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

log = structlog.get_logger()

SOCKETS_A_SECOND = 4.0
"""The slowest pace. Drawing a page anew costs the process it goes to a tenth of a second in all, beside 50 messages a second
(docs/scaling.md): at ten a second it was saturated, and its pages waited up to 9 s."""


class StopState:
    """Whether this process was told to stop: it should get no new work then."""

    def __init__(self) -> None:
        self.is_stopping = False


def pause_between(sockets: int, seconds: float) -> float:
    """Return the seconds between two closed sockets: even over ``seconds``, never slower than ``SOCKETS_A_SECOND``."""
    return min(1 / SOCKETS_A_SECOND, seconds / max(1, sockets))


class DrainingServer(uvicorn.Server):
    """A uvicorn server that drains on SIGTERM for at most ``drain_seconds``; 0 stops at once."""

    def __init__(
        self, config: uvicorn.Config, *, drain_seconds: float, stop_state: StopState
    ) -> None:
        super().__init__(config)
        self._drain_seconds = drain_seconds
        self._stop_state = stop_state
        self._in_haste = asyncio.Event()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig != signal.SIGTERM or self._stop_state.is_stopping:
            self._in_haste.set()
        self._stop_state.is_stopping = True
        super().handle_exit(sig, frame)

    @override
    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # uvicorn: of socket.socket
        if self._drain_seconds and not self._in_haste.is_set():
            await self._drain()
        await super().shutdown(sockets)  # type: ignore[arg-type]  # as above

    async def _drain(self) -> None:
        """Close the sockets that are open now, one after the other; those that come meanwhile are closed with the server."""
        parting = [one for one in self.server_state.connections if _is_socket(one)]
        pause = pause_between(len(parting), self._drain_seconds)
        log.info('draining', sockets=len(parting))
        for one in parting:
            if one in self.server_state.connections:
                one.shutdown()  # close code 1012, RFC 6455: the service restarts
            try:
                await asyncio.wait_for(self._in_haste.wait(), pause)
            except TimeoutError:
                continue
            return


def _is_socket(connection: object) -> bool:
    return isinstance(connection, WebSocketsSansIOProtocol)
