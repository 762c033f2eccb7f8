"""The hand of whoever tests: acts for customers and agents, moves the clock, keeps and brings back the whole centre.

A JSON interface under ``/_sandbox`` until the softphone and the control page stand beside it; both will call the same
acts of the world. It is for the same machine only, like all of the sandbox.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.faults import ErrorFault, FaultChange
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotThere, Refusal
from desk.sandbox.connect.world.terms import Channel, EndpointType, Role

Act = Callable[[World, Agent, Json], Json]


class Hand:
    """The routes under ``/_sandbox``."""

    def __init__(self, centre: Centre, aws: AwsSide) -> None:
        self._centre = centre
        self._aws = aws

    def routes(self) -> list[Route]:
        """Return what is served."""
        return [
            Route('/_sandbox/health', self._health),
            Route('/_sandbox/state', self._state, methods=['GET', 'PUT', 'DELETE']),
            Route('/_sandbox/clock', self._clock, methods=['POST']),
            Route('/_sandbox/events', self._events),
            Route('/_sandbox/throttles', self._throttles, methods=['PUT']),
            Route('/_sandbox/faults', self._faults, methods=['PUT']),
            Route('/_sandbox/sockets', self._cut, methods=['DELETE']),
            Route('/_sandbox/dialling', self._dialling, methods=['PUT']),
            Route('/_sandbox/calls', self._call, methods=['POST']),
            Route('/_sandbox/callbacks', self._callback, methods=['POST']),
            Route('/_sandbox/contacts/{contact_id}/hang-up', self._hang_up, methods=['POST']),
            Route('/_sandbox/contacts/{contact_id}/say', self._say, methods=['POST']),
            Route('/_sandbox/agents/{username}', self._agent, methods=['PATCH']),
            Route('/_sandbox/agents/{username}/{verb}', self._act, methods=['POST']),
        ]

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({'now': self._centre.clock.now().isoformat()})

    async def _state(self, request: Request) -> Response:
        if request.method == 'GET':
            self._centre.pass_time()
            return Response(self._centre.snapshot(), media_type='application/json')
        if request.method == 'PUT':
            try:
                self._centre.restore(await request.body())
            except ValueError:
                return JSONResponse({'message': 'This is no snapshot'}, 400)
        else:
            self._centre.start_over()
        self._aws.forget()
        return Response(status_code=204)

    async def _clock(self, request: Request) -> Response:
        asked = await _body(request)
        if asked.get('held') is True:
            self._centre.clock.hold()
        if asked.get('held') is False:
            self._centre.clock.release()
        self._centre.clock.advance(timedelta(seconds=max(0.0, float(asked.get('advance', 0)))))
        self._centre.pass_time()
        return JSONResponse({'now': self._centre.clock.now().isoformat()})

    async def _events(self, _request: Request) -> Response:
        self._centre.pass_time()
        return JSONResponse(list(self._centre.events))

    async def _throttles(self, request: Request) -> Response:
        self._aws.throttles.on = bool((await _body(request)).get('on'))
        self._aws.throttles.reset()
        return Response(status_code=204)

    async def _faults(self, request: Request) -> Response:
        asked = await _body(request)
        self._centre.faults.change(FaultChange(latency_seconds=float(asked.get('latency', 0))))
        if asked.get('operation'):
            self._centre.faults.add(
                ErrorFault(
                    operation=asked['operation'],
                    error=asked['error'],
                    times=int(asked.get('times', 1)),
                )
            )
        return Response(status_code=204)

    async def _cut(self, _request: Request) -> Response:
        """Close every chat socket."""
        self._centre.faults.cut_sockets()
        return Response(status_code=204)

    async def _dialling(self, request: Request) -> Response:
        """Say which numbers never answer, and which must not be called."""
        asked = await _body(request)
        dialling = self._centre.world.state.dialling
        dialling.silent_numbers = list(asked.get('silent', []))
        dialling.forbidden_numbers = list(asked.get('forbidden', []))
        return Response(status_code=204)

    async def _call(self, request: Request) -> Response:
        asked = await _body(request)
        return self._acted(lambda world: {'id': world.arrivals.ring(*_caller(asked)).id})

    async def _callback(self, request: Request) -> Response:
        asked = await _body(request)
        return self._acted(lambda world: {'id': world.arrivals.call_back(*_caller(asked)).id})

    async def _hang_up(self, request: Request) -> Response:
        contact_id = request.path_params['contact_id']
        return self._acted(lambda world: world.calls.customer_leaves(contact_id))

    async def _say(self, request: Request) -> Response:
        """Let the customer or the agent of a call say something."""
        asked = await _body(request)
        contact_id = request.path_params['contact_id']
        return self._acted(
            lambda world: world.calls.say(contact_id, Role(asked['role']), asked['text'])
        )

    async def _agent(self, request: Request) -> Response:
        """Set what an agent accepts by itself, and how long after-contact work may take."""
        asked = await _body(request)

        def set_up(world: World) -> None:
            profile = _agent(world, request.path_params['username']).profile
            if 'auto_accepts' in asked:
                profile.auto_accepts = tuple(Channel(each) for each in asked['auto_accepts'])
            if 'after_work_seconds' in asked:
                seconds = int(asked['after_work_seconds'])
                profile.after_work_seconds = dict.fromkeys(Channel, seconds)

        return self._acted(set_up)

    async def _act(self, request: Request) -> Response:
        asked = await _body(request)
        act = ACTS.get(request.path_params['verb'])
        if act is None:
            return JSONResponse({'message': f'Agents can {", ".join(ACTS)}'}, 404)
        return self._acted(
            lambda world: act(world, _agent(world, request.path_params['username']), asked)
        )

    def _acted(self, act: Callable[[World], Any]) -> Response:
        try:
            with self._centre.acting() as world:
                answer = act(world)
        except NotThere as refusal:
            return JSONResponse({'message': str(refusal)}, 404)
        except (Refusal, KeyError, ValueError) as refusal:
            return JSONResponse({'message': f'{type(refusal).__name__}: {refusal}'}, 409)
        return JSONResponse(answer or {})


async def _body(request: Request) -> Json:
    return dict(await request.json()) if await request.body() else {}


def _caller(asked: Json) -> tuple[str, Wish]:
    wish = Wish(
        queue_id=asked['queue_id'],
        name=asked.get('name', ''),
        attributes=asked.get('attributes', {}),
    )
    return asked['number'], wish


def _agent(world: World, username: str) -> Agent:
    for agent in world.state.agents.values():
        if agent.profile.username == username:
            return agent
    raise NotThere(f'There is no {username}')


def _endpoint(asked: Json) -> Endpoint:
    return Endpoint(
        type=EndpointType(asked['type']),
        phone_number=asked.get('phone_number', ''),
        user_id=asked.get('user_id', ''),
        queue_id=asked.get('queue_id', ''),
    )


def _contact_id(asked: Json) -> str:
    return str(asked['contact_id'])


def _legs(world: World, asked: Json) -> Json:
    """Return the ends of a contact: what ``hold``, ``resume`` and ``drop`` name."""
    legs = world.core.contact(_contact_id(asked)).legs
    return {'legs': [{'id': leg.id, 'kind': leg.kind, 'state': leg.state} for leg in legs]}


def _done(act: Callable[..., object]) -> Json:
    act()
    return {}


ACTS: dict[str, Act] = {
    'accept': lambda w, a, j: _done(lambda: w.hands.accept(a, _contact_id(j))),
    'reject': lambda w, a, j: _done(lambda: w.hands.reject(a, _contact_id(j))),
    'clear': lambda w, a, j: _done(lambda: w.hands.clear(a, _contact_id(j))),
    'end': lambda w, a, j: _done(lambda: w.end_for_agent(a.id, _contact_id(j))),
    'hold': lambda w, a, j: _done(lambda: w.calls.hold(a, _contact_id(j), j['leg_id'])),
    'resume': lambda w, a, j: _done(lambda: w.calls.resume(a, _contact_id(j), j['leg_id'])),
    'drop': lambda w, a, j: _done(lambda: w.calls.drop(a, _contact_id(j), j['leg_id'])),
    'swap': lambda w, a, j: _done(lambda: w.calls.swap(a, _contact_id(j))),
    'conference': lambda w, a, j: _done(lambda: w.calls.conference(a, _contact_id(j))),
    'add': lambda w, a, j: {'id': w.calls.add(a, _contact_id(j), _endpoint(j)).id},
    'call': lambda w, a, j: {'id': w.calls.call(a, _endpoint(j)).id},
    'transfer': lambda w, a, j: {
        'id': w.arrivals.transfer_chat(a, _contact_id(j), _endpoint(j)).id
    },
    'legs': lambda w, _a, j: _legs(w, j),
    'token': lambda w, a, j: {'token': _participant_token(w, a, _contact_id(j))},
}


def _participant_token(world: World, agent: Agent, contact_id: str) -> str:
    """Return the token with which the agent takes part in a chat: what the softphone is given."""
    room = world.rooms.of(world.core.talking(agent, contact_id))
    for participant in room.present:
        if participant.agent_id == agent.id:
            return participant.token
    raise NotThere('The agent is not in the chat')
