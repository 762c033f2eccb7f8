"""The order of the inbox's lists, as a moment for each chat, in Python and in SQL.

대기 and 진행: who has waited longest for an answer first, then chats in which nobody waits; 종료: latest first. One's own open
chats besides: those that are back from 다시 알림 on top, those that are put away last, in the order in which they come back.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, text
from sqlmodel import col

from models import ChatSession
from services.chats.events import ChatCard

ANSWERED = datetime.max.replace(tzinfo=UTC)
"""Sorts chats in which nobody waits after those in which somebody does."""
_OWN_ANSWERED = datetime(9000, 1, 1, tzinfo=UTC)
"""The same among one's own chats, where those that are put away come after them."""
_BEFORE_ALL = timedelta(seconds=31_557_600_000)
"""A thousand years: what is back from 다시 알림 sorts by its time before every waiting customer."""
_AFTER_ALL = timedelta(seconds=220_903_200_000)
"""Seven thousand years: what is put away sorts by its time after ``_OWN_ANSWERED``."""


class Tab(StrEnum):
    """The tabs 대기, 진행, 종료."""

    WAITING = 'waiting'
    OPEN = 'open'
    CLOSED = 'closed'


class Scope(StrEnum):
    """The scope of a list: 내 상담 or 부서 전체 (for supervisors: all departments)."""

    MINE = 'mine'
    DEPARTMENT = 'department'


def moment_of(chat: ChatCard, tab: Tab, scope: Scope) -> datetime | None:
    """Return the moment by which a list sorts a chat; ``None`` after all others."""
    if tab is Tab.WAITING:
        return chat.start_time
    if tab is Tab.CLOSED:
        return chat.end_time
    if scope is Scope.DEPARTMENT:
        return chat.awaiting_since
    if chat.woken_at is not None:
        return chat.woken_at - _BEFORE_ALL
    if chat.snoozed_until is not None:
        return chat.snoozed_until + _AFTER_ALL
    return chat.awaiting_since or _OWN_ANSWERED


def moment_in_sql(tab: Tab, scope: Scope) -> Any:
    """Return ``moment_of`` as SQL; ``infinity`` after all others."""
    if tab is Tab.WAITING:
        return col(ChatSession.start_time)
    if tab is Tab.CLOSED:
        return col(ChatSession.end_time)
    return _OF_OWN if scope is Scope.MINE else _AWAITING


_AWAITING = func.coalesce(col(ChatSession.awaiting_since), text("'infinity'::timestamptz"))
# Seconds, not days: what a day is depends on the time zone of the session.
_OF_OWN = case(
    (
        col(ChatSession.woken_at).is_not(None),
        text("chat_sessions.woken_at - interval '31557600000 seconds'"),
    ),
    (
        col(ChatSession.snoozed_until).is_not(None),
        text("chat_sessions.snoozed_until + interval '220903200000 seconds'"),
    ),
    else_=func.coalesce(
        col(ChatSession.awaiting_since), text("'9000-01-01 00:00:00+00'::timestamptz")
    ),
)
