"""Idempotency: a repeated ``ClientToken`` gets the same answer, without effect.

Tokens survive a restart.
"""

import json
from datetime import datetime, timedelta

from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import TokenReused
from desk.sandbox.connect.world.state import KeptAnswer, State

LIVES = {'connect.StartOutboundVoiceContact': timedelta(days=7)}
DEFAULT_LIFE = timedelta(days=1)  # assumed: AWS documents only the seven days of calls


def known_answer(state: State, operation: str, request: Json, now: datetime) -> Json | None:
    """Return the earlier answer for the request's token, if any.

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
    """Store the answer for a request's token; expired ones are dropped, oldest first."""
    if not request.get('ClientToken'):
        return
    while state.answers and next(iter(state.answers.values())).until <= now:
        del state.answers[next(iter(state.answers))]
    key = _key(operation, request)
    state.answers.pop(key, None)  # an expired one moves to the end
    until = now + LIVES.get(operation, DEFAULT_LIFE)
    state.answers[key] = KeptAnswer(asked=_asked(request), answer=answer, until=until)


def _key(operation: str, request: Json) -> str:
    return f'{operation} {request.get("ClientToken")}'


def _asked(request: Json) -> str:
    return json.dumps(request, sort_keys=True, default=str)
