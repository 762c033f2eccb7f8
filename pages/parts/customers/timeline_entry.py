"""One entry of a customer's timeline: a single element, buttons included."""

from datetime import timedelta
from typing import Any

from markupsafe import Markup

from models import (
    Agent,
    Call,
    CallDirection,
    CallEnding,
    ChatStatus,
    CustomerChange,
    CustomerMerge,
    Note,
)
from pages.locale import _
from pages.parts.customers.form import field_name, field_value
from pages.parts.customers.written import written
from pages.parts.kit import times
from pages.parts.kit.markup import filled, linked
from pages.parts.kit.promise_words import line
from pages.parts.transcript.tones import mood_tag
from services.chats.events import ChatCard
from services.customers.merge_plan import BESIDE, MERGED, PARTED
from services.customers.merging import undo_until
from services.customers.timeline import TimelineEntry, TimelineKind
from services.sentiment.events import Mood

MOST_CHARS = 80
AT_ONCE = timedelta(seconds=1)
ICONS = {
    TimelineKind.CHAT: 'forum',
    TimelineKind.CALL: 'call',
    TimelineKind.NOTE: 'sticky_note_2',
    TimelineKind.CHANGE: 'edit',
}


def entry(entry: TimelineEntry, reader: Agent, *, is_open: bool = False) -> Markup:
    """Return the markup of an entry for its reader; ``is_open`` when its transcript is shown below it."""
    title, body, buttons = _parts(entry, reader, is_open=is_open)
    return filled(
        '<i class="material-icons" aria-hidden="true">{icon}</i><div class="desk-entry-main">'
        '<div class="desk-row-line"><b>{title}</b><span class="desk-sub">{agent}</span>'
        '<time class="desk-found-aside" title="{full}">{at}</time></div>{body}</div>{buttons}',
        icon=ICONS[entry.kind],
        title=title,
        agent=entry.agent_name,
        full=times.full(entry.at),
        at=times.moment(entry.at),
        body=body + _written(entry),
        buttons=buttons,
    )


def _written(entry: TimelineEntry) -> Markup:
    inside = written(entry.wrap_up)
    listed = filled('<dl class="desk-written">{inside}</dl>', inside=inside) if inside else inside
    promised = (
        filled('<p class="desk-promise">{word}: {line}</p>', word=_('약속'), line=line(one))
        for one in entry.promises
    )
    return Markup().join([listed, *promised])


Parts = tuple[str | Markup, Markup, Markup]
"""Title, text and buttons."""


def _parts(entry: TimelineEntry, reader: Agent, *, is_open: bool) -> Parts:
    if entry.chat is not None:
        return _chat(entry.chat, entry.mood, is_open=is_open)
    if entry.call is not None:
        return _call(entry.call)
    if entry.note is not None:
        return _note(entry.note, reader)
    return _change(entry.change, entry.merge) if entry.change else ('', Markup(), Markup())


def _chat(chat: ChatCard, mood: Mood | None, *, is_open: bool) -> Parts:
    states = {
        ChatStatus.WAITING: _('대기'),
        ChatStatus.ACTIVE: _('진행'),
        ChatStatus.ON_HOLD: _('status.on_hold'),
        ChatStatus.CLOSED: _('종료'),
    }
    title = filled(
        '{word} · {department} <span class="desk-tag">{state}</span> {mood}',
        word=_('채팅'),
        department=_(chat.department),
        state=states[chat.status],
        mood=mood_tag(mood),
    )
    body = filled('<p class="desk-entry-last" dir="auto">{last}</p>', last=chat.last_line)
    shown = _button('open', _('접기') if is_open else _('대화 보기'), is_expanded=is_open)
    way = filled(
        '<a class="desk-entry-link" href="/desk/chats/{id}">{text}</a>',
        id=chat.id,
        text=_('상담 화면으로'),
    )
    return title, body, shown + way


def _call(call: Call) -> Parts:
    word = _('받은 통화') if call.direction is CallDirection.INBOUND else _('건 통화')
    missed = {
        CallEnding.ABANDONED: _('포기'),
        CallEnding.MISSED: _('부재중'),
        CallEnding.FAILED: _('연결 실패'),
    }
    ending = missed.get(call.ending) if call.ending else None
    tag = filled('<span class="desk-tag">{word}</span>', word=ending) if ending else Markup()
    title = filled('{word} · {department} {tag}', word=word, department=_(call.department), tag=tag)
    return title, Markup(), Markup()


def _note(note: Note, reader: Agent) -> Parts:
    is_changed = note.updated_at - note.created_at > AT_ONCE
    title = _('상담 메모 (고침)') if is_changed else _('상담 메모')
    body = filled('<p class="desk-entry-note" dir="auto">{text}</p>', text=linked(note.text))
    if note.agent_id != reader.id:
        return title, body, Markup()
    return title, body, _button('edit', _('고치기')) + _button('remove', _('지우기'))


def _change(change: CustomerChange, merge: CustomerMerge | None) -> Parts:
    fields = {name: pair for name, pair in change.fields.items() if name not in BESIDE}
    buttons = Markup()
    if merge is not None and undo_until(merge) is not None:
        buttons = _button('undo', _('되돌리기'))
    lines = Markup().join(_line(name, *pair) for name, pair in fields.items() if pair[0] != pair[1])
    is_new = change.version <= 1 and all(before is None for before, _after in fields.values())
    body = (
        Markup() if is_new else filled('<dl class="desk-entry-changes">{lines}</dl>', lines=lines)
    )
    return _change_title(change.fields, is_new=is_new), body, buttons


def _change_title(fields: dict[str, list[Any]], *, is_new: bool) -> str:
    if MERGED in fields:
        return _('{code} 고객을 합침', code=fields[MERGED][1])
    if PARTED in fields:
        return _('{code} 고객과 합친 것을 되돌림', code=fields[PARTED][0])
    return _('고객 등록') if is_new else _('정보 변경')


def _line(name: str, before: object, after: object) -> Markup:
    return filled(
        '<div><dt>{name}</dt><dd><del>{before}</del> <span aria-hidden="true">→</span> <ins>{after}</ins></dd></div>',
        name=field_name(name),
        before=_short(field_value(name, before)),
        after=_short(field_value(name, after)),
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARS else text[: MOST_CHARS - 1] + '…'


def _button(act: str, text: str, *, is_expanded: bool | None = None) -> Markup:
    expanded = Markup()
    if is_expanded is not None:
        expanded = filled(' aria-expanded="{is}"', **{'is': 'true' if is_expanded else 'false'})
    return filled(
        '<button type="button" class="desk-entry-button" data-act="{act}"{expanded}>{text}</button>',
        act=act,
        expanded=expanded,
        text=text,
    )
