"""Skills with levels, and the number of chats at once. Administrators set both; routing uses them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, FieldsRefusedError, InvalidInputError, NotFoundError
from models import Agent, AgentSkill, AuditAction, Skill, SubjectKind
from models.queue import MAX_CHATS, MAX_LEVEL
from services.people import skill_queries as queries
from services.people.authority import AgentInWork, Authority, require_admin, tell_changed
from services.people.events import SKILLS, RoutingNeeded, SettingPart, SettingsChanged
from services.text.visible import parse_name
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MAX_SKILL_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillUse:
    """The use of a skill: the queues that require it (names by id), and how many people have it."""

    queues: dict[UUID, str]
    people: int


class Skills:
    """Skills and capacity. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork, authority: Authority) -> None:
        self._units = units
        self._authority = authority

    async def all(self, by: Agent) -> Sequence[Skill]:
        """Return all skills, by name."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            return await queries.skills(session)

    async def levels(self, by: Agent) -> dict[UUID, dict[UUID, int]]:
        """Return everybody's levels: by person, then by skill."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            return await queries.levels(session)

    async def add(self, by: Agent, name: str, name_en: str = '') -> Skill:
        """Add a skill. Raises ``FieldsRefusedError`` for a name that is empty, too long or taken."""
        names = _names(name, name_en)
        try:
            async with self._units.begin() as work:
                await require_admin(work.session, by)
                skill = Skill(**names)
                await _keep(work, skill)
                _told(work, by, skill, AuditAction.SKILL_ADDED)
        except IntegrityError as error:
            raise _taken() from error
        return skill

    async def rename(self, by: Agent, skill_id: UUID, name: str, name_en: str = '') -> Skill:
        """Rename a skill. Raises as ``add``, and ``NotFoundError``."""
        names = _names(name, name_en)
        try:
            async with self._units.begin() as work:
                await require_admin(work.session, by)
                skill = await queries.skill(work.session, skill_id)
                if skill is None:
                    raise NotFoundError('skill.not_found')
                skill.sqlmodel_update(names)
                await _keep(work, skill)
                _told(work, by, skill, AuditAction.SKILL_CHANGED)
        except IntegrityError as error:
            raise _taken() from error
        return skill

    async def use_of(self, by: Agent, skill_id: UUID) -> SkillUse:
        """Return the use of a skill, shown before it is removed. Raises ``NotFoundError``."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            if all(one.id != skill_id for one in await queries.skills(session)):
                raise NotFoundError('skill.not_found')
            queues = await queries.queues_asking(session, skill_id)
            people = await queries.people_with(session, skill_id)
        return SkillUse(queues={one.id: one.name for one in queues}, people=len(people))

    async def remove(self, by: Agent, skill_id: UUID, *, asked_by: Collection[UUID]) -> None:
        """Remove a skill from everybody and from its queues, which their whole department then serves.

        Args:
            by: an administrator.
            skill_id: the skill.
            asked_by: the queues that ``use_of`` returned.

        Raises:
            NotFoundError: the skill does not exist.
            ConflictError: other queues require it by now.
        """
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            skill = await queries.skill(work.session, skill_id)
            if skill is None:
                raise NotFoundError('skill.not_found')
            queues = await queries.queues_asking(work.session, skill_id, lock=True)
            if {one.id for one in queues} != set(asked_by):
                raise ConflictError('skill.use_changed')
            people = await queries.forget_levels(work.session, skill_id)
            for queue in queues:
                queue.skill_id, queue.min_level, queue.wider_level = None, 1, 1
                queue.version += 1
                queue.updated_at = clock.now()
                work.session.add(queue)
                subject = (SubjectKind.QUEUE, queue.id)
                work.record(by, AuditAction.QUEUE_CHANGED, subject=subject, fields=['skill_id'])
            for person in people:
                tell_changed(work, person, [SKILLS])
            await work.session.flush()
            await work.session.delete(skill)
            _told(work, by, skill, AuditAction.SKILL_REMOVED)
            work.tell(SettingsChanged(part=SettingPart.QUEUES))
            work.tell(RoutingNeeded())

    async def set_levels(self, by: Agent, agent_id: UUID, levels: Mapping[UUID, int]) -> None:
        """Set a person's levels of these skills: 1 to ``MAX_LEVEL``, 0 to remove one; other skills stay.

        Raises as ``Authority.set_role``, ``InvalidInputError`` for an invalid level,
        ``NotFoundError`` for an unknown skill.
        """
        if not all(0 <= level <= MAX_LEVEL for level in levels.values()):
            raise InvalidInputError('agent.level', most=MAX_LEVEL)
        async with self._authority.changing(by, agent_id) as person:
            await change_levels(person, levels)

    async def set_capacity(self, by: Agent, agent_id: UUID, chats: int) -> None:
        """Set how many chats at once a person may have: 1 to ``MAX_CHATS``.

        Raises as ``set_levels``.
        """
        if not 1 <= chats <= MAX_CHATS:
            raise InvalidInputError('agent.capacity', most=MAX_CHATS)
        async with self._authority.changing(by, agent_id) as person:
            person.set({'chat_capacity': chats})


async def change_levels(person: AgentInWork, levels: Mapping[UUID, int]) -> None:
    """Set levels of a locked person; 0 removes a skill. Raises ``NotFoundError`` for an unknown skill."""
    work, agent = person.work, person.agent
    session = work.session
    known = {one.id for one in await queries.skills(session)}
    if not levels.keys() <= known:
        raise NotFoundError('skill.not_found')
    rows = await queries.levels_of(session, agent.id)
    had = {skill_id: row.level for skill_id, row in rows.items()}
    changed = {one: level for one, level in levels.items() if had.get(one, 0) != level}
    for skill_id, level in changed.items():
        row = rows.get(skill_id) or AgentSkill(agent_id=agent.id, skill_id=skill_id, level=1)
        if level:
            row.level = level
            session.add(row)
        else:
            await session.delete(row)
    if changed:
        tell_changed(work, agent, [SKILLS])
        work.record(
            person.by, AuditAction.AGENT_CHANGED, subject=agent, fields=[SKILLS],
            details={'levels': {str(one): level for one, level in changed.items()}},
        )  # fmt: skip
        work.tell(RoutingNeeded())


def _names(name: str, name_en: str) -> dict[str, Any]:
    kept = {
        'name': parse_name(name, most=MAX_SKILL_CHARS),
        'name_en': parse_name(name_en, most=MAX_SKILL_CHARS) if name_en.strip() else '',
    }
    fault = InvalidInputError('settings.name', most=MAX_SKILL_CHARS)
    if faults := {field: fault for field, text in kept.items() if text is None}:
        raise FieldsRefusedError(faults)
    return {field: text for field, text in kept.items() if text is not None}


async def _keep(work: UnitOfWork, skill: Skill) -> None:
    other = await queries.named(work.session, skill.name)
    if other is not None and other.id != skill.id:
        raise _taken()
    work.session.add(skill)
    await work.session.flush()


def _told(work: UnitOfWork, by: Agent, skill: Skill, action: AuditAction) -> None:
    work.record(by, action, subject=(SubjectKind.SKILL, skill.id))
    work.tell(SettingsChanged(part=SettingPart.SKILLS))


def _taken() -> FieldsRefusedError:
    return FieldsRefusedError({'name': ConflictError('settings.name_taken')})
