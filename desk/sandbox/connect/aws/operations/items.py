"""A line of a chat in the format of transcript, socket and stream.

Everything but messages and files is an event, and an event without an actor names nobody: as in a
transcript of 2026 in S3, and in chatjs#241.
"""

from desk.sandbox.connect.world.events import Json, stamp
from desk.sandbox.connect.world.room import Item, ItemType
from desk.sandbox.connect.world.state import State


def item_words(state: State, item: Item) -> Json:
    """Return an item with the members that it has."""
    is_said = item.type in {ItemType.MESSAGE, ItemType.ATTACHMENT}
    by_whom = {'ParticipantRole': item.role.value, 'DisplayName': item.name or None}
    words: Json = {
        'Id': item.id,
        'AbsoluteTime': stamp(item.at),
        'Type': item.type.value if is_said else ItemType.EVENT.value,
        'ContentType': item.content_type,
        'ContactId': item.contact_id,
        'Content': item.content or None,
        'ParticipantId': item.participant_id or None,
        **(by_whom if item.participant_id else {}),
        'Attachments': [_attachment(state, each) for each in item.attachment_ids] or None,
        'MessageMetadata': _metadata(item),
    }
    return {key: value for key, value in words.items() if value is not None}


def _attachment(state: State, attachment_id: str) -> Json:
    attachment = state.attachments[attachment_id]
    return {
        'AttachmentId': attachment.id,
        'AttachmentName': attachment.name,
        'ContentType': attachment.content_type,
        'Status': 'APPROVED',
    }


def _metadata(item: Item) -> Json | None:
    if not item.receipts:
        return None
    receipts = [
        {
            'DeliveredTimestamp': stamp(receipt.delivered_at),
            'ReadTimestamp': stamp(receipt.read_at),
            'RecipientParticipantId': receipt.participant_id,
        }
        for receipt in item.receipts
    ]
    return {
        'MessageId': item.id,
        'Receipts': [{k: v for k, v in receipt.items() if v} for receipt in receipts],
    }
