"""Actions of a chat's participants: write, type, acknowledge, send files, leave."""

import json

from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.endings import Endings
from desk.sandbox.connect.world.refusals import (
    InTheWay,
    NotPermitted,
    NotPossible,
    NotThere,
    OverQuota,
)
from desk.sandbox.connect.world.room import (
    ACKNOWLEDGED,
    DELIVERED,
    READ,
    TYPING,
    Attachment,
    Item,
    ItemType,
    Participant,
    Receipt,
    Room,
    Stream,
)
from desk.sandbox.connect.world.rooms import Rooms
from desk.sandbox.connect.world.terms import MAX_STREAMS, Reason, Role

MAX_BYTES = 16_384  # for every content type; botocore 1.44
CONTENT_TYPES = frozenset(
    {
        'text/plain',
        'text/markdown',
        'application/json',
        'application/vnd.amazonaws.connect.message.interactive.response',
    }
)
MAX_FILES = 35
MAX_FILE_BYTES = 20 * 1024 * 1024
FILE_TYPES = frozenset(
    {
        'application/csv',
        'application/msword',
        'application/pdf',
        'application/vnd.ms-excel',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'audio/wav',
        'image/heic',
        'image/jpeg',
        'image/png',
        'text/csv',
        'text/plain',
        'video/mp4',
    }
)


class Chats:
    """The participants' actions in chats."""

    def __init__(self, core: Core, rooms: Rooms, endings: Endings) -> None:
        self._core = core
        self._rooms = rooms
        self._endings = endings

    def write(self, token: str, content_type: str, content: str) -> Item:
        """Send a message.

        Raises:
            NotPermitted: the connection is no longer valid.
            NotPossible: the content type or length is not accepted.
        """
        room, participant = self._rooms.at(token)
        is_taken = content_type in {*room.content_types, 'text/plain'}
        if not is_taken or content_type not in CONTENT_TYPES:
            raise NotPossible(f'ContentType {content_type} is not supported')
        if len(content.encode()) > MAX_BYTES:
            raise NotPossible(f'Content is longer than {MAX_BYTES} bytes')
        self._rooms.join(room, participant)
        return self._rooms.post(room, participant, content_type, content)

    def signal(self, token: str, content_type: str, content: str) -> Item:
        """Send a typing event or a receipt.

        Raises:
            NotPermitted: the connection is no longer valid.
            NotPossible: the event does not exist, or names no message.
            InTheWay: a receipt, with more than two participants.
        """
        room, participant = self._rooms.at(token)
        if content_type in {DELIVERED, READ}:
            message = self._acknowledge(room, participant, content_type, content)
            item = self._rooms.post(room, participant, content_type, content)
            item.about_id = message.id
            return item
        if content_type not in {TYPING, ACKNOWLEDGED}:
            raise NotPossible(f'ContentType {content_type} is not supported')
        return self._rooms.post(room, participant, content_type)

    def leave(self, token: str) -> None:
        """Remove a participant; without the customer or the agent the chat ends."""
        room, participant = self._rooms.at(token)
        if participant.role is Role.CUSTOMER:
            self._endings.end(self._core.live(room.contact_id), Reason.CUSTOMER)
        elif participant.role is Role.AGENT:
            self._endings.end(self._core.live(room.contact_id), Reason.AGENT)
        else:
            self._rooms.leave(room, participant)

    def add_bot(self, contact: Contact, name: str) -> Participant:
        """Add a program as a participant, until an agent joins.

        Raises:
            NotPossible: the contact is not a chat.
            InTheWay: there is one already, or an agent has joined.
            OverQuota: the chat is not streamed.
        """
        room = self._rooms.of(contact)
        if not room.streams:
            raise NotPossible('The chat has no streaming endpoint')
        if room.first(Role.CUSTOM_BOT) or room.first(Role.AGENT):
            raise InTheWay('Another custom participant or an agent is on the contact')
        return self._rooms.add(room, Role.CUSTOM_BOT, name)

    def stream(self, contact: Contact, topic_arn: str) -> Stream:
        """Send the chat to a topic from now on.

        Raises:
            NotPossible: the contact is not a chat.
            OverQuota: the chat has two topics already.
        """
        room = self._rooms.of(contact)
        if len(room.streams) >= MAX_STREAMS:
            raise OverQuota(f'A contact has at most {MAX_STREAMS} streaming endpoints')
        stream = Stream(id=self._core.new_id(), topic_arn=topic_arn)
        room.streams.append(stream)
        return stream

    def stop_stream(self, contact: Contact, streaming_id: str) -> None:
        """Stop sending the chat to a topic.

        Raises:
            NotPossible: the contact is not a chat.
            NotThere: the stream does not exist.
        """
        room = self._rooms.of(contact)
        left = [stream for stream in room.streams if stream.id != streaming_id]
        if len(left) == len(room.streams):
            raise NotThere(f'Streaming {streaming_id} does not exist')
        room.streams = left

    def begin_upload(self, token: str, name: str, content_type: str, size_bytes: int) -> Attachment:
        """Announce a file.

        Raises:
            NotPermitted: the connection is no longer valid.
            NotPossible: the type is not accepted.
            OverQuota: the file is too large, or the chat has too many.
        """
        room, participant = self._rooms.at(token)
        if content_type not in FILE_TYPES:
            raise NotPossible(f'ContentType {content_type} is not supported')
        files = self._core.state.attachments
        if size_bytes > MAX_FILE_BYTES or self._files(room) >= MAX_FILES:
            raise OverQuota('The file is too big, or the chat has too many files')
        attachment = Attachment(
            id=self._core.new_id(),
            name=name,
            content_type=content_type,
            size_bytes=size_bytes,
            owner_id=participant.id,
            room_id=room.id,
        )
        files[attachment.id] = attachment
        return attachment

    def complete_upload(self, token: str, attachment_id: str) -> None:
        """Add an uploaded file to the chat.

        Raises:
            NotPermitted, NotPossible: as ``attachment``; or nothing was uploaded, or with another size.
            InTheWay: the file was added already.
        """
        room, participant = self._rooms.at(token)
        attachment = self._core.state.attachments.get(attachment_id)
        if attachment is None or attachment.owner_id != participant.id:
            raise NotPossible(f'Attachment {attachment_id} does not exist')
        if attachment.is_completed:
            raise InTheWay(f'Attachment {attachment_id} is completed')
        if attachment.content is None or len(attachment.content) != attachment.size_bytes:
            raise NotPossible(f'Attachment {attachment_id} was not uploaded')
        attachment.is_completed = True
        self._rooms.post(room, participant, attachment.content_type, attachment_ids=[attachment.id])

    def attachment(self, token: str, attachment_id: str) -> Attachment:
        """Return a file of the chat.

        Raises:
            NotPermitted: the connection is no longer valid, or belongs to a program.
            NotPossible: the chat has no such file.
        """
        room, participant = self._rooms.at(token)
        attachment = self._core.state.attachments.get(attachment_id)
        if participant.role is Role.CUSTOM_BOT:
            raise NotPermitted('Access denied')
        if attachment is None or attachment.room_id != room.id or not attachment.is_completed:
            raise NotPossible(f'Attachment {attachment_id} does not exist')
        return attachment

    def _files(self, room: Room) -> int:
        return sum(file.room_id == room.id for file in self._core.state.attachments.values())

    def _acknowledge(
        self, room: Room, participant: Participant, content_type: str, content: str
    ) -> Item:
        if len(room.present) > 2:
            raise InTheWay('Receipts are not supported with more than two participants')
        wanted = _message_id(content)
        message = next(
            (i for i in room.items if i.id == wanted and i.type is ItemType.MESSAGE), None
        )
        if message is None:
            raise NotPossible('Content names no message of this chat')
        receipt = next((r for r in message.receipts if r.participant_id == participant.id), None)
        if receipt is None:
            receipt = Receipt(participant_id=participant.id)
            message.receipts.append(receipt)
        receipt.delivered_at = receipt.delivered_at or self._core.now
        if content_type == READ:
            receipt.read_at = receipt.read_at or self._core.now
        return message


def _message_id(content: str) -> str:
    try:
        read = json.loads(content)
    except ValueError:
        return ''
    return str(read.get('messageId', '')) if isinstance(read, dict) else ''
