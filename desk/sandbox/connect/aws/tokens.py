"""Idempotency: the same ``ClientToken`` again gives the same answer, and does nothing."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import TokenReused

LIVES = {'connect.StartOutboundVoiceContact': timedelta(days=7)}
DEFAULT_LIFE = timedelta(days=1)  # assumed: AWS documents only the seven days of calls


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    asked: str
    answer: Json
    until: datetime


class Tokens:
    """Answers by operation and token, for as long as the token lives."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}

    def answer(self, key: str, request: Json, now: datetime) -> Json | None:
        """Return the answer that the request's token was given, if any.

        Raises:
            TokenReused: the token was used with another request.
        """
        kept = self._kept.get((key, str(request.get('ClientToken'))))
        if 'ClientToken' not in request or kept is None or kept.until <= now:
            return None
        if kept.asked != _asked(request):
            raise TokenReused('ClientToken was used with other parameters')
        return kept.answer

    def keep(self, key: str, request: Json, answer: Json, now: datetime) -> None:
        """Remember what a request with a token was answered."""
        if token := request.get('ClientToken'):
            until = now + LIVES.get(key, DEFAULT_LIFE)
            self._kept[key, str(token)] = _Kept(asked=_asked(request), answer=answer, until=until)


def _asked(request: Json) -> str:
    return json.dumps(request, sort_keys=True, default=str)
