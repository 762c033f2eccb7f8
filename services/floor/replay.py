"""Replays assignments: a decision repeated from its recorded input must be the same."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from desk.db import Database
from services.floor import decision_queries as queries
from services.floor.decision import RULE_VERSION, Rule, Situation, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The result of replaying a period."""

    decisions: int
    by_hand: int
    other_rules: int
    """Decisions by an older version of the rules, which this release cannot repeat."""
    different: tuple[UUID, ...]
    """Contacts whose decision differs."""

    @override
    def __str__(self) -> str:
        """Return the result as a sentence, followed by the contacts that differ."""
        said = (
            f'{self.decisions} assignments replayed, {len(self.different)} differences'
            f' ({self.by_hand} by hand, {self.other_rules} by older rules).'
        )
        return '\n'.join([said, *(f'Different: contact {one}' for one in self.different)])


async def replay(db: Database, since: datetime, until: datetime) -> Replay:
    """Replay every decision of a period."""
    async with db.reading() as session:
        rows = await queries.decisions_between(session, since, until)
    made = [row for row in rows if row.rule != Rule.BY_HAND]
    known = [row for row in made if row.rule_version == RULE_VERSION]
    different = []
    for row in known:
        again = decide(Situation.of(row.situation))
        if again is None or (again.agent_id, again.rule) != (row.agent_id, row.rule):
            different.append(row.contact_id)
    return Replay(
        decisions=len(known),
        by_hand=len(rows) - len(made),
        other_rules=len(made) - len(known),
        different=tuple(different),
    )
