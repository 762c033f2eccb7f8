"""Serializes a centre repeatedly, at a cost that depends on its open contacts only.

A long day consists mostly of ended contacts. Each of them is serialized once, and again after it
was looked up (``Core.looked_up``), because nothing changes an ended contact without a look-up.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.room import Attachment, Connection, Room
from desk.sandbox.connect.world.state import KeptAnswer, State

T = TypeVar('T')
_STATE: TypeAdapter[State] = TypeAdapter(State)
APART = frozenset(
    {'now', 'contacts', 'rooms', 'connections', 'participant_tokens', 'attachments', 'answers'}
)


class SnapshotWriter:
    """Serializes one world, for ``state.loaded``."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._contacts = _Parts(TypeAdapter(Contact), is_settled=lambda contact: contact.is_over)
        self._rooms = _Parts(TypeAdapter(Room), is_settled=lambda room: room.ended_at is not None)
        self._connections = _Parts(TypeAdapter(Connection), is_settled=lambda _: True)
        self._tokens = _Parts(TypeAdapter(tuple[str, str]), is_settled=lambda _: True)
        self._files = _Parts(TypeAdapter(Attachment), is_settled=lambda file: file.is_completed)
        self._answers = _Parts(TypeAdapter(KeptAnswer), is_settled=lambda _: True)

    def body(self) -> list[bytes]:
        """Return everything but the time, to be joined: equal bodies mean an equal centre."""
        state = self._core.state
        looked_up, self._core.looked_up = self._core.looked_up, set()
        found = [state.contacts[each] for each in looked_up if each in state.contacts]
        rooms = {contact.room_id for contact in found}
        apart = {
            'contacts': self._contacts.words(state.contacts, looked_up),
            'rooms': self._rooms.words(state.rooms, rooms),
            'connections': self._connections.words(state.connections),
            'participant_tokens': self._tokens.words(state.participant_tokens),
            'attachments': self._files.words(state.attachments),
            'answers': self._answers.words(state.answers),
        }
        rest = _STATE.dump_json(state, exclude=set(APART))
        body: list[bytes] = []
        for name, words in apart.items():
            body += [b'"%b":{' % name.encode(), *words, b'},']
        return [*body, rest[1:]]

    def head(self) -> bytes:
        """Return the text before the body: the time."""
        return b'{"now":%b,' % to_json(self._core.now)


class _Parts(Generic[T]):
    """Objects by id; the texts of unchanged ones are cached."""

    def __init__(self, adapter: TypeAdapter[T], *, is_settled: Callable[[T], bool]) -> None:
        self._adapter = adapter
        self._is_settled = is_settled
        self._settled: dict[str, tuple[T, bytes]] = {}

    def words(
        self, things: Mapping[str, T], fresh: AbstractSet[str | None] = frozenset()
    ) -> list[bytes]:
        """Return the texts of the objects with separators; ``fresh`` ones are serialized again."""
        words = [self._words(key, thing, is_fresh=key in fresh) for key, thing in things.items()]
        return [part for each in words for part in (b',', each)][1:]

    def _words(self, key: str, thing: T, *, is_fresh: bool) -> bytes:
        settled = None if is_fresh else self._settled.get(key)
        if settled is not None and settled[0] is thing:
            return settled[1]
        words = b'%b:%b' % (to_json(key), self._adapter.dump_json(thing))
        if self._is_settled(thing):
            self._settled[key] = thing, words
        return words
