"""A contact in the softphone's format: as its agent has it, with its connections.

Numbers are threads of amazon-connect-streams in which the service's users and its vendor describe
the behaviour.
"""

import json
from uuid import NAMESPACE_URL, uuid5

from desk.sandbox.connect.seed import SYSTEM_NUMBER
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.room import Participant
from desk.sandbox.connect.world.terms import (
    FAILED,
    RINGING,
    TALKING,
    AgentContactState,
    Channel,
    EndpointType,
    Initiation,
    LegKind,
    LegState,
    Role,
)

STATES = {
    AgentContactState.INCOMING: 'incoming',
    AgentContactState.CONNECTING: 'connecting',
    AgentContactState.CONNECTED: 'connected',
    AgentContactState.CONNECTED_ONHOLD: 'connected',
    AgentContactState.MISSED: 'error',  # 551, 658, 977, 1039; of chats 272, 391
    AgentContactState.REJECTED: 'rejected',
    AgentContactState.ERROR: 'error',
    AgentContactState.ENDED: 'ended',
}
UNNAMED = {'type': 'phone_number', 'phoneNumber': 'INTERNAL-TRANSFER'}
"""The endpoint for internal targets, agents and queues (876; the vendor, 2024-08)."""
NOWHERE = 'softphone'  # a context token without media


def contact_words(world: World, agent: Agent, held: Assignment) -> Json:
    """Return an agent's contact."""
    contact = world.core.contact(held.contact_id)
    is_monitored = contact.initiation is Initiation.MONITOR
    return {
        'contactId': contact.id,
        'initialContactId': contact.initial_id or None,
        'relatedContactId': contact.related_id,
        'contactAssociationId': contact.root_id,
        'type': _type(contact),
        'state': {'type': _state(held), 'timestamp': _since(held)},
        'queue': queue_words(world, held.queue_id) if held.queue_id and not is_monitored else None,
        'queueTimestamp': contact.enqueued_at,
        'connections': _connections(world, agent, contact, held),
        'attributes': {
            name: {'name': name, 'value': value} for name, value in contact.attributes.items()
        },
        'name': contact.name or None,
        'description': contact.description or None,
        'references': {name: _reference(each) for name, each in contact.references.items()},
        'initiationMethod': contact.initiation.value.lower(),
        'contactFeatures': {
            'attachmentsEnabled': contact.channel is Channel.CHAT,
            'messagingMarkdownEnabled': False,
            'multiPartyConferenceEnabled': contact.channel is Channel.VOICE,
        },
        'segmentAttributes': {
            name: {'ValueString': value} for name, value in contact.segment_attributes.items()
        },
        **_numbers(contact),
    }


def queue_words(world: World, queue_id: str) -> Json:
    """Return a queue."""
    arn = world.state.instance.arn_of('queue', queue_id)
    return {'queueARN': arn, 'name': world.state.queues[queue_id].name}


def endpoint_words(world: World, endpoint: Endpoint) -> Json:
    """Return an endpoint."""
    words: Json = {'type': endpoint.type.value, 'name': endpoint.name or None}
    if endpoint.type is EndpointType.PHONE_NUMBER:
        return words | {'phoneNumber': endpoint.phone_number}
    if endpoint.type is EndpointType.QUEUE:
        return words | {'queue': queue_words(world, endpoint.queue_id)}
    username = world.core.agent(endpoint.user_id).profile.username
    arn = world.state.instance.arn_of('agent', endpoint.user_id)
    return words | {'agentLogin': username, 'endpointARN': arn}


def own_connection_id(world: World, contact: Contact, agent: Agent) -> str:
    """Return the id of an agent's connection to a chat or a task: for a chat, the participant's."""
    place = _place(world, contact, agent)
    return place.id if place else str(uuid5(NAMESPACE_URL, f'{contact.id}/{agent.id}'))


def _type(contact: Contact) -> str:
    return 'queue_callback' if contact.is_callback else contact.channel.value.lower()


def _state(held: Assignment) -> str:
    """Return the contact's state for the agent. For a missed task it is assumed."""
    is_missed_task = (held.channel, held.state) == (Channel.TASK, AgentContactState.MISSED)
    return 'missed' if is_missed_task else STATES[held.state]


def _since(held: Assignment) -> object:
    """Return the time of the contact's state; a hold is not a state of a contact."""
    return (held.connected_at if held.state in TALKING else None) or held.since


def _reference(reference: dict[str, str]) -> Json:
    return {f'{name[0].lower()}{name[1:]}': value for name, value in reference.items()}


def _numbers(contact: Contact) -> Json:
    if contact.channel is not Channel.VOICE or not contact.customer_number:
        return {}
    return {
        'customerEndpoint': {'type': 'phone_number', 'phoneNumber': contact.customer_number},
        'connectSystemEndpoint': {'type': 'phone_number', 'phoneNumber': SYSTEM_NUMBER},
    }


def _connections(world: World, agent: Agent, contact: Contact, held: Assignment) -> list[Json]:
    if contact.channel is Channel.CHAT:
        return _chat_connections(world, agent, contact, held)
    if contact.channel is Channel.TASK:
        own_id = own_connection_id(world, contact, agent)
        return [_connection(own_id, 'agent', _own_state(held), is_initial=True)]
    if contact.agent_id != agent.id:
        return _remains(world, contact, held)
    is_monitored = contact.initiation is Initiation.MONITOR
    left = {leg.id for leg in contact.left}  # still talking, as the agent left them (868, 215)
    ends = [*(leg for leg in contact.legs if leg.id not in left), *contact.left]
    return [
        _leg_words(world, agent, contact, leg)
        for leg in ends
        if not (is_monitored and leg.kind is LegKind.AGENT)
    ]


def _leg_words(world: World, agent: Agent, contact: Contact, leg: Leg) -> Json:
    state = {'type': leg.state.value, 'timestamp': leg.since}
    words = _connection(leg.id, leg.kind.value, state, is_initial=leg.is_initial)
    endpoint = leg.endpoint or _caller(world, contact)
    is_third = not leg.is_initial and leg.kind is LegKind.OUTBOUND
    is_within = is_third and endpoint and endpoint.type is not EndpointType.PHONE_NUMBER
    return words | {
        'endpoint': UNNAMED if is_within else endpoint and endpoint_words(world, endpoint),
        'softphoneMediaInfo': _media(agent) if leg.kind is LegKind.AGENT else None,
        'mute': leg.is_muted,
        'quickConnectName': (endpoint.name or None) if endpoint and is_third else None,
        'monitorStatus': _monitor_status(leg),
    }


def _remains(world: World, contact: Contact, held: Assignment) -> list[Json]:
    """Return the ends of a call that continues with another agent: all disconnected, for this one."""
    down = {'type': LegState.DISCONNECTED.value, 'timestamp': held.since}
    legs = [_connection(held.leg_id, 'agent', down, is_initial=False)]
    if (first := contact.first_leg) is not None:
        words = _connection(first.id, first.kind.value, down, is_initial=True)
        endpoint = first.endpoint or _caller(world, contact)
        legs.append(words | {'endpoint': endpoint and endpoint_words(world, endpoint)})
    return legs


def _caller(world: World, contact: Contact) -> Endpoint | None:
    """Return the other party of a contact that a colleague began: the customer, else the colleague."""
    if contact.customer_number:
        return Endpoint(type=EndpointType.PHONE_NUMBER, phone_number=contact.customer_number)
    colleague_id = contact.upstream_id and world.core.contact(contact.upstream_id).agent_id
    return Endpoint(type=EndpointType.AGENT, user_id=colleague_id) if colleague_id else None


def _media(agent: Agent) -> Json | None:
    """Return the media of a softphone call. There is no audio: the tokens are dummies."""
    if agent.profile.desk_phone:
        return None
    return {
        'callType': 'audio_only',
        'autoAccept': Channel.VOICE in agent.profile.auto_accepts,
        'mediaLegContextToken': NOWHERE,
        'callContextToken': NOWHERE,
        'callConfigJson': '{}',
    }


def _monitor_status(leg: Leg) -> str | None:
    return leg.state.value.upper() if leg.kind is LegKind.MONITORING else None


def _chat_connections(world: World, agent: Agent, contact: Contact, held: Assignment) -> list[Json]:
    room = world.rooms.of(contact)
    customer = next((p for p in room.participants.values() if p.role is Role.CUSTOMER), None)
    place = _place(world, contact, agent)
    named = {'customerName': customer.name if customer else ''}
    media = named | {
        'chatAutoAccept': Channel.CHAT in agent.profile.auto_accepts,
        'connectionData': json.dumps(
            {'ConnectionAuthenticationToken': place.token if place else ''}
        ),
    }
    own_id = own_connection_id(world, contact, agent)
    mine = _connection(own_id, 'agent', _own_state(held), is_initial=False)
    is_there = customer is not None and customer.left_at is None and room.ended_at is None
    state = _customer_state(held, is_there=is_there)
    theirs = _connection(customer.id if customer else room.id, 'inbound', state, is_initial=True)
    return [mine | {'chatMediaInfo': media}, theirs | {'chatMediaInfo': named}]


def _place(world: World, contact: Contact, agent: Agent) -> Participant | None:
    """Return the agent's newest participant in a chat, still present or not."""
    room = world.state.rooms.get(contact.room_id or '')
    places = [p for p in room.participants.values() if p.agent_id == agent.id] if room else []
    return places[-1] if places else None


def _own_state(held: Assignment) -> Json:
    """Return the state of the agent's connection to a chat or task; it shows a rejection (977, 1005)."""
    if held.state is AgentContactState.REJECTED:
        return {'type': STATES[held.state], 'timestamp': held.since}
    return _plain_state(held)


def _customer_state(held: Assignment, *, is_there: bool) -> Json:
    """Return the state of the customer's connection: connected although the agent missed the chat (391).

    For a rejected chat the same is assumed.
    """
    if held.state in FAILED and is_there:
        return {'type': LegState.CONNECTED.value, 'timestamp': held.since}
    return _plain_state(held)


def _plain_state(held: Assignment) -> Json:
    """Return the state of a connection that follows its contact's."""
    if held.state in RINGING:
        return {'type': LegState.CONNECTING.value, 'timestamp': held.since}
    state = LegState.CONNECTED if held.state in TALKING else LegState.DISCONNECTED
    return {'type': state.value, 'timestamp': _since(held)}


def _connection(connection_id: str, kind: str, state: Json, *, is_initial: bool) -> Json:
    return {'connectionId': connection_id, 'type': kind, 'state': state, 'initial': is_initial}
