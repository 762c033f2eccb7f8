"""Operations on contacts: accept and clear them, call, and all actions during a call."""

from datetime import UTC, datetime

from desk.sandbox.connect.aws.operations.call import bare
from desk.sandbox.connect.softphone.contact_words import own_connection_id
from desk.sandbox.connect.softphone.errors import (
    BAD_ENDPOINT,
    INVALID_STATE,
    NOT_FOUND,
    SoftphoneError,
)
from desk.sandbox.connect.softphone.operations.ask import Ask, Handler
from desk.sandbox.connect.softphone.settling import TALKING
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotThere
from desk.sandbox.connect.world.terms import (
    Channel,
    EndpointType,
    Initiation,
    LegKind,
    LegState,
)


def accept_contact(ask: Ask) -> Json:
    """Accept an offered contact."""
    ask.world.hands.accept(ask.agent, ask.contact_id)
    return {}


def reject_contact(ask: Ask) -> Json:
    """Reject an offered contact."""
    ask.world.hands.reject(ask.agent, ask.contact_id)
    return {}


def clear_contact(ask: Ask) -> Json:
    """Clear an ended contact. A live contact is ended through its connection (streams#743, 1013)."""
    return _cleared(ask, f'Cannot clear contact: invalid state {TALKING}')


def complete_contact(ask: Ask) -> Json:
    """Clear an ended contact: the older name, and not for monitoring supervisors (streams#289, 1012)."""
    contact = ask.world.state.contacts.get(ask.contact_id)
    if contact is not None and contact.initiation is Initiation.MONITOR:
        raise SoftphoneError('InvalidContactTypeException', 'Who monitors clears the contact')
    return _cleared(ask, 'contact cannot be completed, Invalid state.')


def _cleared(ask: Ask, refusal: str) -> Json:
    held = ask.held
    if held is None:
        raise SoftphoneError(NOT_FOUND, 'Cannot clear contact: Contact not found')
    if ask.is_live(held):
        raise SoftphoneError(INVALID_STATE, refusal)
    ask.world.hands.clear(ask.agent, ask.contact_id)
    return {}


def create_outbound_contact(ask: Ask) -> Json:
    """Call a number or a colleague."""
    queue_id = bare(ask.parameters.get('queueARN') or '')
    contact = ask.world.calls.call(ask.agent, _endpoint(ask), queue_id=queue_id)
    contact.related_id = ask.parameters.get('relatedContactId')
    return {}


def create_additional_connection(ask: Ask) -> Json:
    """Add a party to a call, or move a chat or a task to them."""
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
    """Create a task for an endpoint, now or later (assumed: the time is in seconds, like all others)."""
    asked, endpoint = ask.parameters, _endpoint(ask)
    later = asked.get('scheduledTime')
    wish = Wish(
        queue_id=ask.world.arrivals.queue_of(endpoint),
        name=asked['name'],
        description=asked.get('description', ''),
        references={name: _reference(each) for name, each in asked.get('references', {}).items()},
        previous_id=asked.get('previousContactId'),
        related_id=asked.get('relatedContactId'),
    )
    at = datetime.fromtimestamp(later, UTC) if later else None
    return {'contactId': ask.world.arrivals.task(wish, at).id}


def destroy_connection(ask: Ask) -> Json:
    """Hang up on a party, leave, or refuse an offer; in a chat or task only the agent can leave."""
    contact, was_held = ask.world.core.contact(ask.contact_id), ask.held
    was_live = was_held is not None and was_held.is_live
    _hang_up(ask, contact)
    if was_live and ask.held is not None and not ask.held.is_live:
        ask.settling.begin(ask.agent.id, ask.contact_id)
    return {}


def _hang_up(ask: Ask, contact: Contact) -> None:
    leg = next((leg for leg in contact.legs if leg.id == ask.leg_id), None)
    is_own = ask.leg_id == own_connection_id(ask.world, contact, ask.agent)
    is_agents = is_own or (leg is not None and leg.kind is LegKind.AGENT)
    if is_agents and ask.world.hands.rings(ask.agent, contact.id):
        ask.world.hands.reject(ask.agent, contact.id)
    elif is_own or (leg is not None and leg.kind is LegKind.MONITORING):
        ask.world.end_for_agent(ask.agent.id, contact.id)
    else:
        ask.world.calls.drop(ask.agent, contact.id, ask.leg_id)


def hold_connection(ask: Ask) -> Json:
    """Put a party on hold."""
    ask.world.calls.hold(ask.agent, ask.contact_id, ask.leg_id)
    return {}


def resume_connection(ask: Ask) -> Json:
    """Resume a held party."""
    ask.world.calls.resume(ask.agent, ask.contact_id, ask.leg_id)
    return {}


def toggle_active_connections(ask: Ask) -> Json:
    """Swap the talking and the held party."""
    ask.world.calls.swap(ask.agent, ask.contact_id)
    return {}


def conference_connections(ask: Ask) -> Json:
    """Connect all parties with each other."""
    ask.world.calls.conference(ask.agent, ask.contact_id)
    return {}


def mute_participant(ask: Ask) -> Json:
    """Mute a party."""
    ask.world.calls.mute(ask.agent, ask.contact_id, ask.leg_id, muted=True)
    return {}


def unmute_participant(ask: Ask) -> Json:
    """Unmute a party."""
    ask.world.calls.mute(ask.agent, ask.contact_id, ask.leg_id, muted=False)
    return {}


def send_digits(ask: Ask) -> Json:
    """Send digits to a party."""
    digits = str(ask.parameters['digits'])
    ask.world.calls.send_digits(ask.agent, ask.contact_id, ask.leg_id, digits)
    return {}


def update_monitor_participant_state(ask: Ask) -> Json:
    """Let a monitoring supervisor only listen, or also talk."""
    ask.world.core.assignment(ask.agent, ask.contact_id)
    leg = _monitoring_leg(ask.world.core.live(ask.contact_id))
    wanted = str(ask.parameters['targetMonitorMode']).lower()
    if wanted not in {LegState.SILENT_MONITOR, LegState.BARGE}:
        raise SoftphoneError(INVALID_STATE, 'A supervisor monitors silently or barges in')
    leg.turn(LegState(wanted), ask.world.now)
    return {}


def _endpoint(ask: Ask) -> Endpoint:
    """Return the endpoint to call: a number, a quick connect, or an agent by ARN."""
    endpoint = _named(ask, ask.parameters['endpoint'])
    try:
        ask.world.arrivals.check_endpoint(endpoint)
    except NotThere as refusal:
        raise SoftphoneError(BAD_ENDPOINT, str(refusal)) from refusal
    return endpoint


def _named(ask: Ask, asked: Json) -> Endpoint:
    thing_id = bare(asked.get('endpointARN') or '')
    number, name = asked.get('phoneNumber'), asked.get('name') or ''
    if asked['type'] == EndpointType.PHONE_NUMBER and number:
        return Endpoint(type=EndpointType.PHONE_NUMBER, phone_number=number, name=name)
    if found := ask.world.state.quick_connects.get(thing_id):
        return found.endpoint
    if asked['type'] == EndpointType.AGENT and thing_id in ask.world.state.agents:
        return Endpoint(type=EndpointType.AGENT, user_id=thing_id)
    raise SoftphoneError(BAD_ENDPOINT, 'There is no such endpoint')


def _reference(reference: Json) -> dict[str, str]:
    return {f'{name[0].upper()}{name[1:]}': str(value) for name, value in reference.items()}


def _monitoring_leg(contact: Contact) -> Leg:
    for leg in contact.legs:
        if leg.kind is LegKind.MONITORING:
            return leg
    raise SoftphoneError(INVALID_STATE, 'The contact is not monitored')


HANDLERS: dict[str, Handler] = {
    'AcceptContact': accept_contact,
    'ClearContact': clear_contact,
    'CompleteContact': complete_contact,
    'ConferenceConnections': conference_connections,
    'CreateAdditionalConnection': create_additional_connection,
    'CreateOutboundContact': create_outbound_contact,
    'CreateTaskContact': create_task_contact,
    'DestroyConnection': destroy_connection,
    'HoldConnection': hold_connection,
    'MuteParticipant': mute_participant,
    'RejectContact': reject_contact,
    'ResumeConnection': resume_connection,
    'SendDigits': send_digits,
    'ToggleActiveConnections': toggle_active_connections,
    'UnmuteParticipant': unmute_participant,
    'UpdateMonitorParticipantState': update_monitor_participant_state,
}
