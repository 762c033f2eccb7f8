"""One chat in the inbox: one element, badges included."""

from markupsafe import Markup

from models import ChatStatus, Priority
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.markup import filled
from services.chats.events import ChatCard

LATE_SECONDS = 180
"""After this long without an answer the clock is shown as late. The figure is the desk's own choice."""
_NOTHING = Markup()


def row(
    chat: ChatCard,
    *,
    holder: str = '',
    badges: Markup = _NOTHING,
    is_chosen: bool = False,
    is_picked: bool | None = None,
    is_offered: bool = False,
) -> Markup:
    """Return the markup of a chat's row.

    Args:
        chat: the chat.
        holder: the name of a colleague who holds it.
        badges: warnings of the customer.
        is_chosen: whether the chat is open.
        is_offered: whether its queue offers it to another agent: the reader cannot accept it.
        is_picked: whether a supervisor has picked it; ``None`` where nothing can be picked.
    """
    return filled(
        '{pick}<button type="button" class="desk-row-open" data-act="open"{current}>'
        '<span class="desk-row-line"><span class="desk-row-name">{name}</span>{badges}{priority}{clock}</span>'
        '<span class="desk-row-line"><span class="desk-row-last" dir="auto">{last}</span>{holder}{unread}</span>'
        '</button>{take}',
        pick='' if is_picked is None else _pick(chat, is_picked=is_picked),
        current=Markup(' aria-current="true"') if is_chosen else '',
        name=chat.visitor_name,
        badges=badges,
        priority=_priority(chat.priority),
        clock=_clock(chat),
        last=chat.last_line or _('아직 메시지가 없습니다'),
        holder=filled('<span class="desk-tag">{name}</span>', name=holder) if holder else '',
        unread=_left(chat) + _held(chat) + _snoozed(chat) + _unread(chat),
        take=_take(chat, is_offered=is_offered),
    )


def _pick(chat: ChatCard, *, is_picked: bool) -> Markup:
    return filled(
        '<button type="button" class="desk-pick" data-act="pick" aria-pressed="{pressed}" aria-label="{label}">'
        '<i class="material-icons" aria-hidden="true">{icon}</i></button>',
        pressed='true' if is_picked else 'false',
        label=_('{name} 님 상담 고르기', name=chat.visitor_name),
        icon='check_box' if is_picked else 'check_box_outline_blank',
    )


def _priority(priority: Priority) -> Markup:
    words = {Priority.HIGH: _('높음'), Priority.URGENT: _('긴급')}
    if priority not in words:
        return Markup()
    return filled('<span class="desk-tag desk-tag-danger">{word}</span>', word=words[priority])


def _clock(chat: ChatCard) -> Markup:
    waits_since = chat.waits_since if chat.status is ChatStatus.WAITING else chat.awaiting_since
    if waits_since is not None and chat.status is not ChatStatus.CLOSED:
        return filled(
            '<time class="desk-row-clock desk-ticking" data-since="{since}" data-late-seconds="{late}" title="{full}"></time>',
            since=milliseconds(waits_since),
            late=LATE_SECONDS,
            full=times.full(waits_since),
        )
    if chat.silence_due_at is not None and chat.status is ChatStatus.ACTIVE:
        return _silence(chat, milliseconds(chat.silence_due_at))
    moment = chat.end_time or chat.last_message_at or chat.start_time
    return filled(
        '<time class="desk-row-clock" title="{full}">{short}</time>',
        full=times.full(moment),
        short=times.short(moment),
    )


def _silence(chat: ChatCard, due: int) -> Markup:
    """Return the clock of a silent customer: until they are asked, then until the chat ends."""
    is_asked = chat.silence_asked_at is not None
    return filled(
        '<span class="desk-row-clock{asked}" title="{full}">{word} <time data-countdown="{due}"></time></span>',
        asked=' desk-row-asked' if is_asked else '',
        full=_('답이 없으면 상담을 종료합니다') if is_asked else _('답이 없으면 고객에게 묻습니다'),
        word=_('종료까지') if is_asked else _('확인까지'),
        due=due,
    )


def _left(chat: ChatCard) -> Markup:
    """Return the mark of a chat that its customer left as a message: nobody waits at a screen."""
    if not chat.is_left or chat.status is ChatStatus.CLOSED:
        return Markup()
    return filled('<span class="desk-tag">{text}</span>', text=_('남긴 메시지'))


def _held(chat: ChatCard) -> Markup:
    if chat.status is not ChatStatus.ON_HOLD:
        return Markup()
    return filled('<span class="desk-tag desk-tag-hold">{text}</span>', text=_('status.on_hold'))


def _snoozed(chat: ChatCard) -> Markup:
    """Return until when a chat is put away, or that it is back; nothing for others."""
    if not chat.is_open or (chat.snoozed_until is None and chat.woken_at is None):
        return Markup()
    is_back = chat.woken_at is not None
    return filled(
        '<span class="desk-tag desk-tag-away" data-back="{back}"><i class="material-icons" aria-hidden="true">{icon}</i>{text}</span>',
        back='1' if is_back else '0',
        icon='notifications_active' if is_back else 'snooze',
        text=_('다시 알림')
        if is_back or chat.snoozed_until is None
        else times.short(chat.snoozed_until),
    )


def _unread(chat: ChatCard) -> Markup:
    if not chat.unread_count:
        return Markup()
    label = _('읽지 않은 메시지 {count}개', count=chat.unread_count)
    return filled(
        '<span class="desk-badge" aria-label="{label}" role="img">{count}</span>',
        label=label,
        count=chat.unread_count if chat.unread_count < 100 else '99+',
    )


def _take(chat: ChatCard, *, is_offered: bool) -> Markup:
    if chat.status is not ChatStatus.WAITING:
        return Markup()
    if is_offered:
        return filled('<span class="desk-tag desk-assigned">{text}</span>', text=_('자동 배정'))
    return filled(
        '<button type="button" class="desk-take" data-act="take">{text}</button>', text=_('수락')
    )
