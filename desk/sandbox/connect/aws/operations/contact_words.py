"""A contact in the formats of ``DescribeContact``, ``SearchContacts`` and ``ListAssociatedContacts``."""

from desk.sandbox.connect.aws.operations.call import Call
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.events import Json


def own_words(call: Call, contact: Contact) -> Json:
    """Return a contact as an associated contact."""
    return {
        'ContactId': contact.id,
        'ContactArn': call.arn('contact', contact.id),
        'InitiationTimestamp': contact.initiated_at,
        'DisconnectTimestamp': contact.disconnected_at,
        'InitialContactId': contact.initial_id or None,
        'PreviousContactId': contact.previous_id,
        'RelatedContactId': contact.related_id,
        'InitiationMethod': contact.initiation.value,
        'Channel': contact.channel.value,
    }


def found_words(call: Call, contact: Contact) -> Json:
    """Return a contact as a search result."""
    return {
        'Arn': call.arn('contact', contact.id),
        'Id': contact.id,
        'InitialContactId': contact.initial_id or None,
        'PreviousContactId': contact.previous_id,
        'InitiationMethod': contact.initiation.value,
        'Channel': contact.channel.value,
        'Name': contact.name or None,
        'QueueInfo': contact.queue_id
        and {'Id': contact.queue_id, 'EnqueueTimestamp': contact.enqueued_at},
        'AgentInfo': contact.agent_id
        and {
            'Id': contact.agent_id,
            'ConnectedToAgentTimestamp': contact.connected_to_agent_at,
        },
        'InitiationTimestamp': contact.initiated_at,
        'DisconnectTimestamp': contact.disconnected_at,
        'ScheduledTimestamp': contact.scheduled_at,
        'Tags': contact.tags or None,
    }


def contact_words(call: Call, contact: Contact) -> Json:
    """Return all details of a contact."""
    return found_words(call, contact) | {
        'Description': contact.description or None,
        'RelatedContactId': contact.related_id,
        'QueuePriority': contact.priority,
        'QueueTimeAdjustmentSeconds': contact.age_shift_seconds or None,
        'QueueInfo': contact.queue_id
        and {'Id': contact.queue_id, 'EnqueueTimestamp': contact.enqueued_at},
        'AgentInfo': _agent_info(contact),
        'LastUpdateTimestamp': contact.updated_at,
        'ConnectedToSystemTimestamp': contact.connected_to_system_at,
        'CustomerEndpoint': _number(contact.customer_number),
        'SystemEndpoint': _number(contact.system_number),
        'Attributes': contact.attributes,
        'SegmentAttributes': {
            key: {'ValueString': value} for key, value in contact.segment_attributes.items()
        }
        or None,
        'Recordings': _recordings(contact) or None,
        'DisconnectReason': contact.reason and contact.reason.value,
    }


def _agent_info(contact: Contact) -> Json | None:
    if contact.agent_id is None or contact.connected_to_agent_at is None:
        return None
    started, ended = contact.after_work_started_at, contact.after_work_ended_at
    return {
        'Id': contact.agent_id,
        'AcceptedByAgentTimestamp': contact.connected_to_agent_at,
        'ConnectedToAgentTimestamp': contact.connected_to_agent_at,
        'AgentInitiatedHoldDuration': round(contact.holds.seconds),
        'AfterContactWorkStartTimestamp': started,
        'AfterContactWorkEndTimestamp': ended,
        'AfterContactWorkDuration': round((ended - started).total_seconds())
        if started and ended
        else None,
    }


def _number(number: str) -> Json | None:
    return {'Type': 'TELEPHONE_NUMBER', 'Address': number} if number else None


def _recordings(contact: Contact) -> list[Json]:
    """Return where the recordings would be; the simulator has no audio."""
    recording = contact.recording
    if recording.started_at is None or not contact.is_over:
        return []
    day = recording.started_at
    return [
        {
            'StorageType': 'S3',
            'Location': f'desk-sandbox/CallRecordings/{day:%Y/%m/%d}/{contact.id}.wav',
            'MediaStreamType': 'AUDIO',
            'ParticipantType': 'ALL',
            'StartTimestamp': recording.started_at,
            'StopTimestamp': recording.stopped_at or contact.disconnected_at,
            'Status': 'AVAILABLE',
        }
    ]
