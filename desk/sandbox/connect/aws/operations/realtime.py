"""Real-time metrics: ``GetCurrentMetricData`` and ``GetCurrentUserData``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from desk.sandbox.connect.aws.operations.call import Call, Handler, bare
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.realtime_metrics import AGENT_METRICS, RealtimeMetrics
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.terms import Channel

GROUPINGS = {'QUEUE', 'CHANNEL', 'ROUTING_PROFILE', 'AGENT_STATUS'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The queues, channel or profile that one row of metrics counts."""

    queue_ids: tuple[str, ...]
    channel: Channel | None = None
    profile_ids: tuple[str, ...] = ()
    status_id: str | None = None
    dimensions: tuple[str, ...] = ()


def get_current_metric_data(call: Call) -> Json:
    """Answer with real-time metrics, row by row."""
    asked = call.parameters
    groupings = asked.get('Groupings') or []
    if not set(groupings) <= GROUPINGS:
        raise NotPossible('The sandbox groups by QUEUE, CHANNEL, ROUTING_PROFILE, AGENT_STATUS')
    names = {metric.get('Name') for metric in asked['CurrentMetrics']}
    if 'AGENT_STATUS' in groupings and names != {'AGENTS_ONLINE'}:
        raise NotPossible('By AGENT_STATUS there is AGENTS_ONLINE only')
    live = RealtimeMetrics(call.world.core)
    rows = [
        {
            'Dimensions': _dimensions(call, group),
            'Collections': [
                {'Metric': metric, 'Value': _value(live, metric, group)}
                for metric in asked['CurrentMetrics']
            ],
        }
        for group in _groups(call, set(groupings))
    ]
    _sort(rows, asked.get('SortCriteria') or [])
    found, token = call.page(rows, 'current-metrics')
    return {
        'MetricResults': found,
        'NextToken': token,
        'DataSnapshotTime': call.world.now,
        'ApproximateTotalCount': len(rows),
    }


def _groups(call: Call, groupings: set[str]) -> Iterator[Group]:
    """Yield one group for each row: a total, or one for each grouping value."""
    filters = call.parameters['Filters']
    queue_ids, profile_ids = _filtered(call, filters)
    channels = [Channel(name) for name in filters.get('Channels') or [] if name in list(Channel)]
    by_queue = [(queue_id,) for queue_id in queue_ids] if 'QUEUE' in groupings else [queue_ids]
    by_profile = (
        [(profile_id,) for profile_id in profile_ids]
        if 'ROUTING_PROFILE' in groupings
        else [profile_ids]
    )
    by_channel: list[Channel | None] = [*(channels or Channel)]
    if 'CHANNEL' not in groupings:
        by_channel = [channels[0] if len(channels) == 1 else None]
    by_status: list[str | None] = [None]
    if 'AGENT_STATUS' in groupings:
        by_status = [*call.world.state.statuses]
    for queues, profiles, channel, status in product(by_queue, by_profile, by_channel, by_status):
        yield Group(
            queue_ids=queues,
            channel=channel,
            profile_ids=profiles,
            status_id=status,
            dimensions=tuple(groupings),
        )


def _filtered(call: Call, filters: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    queue_ids = tuple(bare(each) for each in filters.get('Queues') or [])
    profile_ids = tuple(bare(each) for each in filters.get('RoutingProfiles') or [])
    if bool(queue_ids) == bool(profile_ids):
        raise NotPossible('Either queues or routing profiles are required, not both')
    for queue_id in queue_ids:
        call.world.routing.queue(queue_id)
    for profile_id in profile_ids:
        call.world.routing.profile(profile_id)
    return queue_ids, profile_ids


def _value(live: RealtimeMetrics, metric: Json, group: Group) -> float:
    name = metric.get('Name', '')
    if name in AGENT_METRICS:
        return float(live.count_agents(name, _agents(live, group)))
    if name in {'SLOTS_ACTIVE', 'SLOTS_AVAILABLE'}:
        active, free = live.slots(_agents(live, group), group.channel)
        return float(active if name == 'SLOTS_ACTIVE' else free)
    if name in _QUEUE_METRICS:
        return _QUEUE_METRICS[name](live, group)
    raise NotPossible(f'The sandbox does not count {name}')


def _agents(live: RealtimeMetrics, group: Group) -> list[Agent]:
    found: dict[str, Agent] = {}
    for queue_id in group.queue_ids or [None]:
        for profile_id in group.profile_ids or [None]:
            for agent in live.agents(
                queue_id=queue_id, profile_id=profile_id, channel=group.channel
            ):
                if group.status_id in {None, agent.status_id}:
                    found[agent.id] = agent
    return list(found.values())


def _in_queue(live: RealtimeMetrics, group: Group) -> float:
    return float(sum(live.in_queue(queue_id, group.channel) for queue_id in group.queue_ids))


def _scheduled(live: RealtimeMetrics, group: Group) -> float:
    return float(sum(live.scheduled(queue_id, group.channel) for queue_id in group.queue_ids))


def _oldest(live: RealtimeMetrics, group: Group) -> float:
    """Return the longest wait: in seconds when grouped, in milliseconds when not, as Connect does."""
    seconds = max((live.oldest_seconds(q, group.channel) for q in group.queue_ids), default=0.0)
    return float(round(seconds) if group.dimensions else round(seconds * 1_000))


def _expected_wait(live: RealtimeMetrics, group: Group) -> float:
    """Return an estimate: the oldest contact's wait (assumed; Connect's formula is not public)."""
    return float(
        round(max((live.oldest_seconds(q, group.channel) for q in group.queue_ids), default=0))
    )


_QUEUE_METRICS: dict[str, Callable[[RealtimeMetrics, Group], float]] = {
    'CONTACTS_IN_QUEUE': _in_queue,
    'CONTACTS_SCHEDULED': _scheduled,
    'OLDEST_CONTACT_AGE': _oldest,
    'ESTIMATED_WAIT_TIME': _expected_wait,
}


def _dimensions(call: Call, group: Group) -> Json:
    found: Json = {}
    if 'QUEUE' in group.dimensions:
        queue_id = group.queue_ids[0] if group.queue_ids else ''
        found['Queue'] = {'Id': queue_id, 'Arn': call.arn('queue', queue_id)}
    if 'ROUTING_PROFILE' in group.dimensions and group.profile_ids:
        profile_id = group.profile_ids[0]
        found['RoutingProfile'] = {
            'Id': profile_id,
            'Arn': call.arn('routing-profile', profile_id),
        }
    if 'CHANNEL' in group.dimensions and group.channel:
        found['Channel'] = group.channel.value
    if group.status_id:
        status = call.world.state.statuses[group.status_id]
        found['AgentStatus'] = {'Arn': call.arn('agent-state', status.id), 'Id': status.id}
    return found


def _sort(rows: list[Json], criteria: list[Json]) -> None:
    for criterion in criteria:
        wanted = criterion.get('SortByMetric')

        def key(row: Json, wanted: object = wanted) -> float:
            values = [c['Value'] for c in row['Collections'] if c['Metric'].get('Name') == wanted]
            return float(values[0]) if values else 0.0

        rows.sort(key=key, reverse=criterion.get('SortOrder') == 'DESCENDING')


def get_current_user_data(call: Call) -> Json:
    """Answer with each agent's current state."""
    filters = call.parameters['Filters']
    states = (filters.get('ContactFilter') or {}).get('ContactStates')
    live = RealtimeMetrics(call.world.core)
    found = [agent for agent in _wanted(call, live, filters) if _has_state(agent, states)]
    agents, token = call.page(found, 'current-users')
    return {
        'UserDataList': [_user_words(call, live, agent, states) for agent in agents],
        'NextToken': token,
        'ApproximateTotalCount': len(found),
    }


def _wanted(call: Call, live: RealtimeMetrics, filters: Json) -> list[Agent]:
    """Return the agents at work that match the filters; one filter is required."""
    queues, profiles, agents = (
        [bare(each) for each in filters.get(key) or []]
        for key in ('Queues', 'RoutingProfiles', 'Agents')
    )
    if not queues and not profiles and not agents:
        raise NotPossible('At least one filter is required')
    for agent_id in agents:
        call.world.core.agent(agent_id)
    for queue_id in queues:
        call.world.routing.queue(queue_id)
    for profile_id in profiles:
        call.world.routing.profile(profile_id)
    return [
        agent
        for agent in call.world.state.agents.values()
        if live.is_online(agent)
        and (not agents or agent.id in agents)
        and (not profiles or agent.profile.routing_profile_id in profiles)
        and (not queues or any(agent in live.agents(queue_id=each) for each in queues))
    ]


def _has_state(agent: Agent, states: list[str] | None) -> bool:
    return not states or any(held.state in states for held in agent.assignments.values())


def _user_words(call: Call, live: RealtimeMetrics, agent: Agent, states: list[str] | None) -> Json:
    profile = call.world.state.profiles[agent.profile.routing_profile_id]
    status = call.world.state.statuses[agent.status_id]
    following = call.world.state.statuses.get(agent.next_status_id or '')
    return {
        'User': {'Id': agent.id, 'Arn': call.arn('agent', agent.id)},
        'RoutingProfile': {'Id': profile.id, 'Arn': call.arn('routing-profile', profile.id)},
        'Status': {
            'StatusStartTimestamp': agent.status_since,
            'StatusArn': call.arn('agent-state', status.id),
            'StatusName': status.name,
        },
        'NextStatus': following and following.name,
        'MaxSlotsByChannel': {c.value: most for c, most in profile.concurrency.items()},
        'ActiveSlotsByChannel': {c.value: agent.active(c) for c in profile.concurrency},
        'AvailableSlotsByChannel': {
            c.value: live.slots([agent], c)[1] for c in profile.concurrency
        },
        'Contacts': [
            _held_words(call, held)
            for held in agent.assignments.values()
            if not states or held.state in states
        ],
    }


def _held_words(call: Call, held: Assignment) -> Json:
    contact = call.world.state.contacts[held.contact_id]
    return {
        'ContactId': contact.id,
        'Channel': contact.channel.value,
        'InitiationMethod': contact.initiation.value,
        'AgentContactState': held.state.value,
        'StateStartTimestamp': held.since,
        'ConnectedToAgentTimestamp': held.connected_at,
        'Queue': held.queue_id and {'Id': held.queue_id, 'Arn': call.arn('queue', held.queue_id)},
    }


HANDLERS: dict[str, Handler] = {
    'connect.GetCurrentMetricData': get_current_metric_data,
    'connect.GetCurrentUserData': get_current_user_data,
}
