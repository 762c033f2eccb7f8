"""Operations on the agent: configuration, state, endpoints."""

from desk.sandbox.connect.aws.operations.call import bare
from desk.sandbox.connect.softphone import agent_words
from desk.sandbox.connect.softphone.errors import INVALID_STATE, SoftphoneError
from desk.sandbox.connect.softphone.operations.ask import Ask, Handler
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.terms import Channel


def get_agent_configuration(ask: Ask) -> Json:
    """Answer with the agent's configuration."""
    return {'configuration': agent_words.configuration_words(ask.world, ask.agent)}


def update_agent_configuration(ask: Ask) -> Json:
    """Set the agent's softphone or desk phone, and automatic acceptance."""
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
    """Answer with the agent's permissions."""
    return ask.page(agent_words.PERMISSIONS, 'permissions')


def get_agent_states(ask: Ask) -> Json:
    """Answer with the statuses that the agent can choose."""
    statuses = ask.world.state.statuses.values()
    words = [agent_words.status_words(ask.world, status) for status in statuses]
    return ask.page(words, 'states')


def put_agent_state(ask: Ask) -> Json:
    """Set the agent's state, or the next one.

    During a live contact only the next state can be set. After the only contact it is cleared
    (streams#952); a next state that was set earlier then wins (streams#613).
    """
    arn = ask.parameters['state'].get('agentStateARN') or ''
    status_id = bare(arn)
    if status_id not in ask.world.state.statuses:
        raise SoftphoneError(INVALID_STATE, 'This state cannot be chosen')
    held = list(ask.agent.assignments.values())
    is_live = any(ask.is_live(each) for each in held)
    if is_live and not ask.parameters.get('enqueueNextState'):
        raise SoftphoneError(INVALID_STATE, 'The agent has a contact: choose it as the next state')
    ends_contact = len(held) == 1 and not is_live
    enqueues = ask.parameters.get('enqueueNextState')
    if enqueues or not ends_contact or ask.agent.next_status_id is None:
        ask.world.hands.choose_status(ask.agent, status_id)
    if ends_contact:
        ask.world.hands.clear(ask.agent, held[0].contact_id)
    return {}


def get_dialable_country_codes(ask: Ask) -> Json:
    """Answer with the countries that may be called."""
    return ask.page(agent_words.countries(ask.world), 'countryCodes')


def get_routing_profile_queues(ask: Ask) -> Json:
    """Answer with the queues that the agent serves."""
    return ask.page(agent_words.queues_of(ask.world, ask.agent), 'queues')


def get_endpoints(ask: Ask) -> Json:
    """Answer with the named endpoints that the agent can call."""
    for arn in ask.parameters['queueARNs']:
        ask.world.routing.queue(bare(arn))
    return ask.page(list(agent_words.endpoints(ask.world)), 'endpoints')


HANDLERS: dict[str, Handler] = {
    'GetAgentConfiguration': get_agent_configuration,
    'GetAgentPermissions': get_agent_permissions,
    'GetAgentStates': get_agent_states,
    'GetDialableCountryCodes': get_dialable_country_codes,
    'GetEndpoints': get_endpoints,
    'GetRoutingProfileQueues': get_routing_profile_queues,
    'PutAgentState': put_agent_state,
    'UpdateAgentConfiguration': update_agent_configuration,
}
