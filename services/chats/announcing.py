"""What customers read before a contact of the protection of agents (산업안전보건법 41조), by version.

Each text that was ever shown is a row of its own that never changes; its number is the version that a contact keeps.
"""

from dataclasses import dataclass
from uuid import UUID

from services.chats import announcement_queries as queries
from services.settings.protection_texts import protection_text
from services.settings.texts import LANGUAGES, TextName, Texts
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True)
class Announced:
    """A text as it is shown, and its version."""

    version: int
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a customer was told before a contact; empty where nothing is known."""

    version: int | None
    body: str
    recording: str


class Announcements:
    """The text in force, in each language."""

    def __init__(self, units: UnitsOfWork, texts: Texts) -> None:
        self._db = units.db
        self._texts = texts
        self._versions: dict[tuple[str, str], int] = {}
        """Versions that this process knows; they never change."""

    async def current(self, language: str) -> Announced:
        """Return the text in force; of an unknown language the Korean one."""
        spoken = language if language in LANGUAGES else LANGUAGES[0]
        body = protection_text(await self._texts.of(), TextName.ANNOUNCEMENT, spoken)
        version = self._versions.get((spoken, body))
        if version is None:
            version = self._versions[spoken, body] = await self.version(spoken, body)
        return Announced(version, spoken, body)

    async def known(self, version: str) -> int | None:
        """Return a version that a form or program names, if there is one; anything else is none."""
        if not (version.isascii() and version.isdecimal() and len(version) < 9):
            return None
        number = int(version)
        if number in self._versions.values():
            return number
        async with self._db.reading() as session:
            return number if await queries.exists(session, number) else None

    async def heard(self, contact_id: UUID) -> Heard:
        """Return what the customer of a contact was told before it; the caller has checked who asks."""
        async with self._db.reading() as session:
            announcement, recording = await queries.heard(session, contact_id)
        if announcement is None:
            return Heard(None, '', recording)
        return Heard(announcement.id, announcement.body, recording)

    async def version(self, language: str, body: str) -> int:
        """Return the version of a text, which it gets when it is new."""
        async with self._db.reading() as session:
            found = await queries.version_of(session, language, body)
        if found is not None:
            return found
        async with self._db.transaction() as session:
            await queries.keep(session, language, body)
            found = await queries.version_of(session, language, body)
        if found is None:
            raise LookupError(language)
        return found
