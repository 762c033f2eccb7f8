"""The form before a chat: plain HTML, since nobody can be authenticated for a socket yet (decision 0003)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from desk import clock
from desk.errors import DeskError
from models import ChatEnding
from models.chat import MAX_MESSAGE_CHARS, MAX_NAME_CHARS
from pages.locale import LANGUAGES, customer_sentence, language_of, text
from pages.parts.kit import times
from pages.parts.talk.crowded_words import crowded_words
from pages.parts.talk.wait_words import wait_words
from pages.web import forms
from pages.web.refusals import headers_of
from pages.web.talk_place import TalkPlace
from services.chats.announcing import Announced
from services.chats.events import ChatCard
from services.chats.left_messages import LeftView
from services.chats.ratings import may_be_rated
from services.chats.visits import StartRefusedError, VisitTopic
from services.floor.expected_waits import ExpectedWait
from services.settings.opening import Closed, QueueClosedError
from services.settings.texts import CustomerTexts, TextName

FIELDS = {
    'visit.consent': 'consent',
    'visit.name': 'name',
    'visit.name_missing': 'name',
    'visit.phone': 'phone',
    'visit.phone_missing': 'phone',
    'visit.department': 'department',
    'visit.closed': 'department',
    'message.blank': 'body',
    'message.too_long': 'body',
    'widget.topic': 'department',
}
"""The field at which each error is shown; any other error is shown above the form."""
PLACES = ('consent', 'name', 'phone', 'department', 'body')
"""The form's fields from top to bottom."""
ENDONYMS = {'ko': '한국어', 'en': 'English'}
_LAST = datetime.max.replace(tzinfo=UTC)
STYLES = ('/static/talk.css',)
SCRIPTS = ('/static/talk_form.js',)


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEntry:
    """The values of the form as typed; with the same ``token`` a form that is sent twice starts one chat."""

    token: str
    name: str = ''
    phone: str = ''
    department: str = ''
    consent: bool = False
    body: str = ''
    """The message to leave, where the queue is closed."""


def draw(  # noqa: PLR0913 - all of these are on the form
    request: Request,
    topics: list[VisitTopic],
    entry: TalkEntry,
    *,
    texts: CustomerTexts,
    announced: Announced | None = None,
    error: DeskError | None = None,
    ended: ChatCard | None = None,
    waits: Mapping[UUID, ExpectedWait] | None = None,
    crowded: VisitTopic | None = None,
    calls: bool = False,
) -> Response:
    """Return the form with the typed values, and each error at its field.

    When the earlier chat ``ended``, that is said first; as long as it may be rated, the tab in which it was shows the way.
    ``waits`` are the expected waits by queue, as far as they are known. ``announced`` is kept with the chat by its version.
    ``crowded`` is the chosen topic if it is crowded: its customer may wait all the same, leave a message, or with ``calls`` be called.
    ``texts`` are those of every queue, and of the ``crowded`` one, and of the queue of an ``error`` that says that it is closed.
    """
    language, place = language_of(request), TalkPlace.of(request)
    faults = _faults(language, error, texts)
    nobody = _all_closed(language, topics, texts) if topics else text(language, '지금은 상담을 받을 수 있는 상담원이 없어요. 잠시 뒤에 다시 찾아 주세요.')  # fmt: skip
    body = forms.render(
        'talk.html',
        language,
        lead=_lead(language, ended.ending if ended else None, texts),
        rated_id=ended.id if ended and may_be_rated(ended) else '',
        topics=[(one.name, _option(language, one, waits or {})) for one in topics],
        entry=entry,
        announced=announced,
        sentence=nobody or (customer_sentence(language, error) if error and not faults else ''),
        faults=dict.fromkeys(PLACES, '') | faults,
        first=next((one for one in PLACES if one in faults), ''),
        most=MAX_NAME_CHARS,
        most_body=MAX_MESSAGE_CHARS,
        are_closed=bool(nobody and topics),
        crowded=_crowded_sentence(
            language, crowded, waits or {}, crowded_words(language, texts, may_be_called=calls)
        )
        if crowded
        else '',
        calls=calls,
        leaves=bool(crowded or nobody or entry.body or 'body' in faults) or _is_closed(error),
        elsewhere='/talk' if error and error.key == 'widget.cookies' else '',
        **_place(place, language),
    )
    return forms.page(
        title=text(language, '채팅 상담'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        styles=STYLES,
        scripts=(*SCRIPTS, *_frame_script(place)),
    )


def draw_left(request: Request, left: LeftView) -> Response:
    """Return the page about a message that waits for an opening; not its text, since others may use this browser."""
    language, place = language_of(request), TalkPlace.of(request)
    opens = times.moment_in(left.opens_at, clock.SEOUL, language) if left.opens_at else ''
    body = forms.render(
        'talk_left.html',
        language,
        name=_veiled(left.name),
        department=topic_name(language, VisitTopic(left.queue, left.queue_en)),
        left=times.moment(left.left_at, language),
        opens=opens,
        **_place(place, language),
    )
    return forms.page(
        title=text(language, '메시지를 남겼어요'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        styles=STYLES,
        scripts=_frame_script(place),
    )


def draw_resume(request: Request, chat: ChatCard, topic: VisitTopic) -> Response:
    """Return the page that asks whether to continue an open chat, since another person may use the same computer now.

    It shows neither messages nor the agent.
    """
    language, place = language_of(request), TalkPlace.of(request)
    body = forms.render(
        'talk_resume.html',
        language,
        chat_id=chat.id,
        name=_veiled(chat.visitor_name),
        department=topic_name(language, topic),
        started=times.moment(chat.start_time, language),
        **_place(place, language),
    )
    return forms.page(
        title=text(language, '이어서 상담하시겠어요?'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        styles=STYLES,
        scripts=_frame_script(place),
    )


def topic_name(language: str, topic: VisitTopic) -> str:
    """Return the name of a topic in a language: the administrators' own, else the catalogue's."""
    return topic.name_en if language == 'en' and topic.name_en else text(language, topic.name)


def _is_closed(error: DeskError | None) -> bool:
    return isinstance(error, QueueClosedError)


def _lead(language: str, ending: ChatEnding | None, texts: CustomerTexts) -> str:
    match ending:
        case None:
            return texts.said(TextName.GREETING, language) or text(
                language, '문의하실 내용을 알려 주시면 담당 상담원이 바로 도와드려요.'
            )
        case ChatEnding.ABANDONED:
            return text(
                language, '상담원과 연결되기 전에 상담이 종료되었어요. 언제든 다시 찾아 주세요.'
            )
        case ChatEnding.SILENCE:
            return texts.said(TextName.SILENCE_ENDED, language) or text(
                language, '오랫동안 답이 없어 상담을 종료했어요. 언제든 다시 찾아 주세요.'
            )
        case _:
            return texts.said(TextName.ENDED, language) or text(
                language, '상담이 종료되었어요. 이용해 주셔서 감사해요.'
            )


def _faults(language: str, error: DeskError | None, texts: CustomerTexts) -> dict[str, str]:
    """Return the errors by field; of several at one field the first."""
    wrong = error.faults if isinstance(error, StartRefusedError) else [error] if error else []
    said: dict[str, str] = {}
    for one in wrong:
        if one.key in FIELDS:
            said.setdefault(FIELDS[one.key], _fault(language, one, texts))
    return said


def _fault(language: str, error: DeskError, texts: CustomerTexts) -> str:
    if isinstance(error, QueueClosedError):
        return _closed_sentence(language, error.closed, texts)
    return customer_sentence(language, error)


def _option(language: str, topic: VisitTopic, waits: Mapping[UUID, ExpectedWait]) -> str:
    """Return a topic as it is chosen, with its expected wait; outside its business hours it says when it opens."""
    name = topic_name(language, topic)
    if topic.closed is None:
        wait = waits.get(topic.queue_id) if topic.queue_id else None
        if wait is None:
            return name
        return text(language, '{topic} · 대기 {wait}', topic=name, wait=wait_words(language, wait))
    if topic.closed.opens_at is None:
        return text(language, '{topic} · 지금은 상담 시간이 아니에요', topic=name)
    opens = times.moment_in(topic.closed.opens_at, topic.closed.zone, language)
    return text(language, '{topic} · {opens}에 열어요', topic=name, opens=opens)


def _all_closed(language: str, topics: list[VisitTopic], texts: CustomerTexts) -> str:
    """Return the sentence for when every topic is closed: when the first of them opens; empty otherwise."""
    closed = [one.closed for one in topics if one.closed is not None]
    if len(closed) < len(topics):
        return ''
    first = min(closed, key=lambda one: one.opens_at or _LAST)
    return _closed_sentence(language, first, texts)


def _closed_sentence(language: str, closed: Closed, texts: CustomerTexts) -> str:
    at = closed.opens_at
    opens = times.moment_in(at, closed.zone, language) if at else ''
    if own := texts.said(TextName.CLOSED, language, opens=opens or text(language, '나중')):
        return own
    if at is None:
        return text(language, 'visit.closed')
    return text(language, '지금은 상담 시간이 아니에요. {opens}부터 상담을 시작하실 수 있어요.', opens=opens)  # fmt: skip


def _crowded_sentence(
    language: str,
    topic: VisitTopic,
    waits: Mapping[UUID, ExpectedWait],
    said: str,
) -> str:
    """Return what is said of a crowded queue, with its expected wait where one is known."""
    wait = waits.get(topic.queue_id) if topic.queue_id else None
    if wait is None:
        return said
    return f'{said} {text(language, "예상 대기 시간 {wait}", wait=wait_words(language, wait))}'


def _place(place: TalkPlace, language: str) -> dict[str, object]:
    """Return the addresses that a form leads to, and the way to the other language."""
    [other] = [one for one in LANGUAGES if one != language]
    return {
        'place': place,
        'other': other,
        'endonym': ENDONYMS[other],
        'in_other': place.at(language=other),
    }


def _frame_script(place: TalkPlace) -> tuple[str, ...]:
    return ('/static/talk_frame.js',) if place.site else ()


def _veiled(name: str) -> str:
    """Return a name that only its owner recognises: 최*진."""
    if len(name) < 3:
        return f'{name[:1]}*'
    return f'{name[0]}{"*" * (len(name) - 2)}{name[-1]}'
