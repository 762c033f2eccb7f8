"""Wall screens (전광판): the board's numbers, without people's names, through a revocable read-only link."""

from collections.abc import Sequence
from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from desk.tokens import hashed, new_token
from models import Agent, AuditAction, WallLink
from services.floor import wall_queries as queries
from services.floor.board import Snapshot
from services.floor.live_board import LiveBoard, check_role
from services.text.visible import parse_name
from services.work.unit_of_work import UnitsOfWork

MAX_NAME_CHARS = 100


class Walls:
    """The links for wall screens.

    For supervisors; all but ``numbers`` raise ``NotAllowedError`` for others.
    """

    def __init__(self, units: UnitsOfWork, board: LiveBoard) -> None:
        self._units = units
        self._db = units.db
        self._board = board

    async def links(self, by: Agent) -> Sequence[WallLink]:
        """Return the links that are not revoked."""
        check_role(by)
        async with self._db.reading() as session:
            return await queries.links(session, by)

    async def add(self, by: Agent, name: str, *, department: str = '') -> tuple[WallLink, str]:
        """Make a link; return it with its token, shown only once.

        Raises ``InvalidInputError`` for an empty name, ``NotAllowedError`` for numbers beyond the maker's reach.
        """
        check_role(by)
        department = department or by.sole_department or ''
        if not by.reaches(department):
            raise NotAllowedError('agent.outside_reach')
        said = parse_name(name, most=MAX_NAME_CHARS)
        if said is None:
            raise InvalidInputError('settings.name', most=MAX_NAME_CHARS)
        token = new_token()
        link = WallLink(
            name=said, department=department, token_hash=hashed(token), made_by_id=by.id
        )
        async with self._units.begin() as work:
            work.session.add(link)
            work.record(by, AuditAction.WALL_LINK_MADE, details={'link_id': str(link.id)})
        return link, token

    async def revoke(self, by: Agent, link_id: UUID) -> None:
        """Revoke a link, which then shows nothing. Raises ``NotFoundError``."""
        check_role(by)
        async with self._units.begin() as work:
            link = await queries.link(work.session, link_id)
            if link is None or not by.reaches(link.department):
                raise NotFoundError('wall.not_found')
            link.revoked_at = link.revoked_at or clock.now()
            work.session.add(link)
            work.record(by, AuditAction.WALL_LINK_REVOKED, details={'link_id': str(link.id)})

    async def numbers(self, token: str) -> Snapshot:
        """Return the numbers for a wall screen.

        Raises ``NotFoundError`` for a link that is not valid (any more).
        """
        async with self._db.reading() as session:
            link = await queries.link_of(session, hashed(token))
        if link is None:
            raise NotFoundError('wall.not_found')
        return (await self._board.latest()).of_department(link.department)
