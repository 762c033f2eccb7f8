"""What an empty desk still needs until customers and agents talk: read from what is there, so that anybody can go on."""

from dataclasses import dataclass
from enum import StrEnum

from desk.db import Database
from models import Agent
from services.people.authority import require_admin
from services.settings import queries


class SetupStep(StrEnum):
    """A step, in the order in which they are done."""

    ADMIN = 'admin'
    QUEUE = 'queue'
    PEOPLE = 'people'
    HOURS = 'hours'
    CONTACT = 'contact'


OPTIONAL = frozenset({SetupStep.HOURS})
"""Steps without which a desk works too: a queue without hours is always open."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The steps that are done."""

    done: frozenset[SetupStep]

    @property
    def is_over(self) -> bool:
        """Whether the desk works: every step that it needs is done."""
        return self.done | OPTIONAL >= frozenset(SetupStep)


class SetupSteps:
    """Reads how far a desk is set up."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def now(self, by: Agent) -> Setup:
        """Return the steps that are done, for administrators. Raises ``NotAllowedError``."""
        async with self._db.reading() as session:
            await require_admin(session, by)
            found = {
                SetupStep.ADMIN: True,
                SetupStep.QUEUE: await queries.has_queue(session),
                SetupStep.PEOPLE: await queries.has_served_queue(session),
                SetupStep.HOURS: await queries.has_hours(session),
                SetupStep.CONTACT: await queries.has_taken_chat(session),
            }
        return Setup(frozenset(step for step, is_done in found.items() if is_done))

    async def is_new_here(self, agent: Agent) -> bool:
        """Whether a person has never chosen a state: they have not worked here yet."""
        async with self._db.reading() as session:
            return not await queries.has_chosen_state(session, agent.id)
