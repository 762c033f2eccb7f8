"""An agent in the softphone's format: state, configuration, and endpoints.

Names and types of states are the library's own constants. Not all of them were observed on a real
instance; assumptions are marked. Numbers are threads of amazon-connect-streams.
"""

from collections.abc import Iterator

from phonenumbers import region_codes_for_country_code

from desk.sandbox.connect.softphone.contact_words import contact_words, endpoint_words, queue_words
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.directory import AgentStatus
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.terms import (
    RINGING,
    TALKING,
    AgentContactState,
    Channel,
    LegKind,
    LegState,
    StatusType,
)

PERMISSIONS = ('outboundCall',)
STATE_TYPES = {
    StatusType.ROUTABLE: 'routable',
    StatusType.CUSTOM: 'not_routable',
    StatusType.OFFLINE: 'offline',
}
RINGS, DIALS, TALKS = 'PendingBusy', 'CallingCustomer', 'Busy'
WORKS_AFTER = 'AfterCallWork'
MISSED, UNNAMED = 'MissedCallAgent', 'Default'  # a missed callback has no own name (344)
NOT_REACHED, FAILED = 'FailedConnectCustomer', 'FailedConnectAgent'
NOT_CALLED_BACK = 'MissedCallCustomer'  # from the vendor's documentation
ERRORS = frozenset({MISSED, UNNAMED, NOT_REACHED, FAILED, NOT_CALLED_BACK})


def snapshot_words(world: World, agent: Agent) -> Json:
    """Return an agent's state, without the time: equal answers mean an equal state."""
    status = world.state.statuses[agent.status_id]
    following = world.state.statuses.get(agent.next_status_id or '')
    return {
        'state': _state_words(world, agent),
        'nextState': following and status_words(world, following, agent.next_status_since),
        'agentAvailabilityState': {'state': status.name, 'timeStamp': agent.status_since},
        'contacts': [contact_words(world, agent, held) for held in agent.assignments.values()],
    }


def status_words(world: World, status: AgentStatus, since: object = None) -> Json:
    """Return a status that can be chosen."""
    return {
        'agentStateARN': world.state.instance.arn_of('agent-state', status.id),
        'type': STATE_TYPES[status.type],
        'name': status.name,
        'startTimestamp': since,
    }


def configuration_words(world: World, agent: Agent) -> Json:
    """Return an agent's configuration."""
    instance, profile = world.state.instance, agent.profile
    routing = world.state.profiles[profile.routing_profile_id]
    return {
        'name': f'{profile.last_name}{profile.first_name}',
        'username': profile.username,
        'softphoneEnabled': not profile.desk_phone,
        'softphoneAutoAccept': Channel.VOICE in profile.auto_accepts,
        'extension': profile.desk_phone,
        'routingProfile': {
            'name': routing.name,
            'routingProfileARN': instance.arn_of('routing-profile', routing.id),
            'defaultOutboundQueue': queue_words(world, routing.outbound_queue_id),
            'channelConcurrencyMap': {
                channel.value: most for channel, most in routing.concurrency.items()
            },
        },
        'agentPreferences': {'LANGUAGE': 'ko_KR'} | profile.preferences,
        'agentARN': instance.arn_of('agent', agent.id),
    }


def queues_of(world: World, agent: Agent) -> list[Json]:
    """Return the queues of an agent's routing profile, and their own."""
    routing = world.state.profiles[agent.profile.routing_profile_id]
    served = dict.fromkeys(each.queue_id for each in routing.served)
    return [queue_words(world, queue_id) for queue_id in (*served, agent.queue_id)]


def endpoints(world: World) -> Iterator[Json]:
    """Yield the named endpoints that an agent can call. Here every queue has all quick connects."""
    for each in world.state.quick_connects.values():
        arn = world.state.instance.arn_of('transfer-destination', each.id)
        yield endpoint_words(world, each.endpoint) | {'endpointARN': arn}


def countries(world: World) -> list[str]:
    """Return the countries that may be called, by two-letter code."""
    return [
        region.lower()
        for prefix in world.state.dialling.countries
        for region in region_codes_for_country_code(int(prefix))
    ]


def _state_words(world: World, agent: Agent) -> Json:
    """Return the agent's state: the one that a call causes, else the chosen one."""
    calls = [held for held in agent.assignments.values() if held.channel is Channel.VOICE]
    if not calls:
        return status_words(world, world.state.statuses[agent.status_id], agent.status_since)
    held = min(calls, key=lambda held: not held.is_live)
    name = _system_state(world, held)
    return {
        'type': 'error' if name in ERRORS else 'system',  # assumed of AfterCallWork
        'name': name,
        'startTimestamp': (held.connected_at if held.state in TALKING else None) or held.since,
    }


def _system_state(world: World, held: Assignment) -> str:
    is_dialled = _is_dialled(world, held)
    if held.state in RINGING:
        return DIALS if is_dialled else RINGS
    if held.state in TALKING:
        return TALKS
    if held.state is AgentContactState.ENDED:
        return WORKS_AFTER
    is_callback = world.core.contact(held.contact_id).is_callback
    if held.state is AgentContactState.ERROR and is_dialled:
        return NOT_CALLED_BACK if is_callback else NOT_REACHED
    if held.state is AgentContactState.ERROR:
        return FAILED
    return UNNAMED if is_callback else MISSED


def _is_dialled(world: World, held: Assignment) -> bool:
    """Whether the agent's own call is ringing, or was not answered."""
    first = world.core.contact(held.contact_id).first_leg
    waits_or_failed = {LegState.CONNECTING, LegState.DISCONNECTED}
    return first is not None and first.kind is LegKind.OUTBOUND and first.state in waits_or_failed
