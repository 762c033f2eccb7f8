"""Pages of long answers.

A token is opaque to clients: it names the list, the position and the expiry.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from desk.sandbox.connect.world.events import Json

T = TypeVar('T')
DEFAULT_SIZE = 100
TOKEN_LIFE = timedelta(minutes=5)  # GetCurrentMetricData: five minutes; assumed for the others


class BadToken(ValueError):  # noqa: N818 - clear without the suffix
    """The token belongs to another list, has expired, or is invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The request for a page, and its time."""

    list_name: str
    now: datetime


def page(items: Sequence[T], request: Json, place: Place) -> tuple[list[T], str | None]:
    """Return the requested page, and the token of the next.

    Raises:
        BadToken: ``NextToken`` does not belong to this list, or has expired.
    """
    size = int(request.get('MaxResults') or DEFAULT_SIZE)
    start = _start(request['NextToken'], place) if request.get('NextToken') else 0
    end = start + size
    return list(items[start:end]), _token(end, place) if end < len(items) else None


def _token(start: int, place: Place) -> str:
    words = [place.list_name, start, (place.now + TOKEN_LIFE).timestamp()]
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode()


def _start(token: str, place: Place) -> int:
    try:
        name, start, until = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error, TypeError) as error:
        raise BadToken('NextToken is not valid') from error
    if name != place.list_name or until <= place.now.timestamp():
        raise BadToken('NextToken is not valid')
    return int(start)
