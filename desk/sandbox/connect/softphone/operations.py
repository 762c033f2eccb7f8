"""What each operation of the softphone does, in the world. Names are those of the library's API model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from desk import clock
from desk.sandbox.connect.aws import paging
from desk.sandbox.connect.aws.operations.call import bare
from desk.sandbox.connect.softphone import agent_words
from desk.sandbox.connect.softphone.contact_words import own_connection_id
from desk.sandbox.connect.softphone.errors import BAD_ENDPOINT, INVALID_STATE, SoftphoneError
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotThere
from desk.sandbox.connect.world.terms import (
    CLEARABLE,
    Channel,
    EndpointType,
    LegKind,
    LegState,
)

T = TypeVar('T')
SOCKET_SECONDS = 3_540  # 59 minutes, as those of chats; the library refuses less than 300
TOKEN_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request of one agent, read and checked."""

    world: World
    agent: Agent
    parameters: Json
    socket_url: str
    renew: Callable[[], str]

    @property
    def contact_id(self) -> str:
        """Return which contact is meant."""
        return str(self.parameters['contactId'])

    @property
    def leg_id(self) -> str:
        """Return which connection is meant."""
        return str(self.parameters['connectionId'])

    def page(self, items: Sequence[T], name: str) -> Json:
        """Return the page that is asked for under a name, and the token of the next."""
        wanted = {
            'MaxResults': self.parameters.get('maxResults'),
            'NextToken': self.parameters.get('nextToken'),
        }
        place = paging.Place(list_name=name, now=self.world.now)
        found, token = paging.page(items, wanted, place)
        return {name: found, 'nextToken': token}


def get_agent_configuration(ask: Ask) -> Json:
    """Answer with how the agent is set up."""
    return {'configuration': agent_words.configuration_words(ask.world, ask.agent)}


def update_agent_configuration(ask: Ask) -> Json:
    """Let the agent use the softphone or a desk phone, and accept calls by themselves or not."""
    wanted, profile = ask.parameters['configuration'], ask.agent.profile
    if not wanted['softphoneEnabled'] and not wanted['extension']:
        raise SoftphoneError('InvalidConfigurationException', 'A desk phone needs its number')
    profile.desk_phone = '' if wanted['softphoneEnabled'] else wanted['extension']
    profile.preferences = dict(wanted.get('agentPreferences') or {})
    others = [channel for channel in profile.auto_accepts if channel is not Channel.VOICE]
    voice = [Channel.VOICE] if wanted['softphoneAutoAccept'] else []
    profile.auto_accepts = (*voice, *others)
    return {}


def get_agent_permissions(ask: Ask) -> Json:
    """Answer with what the agent may do."""
    return ask.page(agent_words.PERMISSIONS, 'permissions')


def get_agent_states(ask: Ask) -> Json:
    """Answer with the statuses that the agent can choose."""
    statuses = ask.world.state.statuses.values()
    words = [agent_words.status_words(ask.world, status) for status in statuses]
    return ask.page(words, 'states')


def get_dialable_country_codes(ask: Ask) -> Json:
    """Answer with the countries that may be called."""
    return ask.page(agent_words.countries(ask.world), 'countryCodes')


def get_routing_profile_queues(ask: Ask) -> Json:
    """Answer with the queues that the agent serves."""
    return ask.page(agent_words.queues_of(ask.world, ask.agent), 'queues')


def get_endpoints(ask: Ask) -> Json:
    """Answer with whom the agent can call by name."""
    for arn in ask.parameters['queueARNs']:
        ask.world.routing.queue(bare(arn))
    return ask.page(list(agent_words.endpoints(ask.world)), 'endpoints')


def put_agent_state(ask: Ask) -> Json:
    """Set the agent's state, or the next one.

    With a live contact only the next state can be chosen. In the after-contact work of the only contact the contact
    is cleared, as users of the service report.
    """
    arn = ask.parameters['state'].get('agentStateARN') or ''
    status_id = bare(arn)
    if status_id not in ask.world.state.statuses:
        raise SoftphoneError(INVALID_STATE, 'This state cannot be chosen')
    held = list(ask.agent.assignments.values())
    is_live = any(each.is_live for each in held)
    if is_live and not ask.parameters.get('enqueueNextState'):
        raise SoftphoneError(INVALID_STATE, 'The agent has a contact: choose it as the next state')
    if len(held) == 1 and held[0].state in CLEARABLE:
        ask.world.hands.choose_status(ask.agent, status_id)
        ask.world.hands.clear(ask.agent, held[0].contact_id)
    else:
        ask.world.hands.choose_status(ask.agent, status_id)
    return {}


def accept_contact(ask: Ask) -> Json:
    """Take what rings."""
    ask.world.hands.accept(ask.agent, ask.contact_id)
    return {}


def reject_contact(ask: Ask) -> Json:
    """Refuse what rings."""
    ask.world.hands.reject(ask.agent, ask.contact_id)
    return {}


def clear_contact(ask: Ask) -> Json:
    """Let go of what is over."""
    ask.world.hands.clear(ask.agent, ask.contact_id)
    return {}


def complete_contact(ask: Ask) -> Json:
    """End a task or a chat and let go of it."""
    ask.world.end_for_agent(ask.agent.id, ask.contact_id)
    ask.world.hands.clear(ask.agent, ask.contact_id)
    return {}


def create_outbound_contact(ask: Ask) -> Json:
    """Call a number or a colleague."""
    queue_id = bare(ask.parameters.get('queueARN') or '')
    contact = ask.world.calls.call(ask.agent, _endpoint(ask), queue_id=queue_id)
    contact.related_id = ask.parameters.get('relatedContactId')
    return {}


def create_additional_connection(ask: Ask) -> Json:
    """Call somebody else into a call, or move a chat or a task to them."""
    contact, endpoint = ask.world.core.contact(ask.contact_id), _endpoint(ask)
    if contact.channel is Channel.VOICE:
        ask.world.calls.add(ask.agent, contact.id, endpoint)
    elif contact.channel is Channel.CHAT:
        ask.world.arrivals.transfer_chat(ask.agent, contact.id, endpoint)
    else:
        ask.world.core.talking(ask.agent, contact.id)
        flow_id = next(iter(ask.world.state.flows))
        ask.world.arrivals.transfer_task(contact.id, endpoint, flow_id)
    return {}


def create_task_contact(ask: Ask) -> Json:
    """Give somebody a task, now or later."""
    asked, endpoint = ask.parameters, _endpoint(ask)
    wish = Wish(
        queue_id=ask.world.arrivals.queue_of(endpoint),
        name=asked['name'],
        description=asked.get('description', ''),
        references={name: _reference(each) for name, each in asked.get('references', {}).items()},
        previous_id=asked.get('previousContactId'),
        related_id=asked.get('relatedContactId'),
    )
    return {'contactId': ask.world.arrivals.task(wish).id}


def destroy_connection(ask: Ask) -> Json:
    """Hang up on somebody, or leave; a chat and a task have only the agent to leave."""
    contact = ask.world.core.contact(ask.contact_id)
    leg = next((leg for leg in contact.legs if leg.id == ask.leg_id), None)
    is_own = ask.leg_id == own_connection_id(ask.world, contact, ask.agent)
    if is_own or (leg is not None and leg.kind is LegKind.MONITORING):
        ask.world.end_for_agent(ask.agent.id, contact.id)
    else:
        ask.world.calls.drop(ask.agent, contact.id, ask.leg_id)
    return {}


def hold_connection(ask: Ask) -> Json:
    """Let somebody wait."""
    ask.world.calls.hold(ask.agent, ask.contact_id, ask.leg_id)
    return {}


def resume_connection(ask: Ask) -> Json:
    """Talk to who was waiting."""
    ask.world.calls.resume(ask.agent, ask.contact_id, ask.leg_id)
    return {}


def toggle_active_connections(ask: Ask) -> Json:
    """Let who waits and who talks change places."""
    ask.world.calls.swap(ask.agent, ask.contact_id)
    return {}


def conference_connections(ask: Ask) -> Json:
    """Let all talk to all."""
    ask.world.calls.conference(ask.agent, ask.contact_id)
    return {}


def mute_participant(ask: Ask) -> Json:
    """Let somebody not be heard."""
    ask.world.calls.mute(ask.agent, ask.contact_id, ask.leg_id, muted=True)
    return {}


def unmute_participant(ask: Ask) -> Json:
    """Let somebody be heard again."""
    ask.world.calls.mute(ask.agent, ask.contact_id, ask.leg_id, muted=False)
    return {}


def send_digits(ask: Ask) -> Json:
    """Press keys towards somebody."""
    digits = str(ask.parameters['digits'])
    ask.world.calls.send_digits(ask.agent, ask.contact_id, ask.leg_id, digits)
    return {}


def update_monitor_participant_state(ask: Ask) -> Json:
    """Let a supervisor listen only, or talk too."""
    ask.world.core.assignment(ask.agent, ask.contact_id)
    leg = _monitoring_leg(ask.world.core.live(ask.contact_id))
    wanted = str(ask.parameters['targetMonitorMode']).lower()
    if wanted not in {LegState.SILENT_MONITOR, LegState.BARGE}:
        raise SoftphoneError(INVALID_STATE, 'A supervisor monitors silently or barges in')
    leg.turn(LegState(wanted), ask.world.now)
    return {}


def create_transport(ask: Ask) -> Json:
    """Answer with the way to the agent's messages or into a chat; there are no media."""
    kind = ask.parameters['transportType']
    if kind == 'web_socket':
        socket = {'url': ask.socket_url, 'transportLifeTimeInSeconds': SOCKET_SECONDS}
        return {'webSocketTransport': socket}
    if kind == 'chat_token':
        expiry = (clock.now() + TOKEN_LIFE).isoformat()
        return {
            'chatTokenTransport': {'participantToken': _connection_token(ask), 'expiry': expiry}
        }
    if kind == 'softphone':
        return {'softphoneTransport': {'softphoneMediaConnections': []}}
    raise SoftphoneError(INVALID_STATE, f'The sandbox has no transport {kind}')


def get_new_auth_token(ask: Ask) -> Json:
    """Answer with another token for the same session."""
    return {'newAuthToken': ask.renew(), 'expirationDateTime': clock.now() + TOKEN_LIFE}


def take_note(_ask: Ask) -> Json:
    """Take logs, reports and complaints, and do nothing."""
    return {}


def _endpoint(ask: Ask) -> Endpoint:
    """Return who is to be called: a number, a quick connect, or an agent by their own ARN."""
    asked = ask.parameters['endpoint']
    known, thing_id = ask.world.state.quick_connects, bare(asked.get('endpointARN') or '')
    if asked['type'] == EndpointType.PHONE_NUMBER and asked.get('phoneNumber'):
        number = asked['phoneNumber']
        return _allowed(
            ask,
            Endpoint(
                type=EndpointType.PHONE_NUMBER, phone_number=number, name=asked.get('name') or ''
            ),
        )
    if found := known.get(thing_id):
        return _allowed(
            ask,
            Endpoint(
                type=found.type,
                name=found.name,
                phone_number=found.phone_number,
                user_id=found.user_id,
                queue_id=found.queue_id,
            ),
        )
    if asked['type'] == EndpointType.AGENT and thing_id in ask.world.state.agents:
        return _allowed(ask, Endpoint(type=EndpointType.AGENT, user_id=thing_id))
    raise SoftphoneError(BAD_ENDPOINT, 'There is no such endpoint')


def _allowed(ask: Ask, endpoint: Endpoint) -> Endpoint:
    try:
        ask.world.arrivals.check_endpoint(endpoint)
    except NotThere as refusal:
        raise SoftphoneError(BAD_ENDPOINT, str(refusal)) from refusal
    return endpoint


def _reference(reference: Json) -> dict[str, str]:
    return {f'{name[0].upper()}{name[1:]}': str(value) for name, value in reference.items()}


def _monitoring_leg(contact: Contact) -> Leg:
    for leg in contact.legs:
        if leg.kind is LegKind.MONITORING:
            return leg
    raise SoftphoneError(INVALID_STATE, 'The contact is not monitored')


def _connection_token(ask: Ask) -> str:
    """Return a connection to a chat, which the library calls a participant's token, while it rings already."""
    contact = ask.world.core.live(str(ask.parameters.get('contactId')))
    ask.world.core.assignment(ask.agent, contact.id)
    place = ask.world.rooms.place_of(contact, ask.agent)
    return ask.world.rooms.connect(place.token, join=False).token


HANDLERS: Mapping[str, Callable[[Ask], Json]] = {
    'AcceptContact': accept_contact,
    'ClearContact': clear_contact,
    'CompleteContact': complete_contact,
    'ConferenceConnections': conference_connections,
    'CreateAdditionalConnection': create_additional_connection,
    'CreateOutboundContact': create_outbound_contact,
    'CreateTaskContact': create_task_contact,
    'CreateTransport': create_transport,
    'DestroyConnection': destroy_connection,
    'GetAgentConfiguration': get_agent_configuration,
    'GetAgentPermissions': get_agent_permissions,
    'GetAgentStates': get_agent_states,
    'GetDialableCountryCodes': get_dialable_country_codes,
    'GetEndpoints': get_endpoints,
    'GetNewAuthToken': get_new_auth_token,
    'GetRoutingProfileQueues': get_routing_profile_queues,
    'HoldConnection': hold_connection,
    'MuteParticipant': mute_participant,
    'NotifyContactIssue': take_note,
    'PutAgentState': put_agent_state,
    'RejectContact': reject_contact,
    'ResumeConnection': resume_connection,
    'SendClientLogs': take_note,
    'SendDigits': send_digits,
    'SendSoftphoneCallMetrics': take_note,
    'SendSoftphoneCallReport': take_note,
    'ToggleActiveConnections': toggle_active_connections,
    'UnmuteParticipant': unmute_participant,
    'UpdateAgentConfiguration': update_agent_configuration,
    'UpdateMonitorParticipantState': update_monitor_participant_state,
}
"""``GetAgentSnapshot`` waits, and is the service's own; ``PauseContact`` and ``ResumeContact`` are not there."""
