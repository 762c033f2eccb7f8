"""Comprehend's sentiment, and Contact Lens based on it. A stand-in: see ``sentiment``."""

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.sentiment import LANGUAGES, MAX_BATCH, MAX_BYTES, sentiment
from desk.sandbox.connect.world.contact import Contact, Utterance
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotPossible, TooLong, TooMany, Unsupported
from desk.sandbox.connect.world.room import Item, ItemType
from desk.sandbox.connect.world.terms import Channel, Role

MILLISECONDS_A_LETTER = 150  # assumed: six or seven syllables a second


def detect_sentiment(call: Call) -> Json:
    """Answer with the sentiment of one text."""
    text, language = call.parameters['Text'], call.parameters['LanguageCode']
    _check_language(language)
    if len(text.encode()) > MAX_BYTES:
        raise TooLong(
            f'Input text size exceeds limit. Max length of request text: {MAX_BYTES} bytes'
        )
    return _words(text, language)


def batch_detect_sentiment(call: Call) -> Json:
    """Answer with the sentiments of texts; those that cannot be analysed are in ``ErrorList``."""
    texts, language = call.parameters['TextList'], call.parameters['LanguageCode']
    _check_language(language)
    if len(texts) > MAX_BATCH:
        raise TooMany(f'The batch has more than {MAX_BATCH} texts')
    results, errors = [], []
    for index, text in enumerate(texts):
        if fault := _fault(text):
            errors.append({'Index': index, 'ErrorCode': fault[0], 'ErrorMessage': fault[1]})
        else:
            results.append({'Index': index, **_words(text, language)})
    return {'ResultList': results, 'ErrorList': errors}


def _fault(text: str) -> tuple[str, str] | None:
    if not text:
        return 'InvalidRequestException', 'Input text is empty'
    if len(text.encode()) > MAX_BYTES:
        return 'TextSizeLimitExceededException', f'Input text exceeds {MAX_BYTES} bytes'
    return None


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Unsupported(f'The sandbox knows {" and ".join(LANGUAGES)} only')


def _words(text: str, language: str) -> Json:
    found = sentiment(text, language)
    return {
        'Sentiment': found.label,
        'SentimentScore': {
            'Positive': found.positive,
            'Negative': found.negative,
            'Neutral': found.neutral,
            'Mixed': found.mixed,
        },
    }


def list_realtime_contact_analysis_segments_v2(call: Call) -> Json:
    """Answer with a chat's messages and their sentiments."""
    contact = call.world.core.contact(call.key('ContactId'))
    if contact.channel is not Channel.CHAT:
        raise NotPossible('Only chats are analysed here')
    room = call.world.rooms.of(contact)
    wanted = call.parameters['SegmentTypes']
    segments = [_segment(contact, item) for item in room.items if _kind(item) in wanted]
    found, token = call.page(segments, f'segments/{contact.id}')
    return {
        'Channel': contact.channel.value,
        'Status': 'COMPLETED' if contact.is_over else 'IN_PROGRESS',
        'Segments': found,
        'NextToken': token,
    }


def list_realtime_contact_analysis_segments(call: Call) -> Json:
    """Answer with a call's transcript and sentiments."""
    contact = call.world.core.contact(call.key('ContactId'))
    if contact.channel is not Channel.VOICE:
        raise NotPossible('Only calls are analysed here')
    segments = [{'Transcript': _utterance(contact, each)} for each in contact.said]
    found, token = call.page(segments, f'utterances/{contact.id}')
    return {'Segments': found, 'NextToken': token}


def _utterance(contact: Contact, said: Utterance) -> Json:
    start = contact.connected_to_agent_at or said.at
    begin = round((said.at - start).total_seconds() * 1_000)
    return {
        'Id': said.id,
        'ParticipantId': said.role.value,
        'ParticipantRole': said.role.value,
        'Content': said.text,
        'BeginOffsetMillis': begin,
        'EndOffsetMillis': begin + len(said.text) * MILLISECONDS_A_LETTER,
        'Sentiment': _tone(said.text),
        'LanguageCode': 'ko-KR' if _language(said.text) == 'ko' else 'en-US',
    }


def _language(text: str) -> str:
    return 'ko' if any('가' <= letter <= '힣' for letter in text) else 'en'


def _tone(text: str) -> str:
    """Return a text's sentiment in Contact Lens's words; Contact Lens has no mixed one."""
    label = sentiment(text, _language(text)).label
    return label if label != 'MIXED' else 'NEUTRAL'


def _kind(item: Item) -> str:
    return {ItemType.MESSAGE: 'Transcript', ItemType.ATTACHMENT: 'Attachments'}.get(
        item.type, 'Event'
    )


def _segment(contact: Contact, item: Item) -> Json:
    common = {
        'Id': item.id,
        'ParticipantId': item.participant_id or contact.id,
        'ParticipantRole': item.role.value,
        'DisplayName': item.name,
        'Time': {'AbsoluteTime': item.at},
    }
    if item.type is ItemType.MESSAGE:
        words = {'Content': item.content, 'ContentType': item.content_type}
        if item.role in {Role.AGENT, Role.CUSTOMER}:
            words['Sentiment'] = _tone(item.content)
        return {'Transcript': common | words}
    if item.type is ItemType.ATTACHMENT:
        files = [{'AttachmentName': 'file', 'AttachmentId': i} for i in item.attachment_ids]
        return {'Attachments': common | {'Attachments': files}}
    return {'Event': common | {'EventType': item.content_type}}


HANDLERS: dict[str, Handler] = {
    'comprehend.DetectSentiment': detect_sentiment,
    'comprehend.BatchDetectSentiment': batch_detect_sentiment,
    'connect-contact-lens.ListRealtimeContactAnalysisSegments': (
        list_realtime_contact_analysis_segments
    ),
    'connect.ListRealtimeContactAnalysisSegmentsV2': list_realtime_contact_analysis_segments_v2,
}
