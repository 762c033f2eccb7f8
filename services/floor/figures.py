"""The floor at any second, computed from the facts alone: every board and report must agree with it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from desk.db import Database
from models import AgentStatus, StepKind
from services.floor import fact_queries as queries

WAITING = {StepKind.CREATED, StepKind.QUEUED, StepKind.REFUSED, StepKind.MISSED, StepKind.WITHDRAWN}
IN_PROGRESS = {StepKind.TAKEN, StepKind.RESUMED, StepKind.REOPENED}
SILENT = {
    StepKind.PRIORITY_CHANGED,
    StepKind.WHISPERED,
    StepKind.TRANSFERRED,
    StepKind.RATED,
    StepKind.SNOOZED,
    StepKind.WOKEN,
    StepKind.WARNED,
}
"""Steps after which a contact stays where it is; a transfer is followed by the step of its new
place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many contacts are in each state, by queue, and how many agents in each state."""

    waiting: Counter[UUID] = field(default_factory=Counter)
    offered: Counter[UUID] = field(default_factory=Counter)
    in_progress: Counter[UUID] = field(default_factory=Counter)
    on_hold: Counter[UUID] = field(default_factory=Counter)
    wrap_up: Counter[UUID] = field(default_factory=Counter)
    agents: Counter[AgentStatus] = field(default_factory=Counter)


async def figures_at(db: Database, at: datetime) -> Figures:
    """Return the floor at a given time, from the contacts' steps and the agents' states."""
    figures = Figures()
    where = (
        (WAITING, figures.waiting),
        ({StepKind.OFFERED}, figures.offered),
        (IN_PROGRESS, figures.in_progress),
        ({StepKind.HELD}, figures.on_hold),
        ({StepKind.WRAP_UP_BEGUN}, figures.wrap_up),
    )
    async with db.reading() as session:
        for kind, queue_id in await queries.last_steps(session, at, leaving_out=SILENT):
            for kinds, counter in where:
                if kind in kinds and queue_id is not None:
                    counter[queue_id] += 1
        for status in await queries.last_states(session, at):
            figures.agents[status] += 1
    return figures
