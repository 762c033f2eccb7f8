"""A setting as it is stored, and what every kind of setting can do: be read, and be changed by version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from typing_extensions import override

from desk.errors import ConflictError
from models import Agent, SettingKind
from services.work.setting_log import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The fields of one setting, the version that they are of, and who made it."""

    values: Values
    version: int
    by_name: str = ''
    """Who made this version; empty when nobody changed it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a setting, as it is shown."""

    id: UUID
    at: datetime
    by_name: str
    before: Values
    after: Values
    can_be_taken_back: bool
    """Whether its fields still have the values that it gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a setting belongs to: a queue, a row of its own, or the desk (``EVERYWHERE``); and its name."""

    id: UUID
    name: str = ''


class SettingChangedError(ConflictError):
    """The setting has changed since it was read; ``stored`` is its current state."""

    @property
    @override
    def details(self) -> dict[str, object]:
        """Return the current version and values: a program decides with them what to send again."""
        return {'version': self.stored.version, 'values': dict(self.stored.values)}

    def __init__(self, stored: Stored) -> None:
        super().__init__('settings.changed')
        self.stored = stored


class SettingStore(Protocol):
    """One kind of setting. Its methods raise ``NotAllowedError`` and ``NotFoundError``."""

    kind: SettingKind
    removed: Values
    """The values with which an added setting is out of use again; none where none can be added."""

    async def subjects(self, by: Agent) -> list[Subject]:
        """Return the settings of this kind that a supervisor or administrator may change; none for others' kinds."""
        ...

    async def stored(self, by: Agent, subject_id: UUID) -> Stored:
        """Return the setting as it is now."""
        ...

    async def edit(self, by: Agent, subject_id: UUID, values: Values, *, version: int) -> Stored:
        """Change fields of the setting that was read at ``version``.

        Raises ``FieldsRefusedError`` and ``SettingChangedError``.
        """
        ...
