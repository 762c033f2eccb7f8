"""Operations on contacts: start, end, move, describe."""

from datetime import datetime

from desk.sandbox.connect.aws.operations.call import Call, Handler, bare
from desk.sandbox.connect.aws.operations.contact_words import contact_words, found_words, own_words
from desk.sandbox.connect.aws.operations.participants import connection_words
from desk.sandbox.connect.aws.operations.streaming import topic_of
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import check_attributes
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotPossible, OverQuota
from desk.sandbox.connect.world.terms import (
    DEFAULT_CHAT_MINUTES,
    Channel,
    EndpointType,
    Role,
)

TIMES = {
    'INITIATION_TIMESTAMP': 'initiated_at',
    'SCHEDULED_TIMESTAMP': 'scheduled_at',
    'CONNECTED_TO_AGENT_TIMESTAMP': 'connected_to_agent_at',
    'DISCONNECT_TIMESTAMP': 'disconnected_at',
    'ENQUEUE_TIMESTAMP': 'enqueued_at',
}


def start_outbound_voice_contact(call: Call) -> Json:
    """Call a customer."""
    asked = call.parameters
    if not asked.get('QueueId') and not asked.get('SourcePhoneNumber'):
        raise NotPossible('Either QueueId or SourcePhoneNumber is required')
    if asked.get('TrafficType') == 'CAMPAIGN' or asked.get('OutboundStrategy'):
        raise NotPossible('Campaign calls are for the campaigns service only')
    wish = _wish(call, queue_id=call.key('QueueId') or None)
    seconds = int(asked.get('RingTimeoutInSeconds', 60))
    contact = call.world.arrivals.dial(asked['DestinationPhoneNumber'], wish, ring_seconds=seconds)
    contact.system_number = str(asked.get('SourcePhoneNumber', ''))
    return {'ContactId': contact.id}


def start_chat_contact(call: Call) -> Json:
    """Start a chat; its customer has five minutes to connect."""
    asked = call.parameters
    content_types = asked.get('SupportedMessagingContentTypes') or ['text/plain']
    if 'text/plain' not in content_types:
        raise NotPossible('SupportedMessagingContentTypes must include text/plain')
    if asked.get('PersistentChat'):
        raise NotPossible('The sandbox does not rehydrate past chats')
    minutes = int(asked.get('ChatDurationInMinutes', DEFAULT_CHAT_MINUTES))
    name = asked['ParticipantDetails']['DisplayName']
    contact = call.world.arrivals.chat(
        name, _wish(call), minutes=minutes, content_types=content_types
    )
    room = call.world.rooms.of(contact)
    [customer] = room.participants.values()
    answer: Json = {}
    if streaming := asked.get('ChatStreamingConfiguration'):
        arn = topic_of(streaming)
        answer['StreamingId'] = call.world.chats.stream(contact, arn).id
    if first := asked.get('InitialMessage'):
        call.world.rooms.post(room, customer, first['ContentType'], first['Content'])
    if types := asked.get('ConnectionTypes'):
        answer |= connection_words(call, customer.token, types, join=False)
    return answer | {
        'ContactId': contact.id,
        'ParticipantId': customer.id,
        'ParticipantToken': customer.token,
    }


def start_task_contact(call: Call) -> Json:
    """Start a task, now or at its scheduled time."""
    asked = call.parameters
    if asked.get('TaskTemplateId'):
        raise NotPossible('The sandbox has no task templates')
    queue_id = None
    if connect_id := call.key('QuickConnectId'):
        connect = call.world.state.quick_connects.get(connect_id)
        if connect is None or connect.type is EndpointType.PHONE_NUMBER:
            raise NotPossible(f'Quick connect {connect_id} takes no tasks')
        queue_id = call.world.arrivals.queue_of(
            Endpoint(type=connect.type, user_id=connect.user_id, queue_id=connect.queue_id)
        )
    contact = call.world.arrivals.task(_wish(call, queue_id=queue_id), asked.get('ScheduledTime'))
    return {'ContactId': contact.id}


def _wish(call: Call, *, queue_id: str | None = None) -> Wish:
    asked = call.parameters
    attributes = asked.get('Attributes') or {}
    check_attributes(attributes)
    return Wish(
        flow_id=call.key('ContactFlowId'),
        queue_id=queue_id,
        name=str(asked.get('Name', '')),
        description=str(asked.get('Description', '')),
        attributes=attributes,
        segment_attributes={
            key: str(value.get('ValueString', ''))
            for key, value in (asked.get('SegmentAttributes') or {}).items()
        },
        references=asked.get('References') or {},
        previous_id=asked.get('PreviousContactId'),
        related_id=asked.get('RelatedContactId'),
    )


def stop_contact(call: Call) -> Json:
    """End a contact; one that has ended answers 410."""
    call.world.stop(call.key('ContactId'))
    return {}


def transfer_contact(call: Call) -> Json:
    """Move a task to a queue or a user; only tasks (and e-mail, not simulated) can be moved."""
    queue_id, user_id = call.key('QueueId'), call.key('UserId')
    if bool(queue_id) == bool(user_id):
        raise NotPossible('Either QueueId or UserId is required, not both')
    kind = EndpointType.AGENT if user_id else EndpointType.QUEUE
    endpoint = Endpoint(type=kind, queue_id=queue_id, user_id=user_id)
    moved = call.world.arrivals.transfer_task(
        call.key('ContactId'), endpoint, call.key('ContactFlowId')
    )
    return {'ContactId': moved.id, 'ContactArn': call.arn('contact', moved.id)}


def update_contact_attributes(call: Call) -> Json:
    """Set attributes of a conversation, also after its end."""
    contact = call.world.core.contact(call.key('InitialContactId'))
    call.world.core.set_attributes(contact, call.parameters['Attributes'])
    return {}


def get_contact_attributes(call: Call) -> Json:
    """Answer with the attributes of a conversation."""
    return {'Attributes': call.world.core.contact(call.key('InitialContactId')).attributes}


def update_contact(call: Call) -> Json:
    """Set a contact's name, description and references."""
    contact = call.world.core.contact(call.key('ContactId'))
    asked = call.parameters
    if set(asked) & {'QueueInfo', 'UserInfo', 'CustomerEndpoint', 'SystemEndpoint'}:
        raise NotPossible('The sandbox updates name, description, references and segments only')
    contact.name = asked.get('Name', contact.name)
    contact.description = asked.get('Description', contact.description)
    contact.references |= asked.get('References') or {}
    contact.segment_attributes |= {
        key: str(value.get('ValueString', ''))
        for key, value in (asked.get('SegmentAttributes') or {}).items()
    }
    call.world.core.tell('CONTACT_DATA_UPDATED', contact, updatedProperties=['ContactDetails'])
    return {}


def update_contact_routing_data(call: Call) -> Json:
    """Move a contact within its queue."""
    contact = call.world.core.live(call.key('ContactId'))
    asked = call.parameters
    if asked.get('RoutingCriteria'):
        raise NotPossible('The sandbox has no routing criteria')
    shift = int(asked.get('QueueTimeAdjustmentSeconds', contact.age_shift_seconds))
    priority = int(asked.get('QueuePriority', contact.priority))
    call.world.routing.reprioritise(contact, priority, shift)
    return {}


def tag_contact(call: Call) -> Json:
    """Set tags of a contact, at most six."""
    contact = call.world.core.contact(call.key('ContactId'))
    tags = contact.tags | call.parameters['Tags']
    if len(tags) > 6:
        raise OverQuota('A contact has at most six tags')
    contact.tags = tags
    return {}


def describe_contact(call: Call) -> Json:
    """Answer with all details of a contact."""
    return {'Contact': contact_words(call, call.world.core.contact(call.key('ContactId')))}


def search_contacts(call: Call) -> Json:
    """Answer with the contacts of a period that match criteria, newest first."""
    asked = call.parameters
    start, end = asked['TimeRange']['StartTime'], asked['TimeRange']['EndTime']
    if start >= end:
        raise NotPossible('TimeRange must not be empty')
    attribute = TIMES[asked['TimeRange']['Type']]
    found = [
        contact
        for contact in call.world.state.contacts.values()
        if (at := getattr(contact, attribute)) and start <= at < end
        if _meets(contact, asked.get('SearchCriteria') or {})
    ]
    _sort(found, asked.get('Sort') or {}, attribute)
    contacts, token = call.page(found, 'search-contacts')
    return {
        'Contacts': [found_words(call, contact) for contact in contacts],
        'NextToken': token,
        'TotalCount': len(found),
    }


def _meets(contact: Contact, criteria: Json) -> bool:
    texts = (criteria.get('Name') or {}).get('SearchText')
    attributes = (criteria.get('SearchableContactAttributes') or {}).get('Criteria') or []
    wanted = {
        'AgentIds': contact.agent_id,
        'QueueIds': contact.queue_id,
        'Channels': contact.channel.value,
        'InitiationMethods': contact.initiation.value,
    }
    return (
        all(
            value in [bare(str(each)) for each in criteria[key]]
            for key, value in wanted.items()
            if criteria.get(key)
        )
        and (not texts or any(text in contact.name for text in texts))
        and all(contact.attributes.get(c['Key']) in c['Values'] for c in attributes)
    )


def _sort(found: list[Contact], sort: Json, by_default: str) -> None:
    attribute = TIMES.get(str(sort.get('FieldName')), by_default)

    def key(contact: Contact) -> tuple[float, int]:
        at: datetime | None = getattr(contact, attribute)
        return (at.timestamp() if at else 0.0, contact.number)

    found.sort(key=key, reverse=sort.get('Order', 'DESCENDING') == 'DESCENDING')


def list_associated_contacts(call: Call) -> Json:
    """Answer with all contacts of a contact's conversation."""
    contact = call.world.core.contact(call.key('ContactId'))
    found, token = call.page(call.world.core.conversation(contact), f'associated/{contact.id}')
    return {
        'ContactSummaryList': [own_words(call, each) for each in found],
        'NextToken': token,
    }


def create_participant(call: Call) -> Json:
    """Let a program join a chat; no other role can be added."""
    contact = call.world.core.live(call.key('ContactId'))
    details = call.parameters['ParticipantDetails']
    if details.get('ParticipantRole') != Role.CUSTOM_BOT or contact.channel is not Channel.CHAT:
        raise NotPossible('Only a CUSTOM_BOT can be added, to a chat')
    name = str(details.get('DisplayName') or 'CUSTOM_BOT')
    participant = call.world.chats.add_bot(contact, name)
    room = call.world.rooms.of(contact)
    return {
        'ParticipantId': participant.id,
        'ParticipantCredentials': {
            'ParticipantToken': participant.token,
            'Expiry': f'{room.expires_at:%Y-%m-%dT%H:%M:%S.000Z}',
        },
    }


HANDLERS: dict[str, Handler] = {
    'connect.StartOutboundVoiceContact': start_outbound_voice_contact,
    'connect.StartChatContact': start_chat_contact,
    'connect.StartTaskContact': start_task_contact,
    'connect.StopContact': stop_contact,
    'connect.TransferContact': transfer_contact,
    'connect.UpdateContactAttributes': update_contact_attributes,
    'connect.GetContactAttributes': get_contact_attributes,
    'connect.UpdateContact': update_contact,
    'connect.UpdateContactRoutingData': update_contact_routing_data,
    'connect.TagContact': tag_contact,
    'connect.DescribeContact': describe_contact,
    'connect.SearchContacts': search_contacts,
    'connect.ListAssociatedContacts': list_associated_contacts,
    'connect.CreateParticipant': create_participant,
}
