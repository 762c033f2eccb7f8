"""Events in the formats of Amazon Connect.

Contact events have EventBridge's envelope; agent events are records of the Kinesis data stream.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.state import State
from desk.sandbox.connect.world.terms import StatusType

Json = dict[str, Any]  # published data has no Python types


@dataclass(slots=True, kw_only=True)
class Event:
    """One event to publish: its destination, subject and body."""

    kind: Literal['contact', 'agent']
    subject_id: str
    body: Json


def stamp(at: datetime | None) -> str | None:
    """Return a time in the format of Connect's streams: UTC with milliseconds."""
    return f'{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z' if at else None


def contact_event(
    state: State, kind: str, contact: Contact, event_id: str, more: dict[str, object]
) -> Event:
    """Return the EventBridge event of a contact."""
    instance = state.instance
    body = {
        'version': '0',
        'id': event_id,
        'detail-type': 'Amazon Connect Contact Event',
        'source': 'aws.connect',
        'account': instance.account,
        'time': f'{state.now:%Y-%m-%dT%H:%M:%SZ}',
        'region': instance.region,
        'resources': [instance.arn_of('contact', contact.id), instance.arn],
        'detail': _detail(state, kind, contact) | more,
    }
    return Event(kind='contact', subject_id=contact.id, body=body)


def _detail(state: State, kind: str, contact: Contact) -> Json:
    told = {
        'eventType': kind,
        'contactId': contact.id,
        'initialContactId': contact.initial_id or None,
        'previousContactId': contact.previous_id,
        'relatedContactId': contact.related_id,
        'channel': contact.channel.value,
        'instanceArn': state.instance.arn,
        'initiationMethod': contact.initiation.value,
        'initiationTimestamp': stamp(contact.initiated_at),
        'connectedToSystemTimestamp': stamp(contact.connected_to_system_at),
        'scheduledTimestamp': stamp(contact.scheduled_at),
        'disconnectTimestamp': stamp(contact.disconnected_at),
        'disconnectReason': contact.reason and contact.reason.value,
        'queueInfo': _queue(state, contact),
        'agentInfo': _agent(state, contact),
        'segmentAttributes': {
            key: {'valueString': value} for key, value in contact.segment_attributes.items()
        }
        or None,
        'customerEndpoint': {'type': 'TELEPHONE_NUMBER', 'address': contact.customer_number}
        if contact.customer_number
        else None,
        'tags': {'aws:connect:instanceId': state.instance.id} | contact.tags,
    }
    return {key: value for key, value in told.items() if value is not None}


def _queue(state: State, contact: Contact) -> Json | None:
    if contact.queue_id is None:
        return None
    told = {
        'queueArn': state.instance.arn_of('queue', contact.queue_id),
        'queueType': state.queues[contact.queue_id].type.value,
        'enqueueTimestamp': stamp(contact.enqueued_at),
        'dequeueTimestamp': stamp(contact.dequeued_at),
    }
    return {key: value for key, value in told.items() if value is not None}


def _agent(state: State, contact: Contact) -> Json | None:
    if contact.agent_id is None or contact.connected_to_agent_at is None:
        return None
    started, ended = contact.after_work_started_at, contact.after_work_ended_at
    told = {
        'agentArn': state.instance.arn_of('agent', contact.agent_id),
        'connectedToAgentTimestamp': stamp(contact.connected_to_agent_at),
        'agentInitiatedHoldDuration': round(contact.holds.seconds),
        'afterContactWorkStartTimestamp': stamp(started),
        'afterContactWorkEndTimestamp': stamp(ended),
        'afterContactWorkDuration': round((ended - started).total_seconds())
        if started and ended
        else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def agent_event(
    state: State, agent: Agent, snapshot: Json, before: Json | None, event_id: str
) -> Event:
    """Return the record of an agent's current and previous state."""
    body = {
        'AWSAccountId': state.instance.account,
        'AgentARN': state.instance.arn_of('agent', agent.id),
        'InstanceARN': state.instance.arn,
        'EventId': event_id,
        'EventTimestamp': stamp(state.now),
        'EventType': _event_type(snapshot, before),
        'Version': '2017-10-01',
        'CurrentAgentSnapshot': snapshot,
        'PreviousAgentSnapshot': before,
    }
    return Event(kind='agent', subject_id=agent.id, body=body)


def _event_type(snapshot: Json, before: Json | None) -> str:
    is_off = snapshot['AgentStatus']['Type'] == StatusType.OFFLINE
    was_off = before is None or before['AgentStatus']['Type'] == StatusType.OFFLINE
    if was_off and not is_off:
        return 'LOGIN'
    return 'LOGOUT' if is_off and not was_off else 'STATE_CHANGE'


def agent_snapshot(state: State, agent: Agent) -> Json:
    """Return an agent's state in the format of the agent event stream."""
    status = state.statuses[agent.status_id]
    following = state.statuses.get(agent.next_status_id or '')
    return {
        'AgentStatus': {
            'ARN': state.instance.arn_of('agent-state', status.id),
            'Name': status.name,
            'StartTimestamp': stamp(agent.status_since),
            'Type': status.type.value,
        },
        'NextAgentStatus': following
        and {
            'ARN': state.instance.arn_of('agent-state', following.id),
            'Name': following.name,
            'EnqueuedTimestamp': stamp(agent.next_status_since),
        },
        'Configuration': _configuration(state, agent),
        'Contacts': [_held(state, held) for held in agent.assignments.values()],
    }


def _configuration(state: State, agent: Agent) -> Json:
    profile = state.profiles[agent.profile.routing_profile_id]
    channels: dict[str, list[str]] = {}
    for served in profile.served:
        channels.setdefault(served.queue_id, []).append(served.channel.value)
    return {
        'FirstName': agent.profile.first_name,
        'LastName': agent.profile.last_name,
        'Username': agent.profile.username,
        'AgentHierarchyGroups': None,
        'RoutingProfile': {
            'ARN': state.instance.arn_of('routing-profile', profile.id),
            'Name': profile.name,
            'Concurrency': [
                {
                    'Channel': channel.value,
                    'AvailableSlots': max(0, most - agent.active(channel)),
                    'MaximumSlots': most,
                }
                for channel, most in profile.concurrency.items()
            ],
            'DefaultOutboundQueue': _queue_words(state, profile.outbound_queue_id, ['VOICE']),
            'InboundQueues': [_queue_words(state, key, value) for key, value in channels.items()],
        },
    }


def _queue_words(state: State, queue_id: str, channels: list[str]) -> Json:
    queue = state.queues[queue_id]
    return {
        'ARN': state.instance.arn_of('queue', queue.id),
        'Name': queue.name,
        'Channels': channels,
    }


def _held(state: State, held: Assignment) -> Json:
    contact = state.contacts[held.contact_id]
    queue = state.queues.get(held.queue_id or '')
    return {
        'ContactId': contact.id,
        'InitialContactId': contact.initial_id or None,
        'Channel': 'TASKS' if contact.channel.value == 'TASK' else contact.channel.value,
        'InitiationMethod': contact.initiation.value,
        'State': held.state.value,
        'StateStartTimestamp': stamp(held.since),
        'ConnectedToAgentTimestamp': stamp(held.connected_at),
        'QueueTimestamp': stamp(contact.enqueued_at),
        'Queue': queue and {'ARN': state.instance.arn_of('queue', queue.id), 'Name': queue.name},
    }
