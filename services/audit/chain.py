"""Verifies the audit log: reads every entry and computes its seal in Python, not in the database.

A chain cannot show that its newest entries are missing or that it was rewritten as a whole. For
that, store the head that ``make verify-audit`` prints elsewhere, and pass it in the next time
(``HEAD=id:hash``).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from typing_extensions import override

from desk.errors import InvalidInputError
from models.audit import FIRST_PREVIOUS_HASH

KEPT = re.compile(r'(\d{1,18}):([0-9a-f]{64})')
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class ChainFault(StrEnum):
    """Why the first broken entry does not fit."""

    MISSING = 'missing'
    CHANGED = 'changed'
    UNCHAINED = 'unchained'
    CUT_OFF = 'cut_off'


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """An entry as it is stored; ``details`` is the database's own text of them."""

    id: int
    created_at: datetime
    agent_id: UUID | None
    action: str
    subject_kind: str | None
    subject_id: UUID | None
    path: str
    reason: str
    details: str
    previous_hash: str
    hash: str

    @property
    def seal(self) -> str:
        """Return the correct ``hash``: SHA-256 over all other columns, each preceded by its length."""
        microseconds = (self.created_at - EPOCH) // MICROSECOND
        columns = (
            self.previous_hash, self.id, microseconds, self.agent_id, self.action, self.subject_kind,
            self.subject_id, self.path, self.reason, self.details,
        )  # fmt: skip
        # NOTE: migration 0004 builds the same text, in SQL.
        return hashlib.sha256(','.join(map(_measured, columns)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest verified entry."""

    id: int = 0
    hash: str = FIRST_PREVIOUS_HASH

    @classmethod
    def of(cls, kept: str) -> Self:
        """Parse a stored head. Raises ``InvalidInputError`` for a text that is not a head."""
        found = KEPT.fullmatch(kept.strip())
        if found is None:
            raise InvalidInputError('audit.head')
        return cls(id=int(found[1]), hash=found[2])

    @override
    def __str__(self) -> str:
        """Return the head as it is stored elsewhere: ``1234:9f86d0…``."""
        return f'{self.id}:{self.hash}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far the log was verified, and the first broken entry, if any."""

    head: Head = Head()
    broken_at: int | None = None
    fault: ChainFault | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every entry so far is in place and unchanged."""
        return self.fault is None

    def after(self, entries: Iterable[SealedEntry]) -> 'Chain':
        """Return the chain extended by the next entries, in order; stops at the first fault."""
        head = self.head
        for entry in entries:
            if fault := _fault(head, entry):
                broken_at = head.id + 1 if fault is ChainFault.MISSING else entry.id
                return Chain(head=head, broken_at=broken_at, fault=fault)
            head = Head(id=entry.id, hash=entry.hash)
        return replace(self, head=head)

    def against(self, kept: Head, entries: Sequence[SealedEntry]) -> 'Chain':
        """Return the chain compared with a stored head; ``entries`` holds its entry, if it exists."""
        if not self.is_whole or kept.id == 0 or [kept.hash] == [one.hash for one in entries]:
            return self
        return Chain(
            head=self.head,
            broken_at=kept.id,
            fault=ChainFault.CHANGED if entries else ChainFault.CUT_OFF,
        )


def _fault(head: Head, entry: SealedEntry) -> ChainFault | None:
    if entry.hash != entry.seal:
        return ChainFault.CHANGED
    if entry.id != head.id + 1:
        return ChainFault.MISSING
    return None if entry.previous_hash == head.hash else ChainFault.UNCHAINED


def _measured(column: object) -> str:
    if column is None:
        return '-'
    text = str(column)
    return f'{len(text.encode())}:{text}'
