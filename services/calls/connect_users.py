"""Maps people to Connect users: by username, unless an administrator sets another user."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk.errors import ConflictError, NotFoundError
from models import Agent
from services.aws.connect_api import ConnectUser
from services.calls.directory import ConnectDirectory
from services.people.authority import Authority


class ConnectUsers:
    """The Connect users of the desk's people."""

    def __init__(self, authority: Authority, directory: ConnectDirectory) -> None:
        self._authority = authority
        self._directory = directory

    async def users(self) -> Sequence[ConnectUser]:
        """Return all Connect users, by username.

        Raises ``ConflictError`` where no instance is configured.
        """
        found = await self._directory.api.users()
        return sorted(found, key=lambda one: one.username.lower())

    async def set_user(self, by: Agent, agent_id: UUID, connect_user_id: str | None) -> Agent:
        """Set a person's Connect user; ``None`` for the one with the same username.

        Raises:
            NotAllowedError: ``by`` is not an administrator.
            NotFoundError: the person or the user does not exist.
            ConflictError: another person has that user.
        """
        known = {one.id for one in await self._directory.api.users()}
        if connect_user_id is not None and connect_user_id not in known:
            raise NotFoundError('call.no_such_user')
        try:
            async with self._authority.changing(by, agent_id) as person:
                person.set({'connect_user_id': connect_user_id})
                await person.work.session.flush()
        except IntegrityError as error:
            raise ConflictError('call.user_taken') from error
        return person.agent
