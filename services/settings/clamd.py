"""Whether clamd, the virus scanner, answers and scans."""

from desk import clamd
from desk.errors import ConflictError, UpstreamError

SECONDS = 5.0
"""The longest that each of the two commands takes."""
HARMLESS = b'Nothing to be found here.'


async def ask_clamd(address: str) -> None:
    """Have clamd scan a harmless text; ``address`` is ``tcp://host:port`` or ``unix:///path``.

    Raises:
        UpstreamError: ``clamd.away``: it does not answer, or not in time.
        ConflictError: ``clamd.refused``: another program answers, or clamd cannot scan.
    """
    try:
        answers = (
            await clamd.ping(address, seconds=SECONDS),
            await clamd.scan(address, HARMLESS, seconds=SECONDS),
        )
    except (OSError, TimeoutError) as error:
        raise UpstreamError('clamd.away') from error
    except clamd.FAULTS as error:
        raise ConflictError('clamd.refused') from error
    if answers != (b'PONG', b'stream: OK'):
        raise ConflictError('clamd.refused')
