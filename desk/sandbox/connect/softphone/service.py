"""The service behind the softphone's worker: ``AmazonConnectCTIService`` over JSON 1.0.

A request is identified by its bearer token, parsed and checked by the library's own API model, and
answered by ``operations``. ``GetAgentSnapshot`` is a long poll: it is answered when the agent's
state differs from its token.
"""

import asyncio
import hashlib
import json
import time

import structlog
from botocore.model import StructureShape
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.sandbox.connect.aws import checking, paging, reading
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.faults import Trouble
from desk.sandbox.connect.softphone import errors
from desk.sandbox.connect.softphone.agent_words import snapshot_words
from desk.sandbox.connect.softphone.bell import Bell
from desk.sandbox.connect.softphone.errors import SoftphoneError
from desk.sandbox.connect.softphone.model import SoftphoneModel
from desk.sandbox.connect.softphone.operations import HANDLERS, Ask
from desk.sandbox.connect.softphone.sessions import Session, Sessions, agent_of
from desk.sandbox.connect.softphone.settling import Settling
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import Refusal
from desk.sandbox.connect.world.terms import Channel

log = structlog.get_logger()

POLL = 'GetAgentSnapshot'
POLL_SECONDS = 30.0
GAP_SECONDS = 0.04
"""An action's answer precedes the snapshot that shows it, as in Connect."""
MEDIA_TYPE = 'application/x-amz-json-1.0'


class Service:
    """Answers the softphones of one centre."""

    def __init__(self, centre: Centre, sessions: Sessions, model: SoftphoneModel) -> None:
        self._centre = centre
        self._sessions = sessions
        self._model = model
        self._changed = Bell()
        self._settling = Settling()
        self._shown: dict[str, dict[str, str]] = {}  # by token, as each poll was last answered
        centre.act_listeners.append(self._changed.ring)
        centre.faults.listeners.append(self._changed.ring)

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        name = request.headers.get('x-amz-target', '').partition('.')[2]
        token = request.headers.get('x-amz-bearer', '')
        body = await request.body()
        await self._centre.rest(self._centre.faults.plan.latency_seconds)
        try:
            answer = await self._answer(name, token, body, request.url.netloc)
        except SoftphoneError as error:
            return _error_response(error)
        except Exception:
            log.exception('softphone_operation_failed', operation=name)
            return _error_response(SoftphoneError(errors.FAILED, 'Internal failure'))
        return JSONResponse(answer, media_type=MEDIA_TYPE)

    async def _answer(self, name: str, token: str, body: bytes, host: str) -> Json:
        agent, session = self._admitted(token)
        operation = self._model.operation(name)
        if operation is None or (name not in HANDLERS and name != POLL):
            raise SoftphoneError(errors.UNKNOWN, f'{name} is not there')
        self._go_wrong(name)
        parameters = _read(operation.takes, body)
        if name == POLL:
            answer = await self._poll(token, parameters)
        else:
            answer = self._act(name, agent, session, parameters, host)
        written: Json = reading.written(operation.answers, answer)
        return written

    def _admitted(self, token: str) -> tuple[Agent, Session]:
        """Return the agent of a request.

        Raises:
            SoftphoneError: not signed in, or not allowed to use a softphone.
        """
        session = self._sessions.at(token)
        agent = agent_of(self._centre.world, session)
        if session is None or agent is None:
            raise SoftphoneError(errors.UNAUTHORIZED, 'The session is over')
        username = agent.profile.username
        if self._centre.faults.has(Trouble.SIGNED_OUT, username):
            raise SoftphoneError(errors.UNAUTHORIZED, 'The session is over')
        if self._centre.faults.has(Trouble.DENIED, username):
            raise SoftphoneError(errors.DENIED, 'The security profile has no access to the CCP')
        return agent, session

    def _go_wrong(self, name: str) -> None:
        fault = self._centre.faults.due(f'softphone.{name[0].lower()}{name[1:]}')
        if fault is not None:
            raise SoftphoneError(fault.error, fault.message)
        if self._centre.faults.plan.throttling:
            raise SoftphoneError(errors.THROTTLED, 'Rate exceeded')

    def _act(self, name: str, agent: Agent, session: Session, parameters: Json, host: str) -> Json:
        with self._centre.acting() as world:
            ask = Ask(
                world=world,
                agent=agent,
                parameters=parameters,
                socket_url=f'wss://{host}/softphone/socket?session={session.id}',
                renew=lambda: self._sessions.issue(session),
                settling=self._settling,
            )
            try:
                return HANDLERS[name](ask)
            except Refusal as refusal:
                raise errors.refused(refusal) from refusal
            except paging.BadToken as bad:
                raise SoftphoneError('PaginationException', str(bad)) from bad

    async def _poll(self, token: str, parameters: Json) -> Json:
        """Return the agent's snapshot when it has changed or time is up."""
        patience = min(POLL_SECONDS, parameters.get('timeout', 0) / 1_000)
        until = time.monotonic() + patience
        while True:
            agent, _ = self._admitted(token)
            if wait := self._settling.seconds_left(agent.id):
                await asyncio.sleep(wait)
                continue
            is_dead = self._centre.faults.has(Trouble.DEAD_POLL, agent.profile.username)
            snapshot, version = self._snapshot(agent, token)
            left = until - time.monotonic()
            is_news = version != parameters.get('nextToken') or left <= 0
            if self._centre.is_closing or (is_news and not is_dead):
                self._shown[token] = _offers(snapshot)
                return {'snapshot': snapshot, 'nextToken': version}
            if await self._changed.heard(POLL_SECONDS if is_dead else left):
                await asyncio.sleep(GAP_SECONDS)

    def _snapshot(self, agent: Agent, token: str) -> tuple[Json, str]:
        """Return an agent's snapshot and its version.

        A contact that was cleared and is offered again at once is left out of one snapshot, so that
        the library sees it end before it begins again.
        """
        world = self._centre.world
        _take_places(world, agent)
        words = snapshot_words(world, agent)
        shown, now = self._shown.get(token, {}), _offers(words)
        words['contacts'] = [
            each
            for each in words['contacts']
            if shown.get(each['contactId']) in {None, now[each['contactId']]}
        ]
        version = hashlib.sha256(json.dumps(words, default=str).encode()).hexdigest()[:24]
        return words | {'snapshotTimestamp': world.now}, version


def _offers(snapshot: Json) -> dict[str, str]:
    """Return the agent's connection of each contact: a new connection means a new offer."""
    return {
        each['contactId']: each['connections'][0]['connectionId'] for each in snapshot['contacts']
    }


def _take_places(world: World, agent: Agent) -> None:
    """Add the agent to their chats: the library needs a participant while they still ring."""
    for held in agent.assignments.values():
        if held.channel is Channel.CHAT and held.is_live:
            world.rooms.place_of(world.core.contact(held.contact_id), agent)


def _read(shape: StructureShape, body: bytes) -> Json:
    """Return the checked parameters of a request."""
    try:
        parameters = reading.read_body(shape, body)
    except reading.Unreadable as error:
        raise SoftphoneError(errors.VALIDATION, str(error)) from error
    if lacking := next(checking.lacking(shape, parameters), None):
        raise SoftphoneError(errors.VALIDATION, lacking)
    return parameters


def _error_response(error: SoftphoneError) -> Response:
    body = {'__type': error.name, 'message': error.message}
    headers = {'x-amzn-ErrorType': error.name}
    return JSONResponse(body, error.status, headers, MEDIA_TYPE)
