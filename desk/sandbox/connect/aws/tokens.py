"""Idempotency: the same ``ClientToken`` again gives the same answer, and does nothing. A restart forgets none."""

import json
from datetime import datetime, timedelta

from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import TokenReused
from desk.sandbox.connect.world.state import KeptAnswer, State

LIVES = {'connect.StartOutboundVoiceContact': timedelta(days=7)}
DEFAULT_LIFE = timedelta(days=1)  # assumed: AWS documents only the seven days of calls


def known_answer(state: State, operation: str, request: Json, now: datetime) -> Json | None:
    """Return the answer that the request's token was given, if any.

    Raises:
        TokenReused: the token was used with another request.
    """
    kept = state.answers.get(_key(operation, request))
    if 'ClientToken' not in request or kept is None or kept.until <= now:
        return None
    if kept.asked != _asked(request):
        raise TokenReused('ClientToken was used with other parameters')
    return kept.answer


def keep_answer(state: State, operation: str, request: Json, answer: Json, now: datetime) -> None:
    """Remember what a request with a token was answered; the oldest are dropped when their time is over."""
    if not request.get('ClientToken'):
        return
    while state.answers and next(iter(state.answers.values())).until <= now:
        del state.answers[next(iter(state.answers))]
    key = _key(operation, request)
    state.answers.pop(key, None)  # one whose time is over goes to the end
    until = now + LIVES.get(operation, DEFAULT_LIFE)
    state.answers[key] = KeptAnswer(asked=_asked(request), answer=answer, until=until)


def _key(operation: str, request: Json) -> str:
    return f'{operation} {request.get("ClientToken")}'


def _asked(request: Json) -> str:
    return json.dumps(request, sort_keys=True, default=str)
