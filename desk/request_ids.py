"""The id of the request that is being served: in every log line, in the answer, and in what reports of faults name.

The load balancer gives it, or the desk makes one. It lives in structlog's context, which every log line is merged with;
tasks that a request starts, and a page's whole socket, keep the id of their request.
"""

import re
from collections.abc import Iterable
from uuid import uuid4

from structlog.contextvars import bind_contextvars, get_contextvars

GIVEN = b'x-request-id'
AMAZONS = b'x-amzn-trace-id'
KEY = 'request_id'

_SAFE = re.compile(r'(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._:-]{15,63}', re.ASCII)
"""What a balancer makes: UUIDs, ULIDs, HAProxy's hexadecimal parts. A letter is required, so that no telephone, card or
resident number that somebody sends can enter the log as an id."""
_ROOT = re.compile(r'(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})\s*(?:;|$)', re.ASCII)
"""AWS X-Ray, tracing header: version, time and 96 random bits."""


def of_headers(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the id that came in ``X-Request-Id``, else in ``X-Amzn-Trace-Id``, else a new one.

    An id in any other form is not used: it goes into logs and answers.
    """
    given = {name: value.decode('latin-1') for name, value in headers if name in (GIVEN, AMAZONS)}
    own = given.get(GIVEN, '')
    if _SAFE.fullmatch(own):
        return own
    amazons = _ROOT.search(given.get(AMAZONS, ''))
    return amazons[1] if amazons else uuid4().hex


def bind(request_id: str) -> None:
    """Name the request that this task serves, until the task ends: the server logs its failure after all middlewares."""
    bind_contextvars(**{KEY: request_id})


def current() -> str:
    """Return the id of the request that is being served; empty outside of any."""
    return str(get_contextvars().get(KEY, ''))
