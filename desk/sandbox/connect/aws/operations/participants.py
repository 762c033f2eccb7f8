"""The participant service: requests of a chat's participants, authorised by their tokens."""

from datetime import timedelta

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.world.events import Json, stamp
from desk.sandbox.connect.world.refusals import NotPossible, NotThere
from desk.sandbox.connect.world.room import Item

SOCKET_SECONDS = 100  # a socket must be opened within this time
UPLOAD_SECONDS = 900
DEFAULT_URL_SECONDS = 300


def create_participant_connection(call: Call) -> Json:
    """Answer with a socket's address, a connection token, or both."""
    asked = call.parameters
    types = asked.get('Type') or []
    join = bool(asked.get('ConnectParticipant'))
    if not types and not join:
        raise NotPossible('Type is required')
    if not set(types) <= {'WEBSOCKET', 'CONNECTION_CREDENTIALS'}:
        raise NotPossible('The sandbox has no WebRTC connections')
    return connection_words(call, asked['ParticipantToken'], types, join=join)


def connection_words(call: Call, participant_token: str, types: list[str], *, join: bool) -> Json:
    """Return a participant's new connection, as a socket address, a token, or both."""
    connection = call.world.rooms.connect(participant_token, join=join)
    found: Json = {}
    if 'WEBSOCKET' in types:
        base = call.base_url.replace('http', 'ws', 1)
        until = call.world.now + timedelta(seconds=SOCKET_SECONDS)
        found['Websocket'] = {
            'Url': f'{base}participant/socket?token={connection.token}',
            'ConnectionExpiry': stamp(until),
        }
    if 'CONNECTION_CREDENTIALS' in types:
        found['ConnectionCredentials'] = {
            'ConnectionToken': connection.token,
            'Expiry': stamp(connection.expires_at),
        }
    return found


def send_message(call: Call) -> Json:
    """Send a message."""
    asked = call.parameters
    item = call.world.chats.write(asked['ConnectionToken'], asked['ContentType'], asked['Content'])
    return _sent(item)


def send_event(call: Call) -> Json:
    """Send an event: typing, or receipt of a message."""
    asked = call.parameters
    content = str(asked.get('Content', ''))
    item = call.world.chats.signal(asked['ConnectionToken'], asked['ContentType'], content)
    return _sent(item)


def _sent(item: Item) -> Json:
    return {'Id': item.id, 'AbsoluteTime': stamp(item.at)}


def start_attachment_upload(call: Call) -> Json:
    """Answer with the address for uploading a file."""
    asked = call.parameters
    attachment = call.world.chats.begin_upload(
        asked['ConnectionToken'],
        asked['AttachmentName'],
        asked['ContentType'],
        asked['AttachmentSizeInBytes'],
    )
    until = call.world.now + timedelta(seconds=UPLOAD_SECONDS)
    return {
        'AttachmentId': attachment.id,
        'UploadMetadata': {
            'Url': f'{call.base_url}attachments/{attachment.id}',
            'UrlExpiry': stamp(until),
            'HeadersToInclude': {
                'Content-Type': attachment.content_type,
                'Content-Length': str(attachment.size_bytes),
            },
        },
    }


def complete_attachment_upload(call: Call) -> Json:
    """Add an uploaded file to the chat."""
    [attachment_id] = call.parameters['AttachmentIds']
    call.world.chats.complete_upload(call.parameters['ConnectionToken'], attachment_id)
    return {}


def get_attachment(call: Call) -> Json:
    """Answer with the address for downloading a file."""
    asked = call.parameters
    attachment = call.world.chats.attachment(asked['ConnectionToken'], asked['AttachmentId'])
    seconds = int(asked.get('UrlExpiryInSeconds', DEFAULT_URL_SECONDS))
    return {
        'Url': f'{call.base_url}attachments/{attachment.id}',
        'UrlExpiry': stamp(call.world.now + timedelta(seconds=seconds)),
        'AttachmentSizeInBytes': attachment.size_bytes,
    }


def disconnect_participant(call: Call) -> Json:
    """Remove a participant from the chat."""
    call.world.chats.leave(call.parameters['ConnectionToken'])
    return {}


def describe_view(call: Call) -> Json:
    """Answer that there are no views."""
    call.world.rooms.at(call.parameters['ConnectionToken'])
    raise NotThere('The sandbox has no views')


HANDLERS: dict[str, Handler] = {
    'connectparticipant.CreateParticipantConnection': create_participant_connection,
    'connectparticipant.SendMessage': send_message,
    'connectparticipant.SendEvent': send_event,
    'connectparticipant.StartAttachmentUpload': start_attachment_upload,
    'connectparticipant.CompleteAttachmentUpload': complete_attachment_upload,
    'connectparticipant.GetAttachment': get_attachment,
    'connectparticipant.DisconnectParticipant': disconnect_participant,
    'connectparticipant.DescribeView': describe_view,
}
