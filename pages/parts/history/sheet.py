"""The history as a spreadsheet: headings and rows in the reader's language, with numbers masked."""

from datetime import datetime, timedelta
from functools import partial

from desk import clock
from models import CallEnding, ChatEnding, Priority
from pages.locale import text
from pages.parts.transcript.tones import TONES, source_key
from services.contacts.wrap_up_view import WrapUpView
from services.customers.personal_data import masked_phone
from services.history.contact import Contact
from services.history.exports import Row, Words
from services.history.filter import Channel, ContactState

HEADINGS = (
    '시작 시각', '채널', '상태', '종료 사유', '중요도', '부서', '상담원', '고객 번호', '고객', '전화번호',
    '수락 시각', '종료 시각', '상담 시간(초)', '상담 분류', '요약', '후속 조치 필요', '후처리 시간(초)',
    '고객 감정', '고객 감정 분석', '만족도(점)', '고객 의견', '라벨', '마지막 메시지',
)  # fmt: skip

CHANNELS = {Channel.CHAT: '채팅', Channel.CALL: '통화'}
STATES = {
    ContactState.WAITING: '대기', ContactState.ACTIVE: '진행', ContactState.ON_HOLD: '보류',
    ContactState.CLOSED: '종료', ContactState.ABANDONED: '포기',
}  # fmt: skip
PRIORITIES = {
    Priority.LOW: '낮음', Priority.MEDIUM: '보통', Priority.HIGH: '높음', Priority.URGENT: '긴급',
}  # fmt: skip
ENDINGS: dict[str, str] = {
    ChatEnding.AGENT: '상담원', ChatEnding.CUSTOMER: '고객', ChatEnding.ABANDONED: '포기',
    ChatEnding.SILENCE: '고객 무응답',
    ChatEnding.PROTECTION: '보호',
    CallEnding.MISSED: '부재중', CallEnding.FAILED: '연결 실패',
}  # fmt: skip
"""How a contact ended; an abandoned call and an abandoned chat have the same name."""


NOTES = '메모'
"""The column of private notes, which supervisors' exports alone have."""


def words(language: str, *, with_notes: bool = False) -> Words:
    """Return the headings and words of an export in a language."""
    headings = (*HEADINGS, NOTES) if with_notes else HEADINGS
    return Words(
        headings=[text(language, heading) for heading in headings],
        row=partial(_row_with_notes if with_notes else row, language),
        stopped=text(language, '내보내기를 멈춰 여기까지만 있습니다.'),
    )


def row(language: str, contact: Contact) -> Row:
    """Return a contact as a row. Times are Seoul's, written so that a spreadsheet can sort and compute them."""

    def word(key: str) -> str:
        return text(language, key) if key else ''

    return [
        _moment(contact.start_time),
        word(CHANNELS[contact.channel]),
        word(STATES[contact.state]),
        word(ENDINGS[contact.ending] if contact.ending else ''),
        word(PRIORITIES[contact.priority]),
        word(contact.department),
        contact.agent_name,
        contact.customer.code if contact.customer else '',
        contact.name,
        masked_phone(contact.number),
        _moment(contact.answered_at),
        _moment(contact.end_time),
        _seconds(contact.length),
        *_written(language, contact.wrap_up),
        word(TONES[contact.mood.sentiment] if contact.mood else ''),
        word(source_key(contact.mood.source) if contact.mood else ''),
        contact.rating.score if contact.rating else None,
        contact.rating.comment if contact.rating else '',
        ', '.join(label.called(language) for label in contact.labels),
        contact.last_line,
    ]


def _row_with_notes(language: str, contact: Contact) -> Row:
    return [*row(language, contact), '\n'.join(contact.notes)]


def _written(language: str, wrap_up: WrapUpView | None) -> Row:
    """Return the category's path, the summary, the follow-up mark, and the duration of the wrap-up."""
    if wrap_up is None:
        return ['', '', '', None]
    return [
        wrap_up.category if language == 'ko' else wrap_up.category_en,
        wrap_up.summary,
        text(language, '필요') if wrap_up.needs_follow_up else '',
        _seconds(wrap_up.length),
    ]


def _seconds(length: timedelta | None) -> int | None:
    return int(length.total_seconds()) if length is not None else None


def _moment(at: datetime | None) -> str:
    return f'{at.astimezone(clock.SEOUL):%Y-%m-%d %H:%M:%S}' if at else ''
