"""A list that lives all day: rows stay few, memory stays small, and what was let go comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from models import Agent, ChatSession, ChatStatus
from services.chats.events import ChatCard, ChatChanged, ChatEvent, ChatRead
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import MAX_REMEMBERED, InboxView, topics_of
from tests.support.make import DEPARTMENT

NINE = datetime(2026, 11, 3, tzinfo=UTC)
AGENT = Agent(department=DEPARTMENT)


def waiting(number: int) -> ChatCard:
    """The chat that came ``number`` seconds after nine."""
    chat = ChatSession(
        id=UUID(int=number),
        version=1,
        department=DEPARTMENT,
        source='web',
        visitor_name='최유진',
        visitor_phone='01098765432',
        start_time=NINE + timedelta(seconds=number),
    )
    for counter in ('last_number', 'last_agent_number', 'unread_count'):
        setattr(chat, counter, 0)
    return ChatCard.model_validate(chat)


def filled(count: int) -> InboxView:
    view = InboxView(AGENT, Tab.WAITING, Scope.DEPARTMENT)
    for number in range(count):
        view.apply(waiting(number))
    return view


def test_rows_behind_the_window_are_let_go_and_left_to_the_next_page() -> None:
    view = filled(12)

    gone = view.trim(10)

    assert [chat.id.int for chat in gone] == [10, 11]
    assert not view.is_complete
    assert view.apply(waiting(12)) is None  # behind the last row

    view.extend(gone, is_complete=False)
    assert [chat.id.int for chat in view.chats] == list(range(12))


def test_short_list_is_not_trimmed() -> None:
    view = filled(3)

    assert view.trim(10) == []
    assert view.is_complete


def test_view_of_a_whole_day_remembers_little() -> None:
    view = InboxView(AGENT, Tab.WAITING, Scope.DEPARTMENT)
    for number in range(5 * MAX_REMEMBERED):
        view.apply(waiting(number))
        view.trim(10)

    remembered = len(view._newest)
    assert remembered <= 2 * MAX_REMEMBERED
    assert [chat.id.int for chat in view.chats] == list(range(10))


def hears(scope: Scope, event: ChatEvent) -> bool:
    return not set(topics_of(AGENT, Tab.OPEN, scope)).isdisjoint(event.topics())


def test_own_list_hears_of_a_colleagues_chat_only_when_it_changes_hands() -> None:
    held = {'agent_id': uuid4(), 'status': ChatStatus.ACTIVE}
    colleagues = waiting(1).model_copy(update=held)

    assert not hears(Scope.MINE, ChatRead(chat=colleagues))
    assert hears(Scope.MINE, ChatChanged(chat=colleagues))
    assert hears(Scope.DEPARTMENT, ChatRead(chat=colleagues))


def test_every_list_hears_of_own_chats_and_of_waiting_ones() -> None:
    own = waiting(1).model_copy(update={'agent_id': AGENT.id, 'status': ChatStatus.ACTIVE})

    for scope in Scope:
        assert hears(scope, ChatRead(chat=own))
        assert hears(scope, ChatRead(chat=waiting(2)))
