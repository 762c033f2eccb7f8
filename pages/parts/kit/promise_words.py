"""Texts about promises (약속): content, due time and outcome."""

from datetime import datetime

from markupsafe import Markup

from desk import clock
from models import PromiseStatus
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.markup import filled
from services.contacts.promise_view import PromiseView


def due(at: datetime) -> str:
    """Return the due time: ``14:05`` today, with the day otherwise."""
    if times.same_day(at, clock.now()):
        return times.hour(at)
    return f'{times.short(at)} {times.hour(at)}'


def span(since: datetime, until: datetime) -> str:
    """Return a slot: ``14:00~15:00``, with the day for any but today."""
    return f'{due(since)}~{times.hour(until)}'


def state(promise: PromiseView) -> str:
    """Return a promise's outcome; for an open one that it is late, or nothing."""
    if promise.is_open:
        return _('시간 지남') if promise.is_overdue else ''
    names = {
        PromiseStatus.KEPT: _('지킴'),
        PromiseStatus.BROKEN: _('못 지킴'),
        PromiseStatus.CANCELLED: _('필요 없어짐'),
    }
    return names.get(promise.status, '')


def line(promise: PromiseView) -> Markup:
    """Return a promise on one line: due time, customer, content, owner and outcome."""
    late = Markup(' desk-late') if promise.is_overdue else ''
    return filled(
        '<time class="desk-promise-due{late}" title="{full}">{due}</time> <b>{customer}</b> <span dir="auto">{body}</span>'
        ' <span class="desk-sub">{owner}</span> <span class="desk-sub">{state}</span>',
        late=late,
        full=times.full(promise.due_at),
        due=due(promise.due_at),
        customer=promise.customer,
        body=promise.body,
        owner=promise.owner or _('담당자 없음'),
        state=state(promise),
    )


def field_value(at: datetime) -> str:
    """Return a time as the value of the browser's date-time field, in Seoul."""
    return f'{at.astimezone(clock.SEOUL):%Y-%m-%dT%H:%M}'


def field_moment(value: str) -> datetime | None:
    """Return the time in such a field; ``None`` when it is empty or invalid."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=clock.SEOUL)
    except ValueError:
        return None
