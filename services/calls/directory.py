"""Maps Connect's users and queues to the desk's people and queues, and back."""

import asyncio

from desk.db import Database
from desk.errors import ConflictError
from models import Agent, Queue
from services.aws.connect_api import ConnectApi, ConnectUser
from services.calls import queries

LOOK_SECONDS = 60.0
"""So often a process looks who Connect's users are; the gateway remembers them for a few minutes."""
AGENT_QUEUE = 'agent/'
"""The prefix of the id of an agent's own queue."""


class ConnectDirectory:
    """Finds people by their set user id, else by username; queues by name."""

    def __init__(self, db: Database, api: ConnectApi | None) -> None:
        self._db = db
        self._api = api
        self._users: tuple[ConnectUser, ...] | None = None

    @property
    def api(self) -> ConnectApi:
        """The Connect API. Raises ``ConflictError`` where no instance is configured."""
        if self._api is None:
            raise ConflictError('call.not_set_up')
        return self._api

    def user(self, agent: Agent) -> ConnectUser | None:
        """Return which user of Connect somebody is, as it was known last. Asks nobody: for what must be drawn at once."""
        name = agent.username.lower()
        wanted = agent.connect_user_id
        for one in self._users or ():
            if one.id == wanted or (wanted is None and one.username.lower() == name):
                return one
        return None

    @property
    def knows_users(self) -> bool:
        """Whether Connect has said who its users are; not where none is set up, or it has been away from the beginning."""
        return self._users is not None

    async def look(self) -> None:
        """Learn who Connect's users are. Raises ``UpstreamError``, ``ConflictError`` where none is set up."""
        self._users = tuple(await self.api.users())

    async def follow_users(self) -> None:
        """Keep knowing who Connect's users are, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def agent(self, user_id: str, username: str = '') -> Agent | None:
        """Return the person of a Connect user; ``None`` without a sign-in here.

        Raises ``UpstreamError``.
        """
        if not user_id:
            return None
        if not username and self._api is not None:
            users = await self._api.users()
            username = next((one.username for one in users if one.id == user_id), '')
        async with self._db.reading() as session:
            return await queries.agent_by_connect(session, user_id, username)

    async def name_of(self, user_id: str) -> str:
        """Return the username of a user of Connect; empty for none. Raises ``UpstreamError``."""
        users = await self.api.users()
        return next((one.username for one in users if one.id == user_id), '')

    async def queue(self, queue_id: str) -> Queue | None:
        """Return the desk's queue with the same name; ``None`` for agents' own queues.

        Raises ``UpstreamError``.
        """
        if not queue_id or queue_id.startswith(AGENT_QUEUE) or self._api is None:
            return None
        queues = await self._api.queues()
        name = next((one.name for one in queues if one.id == queue_id), '')
        async with self._db.reading() as session:
            return await queries.queue_by_name(session, name) if name else None

    async def user_id(self, agent: Agent) -> str:
        """Return an agent's Connect user id. Raises ``ConflictError`` when they have none."""
        if agent.connect_user_id:
            return agent.connect_user_id
        users = await self.api.users()
        name = agent.username.lower()
        found = next((one.id for one in users if one.username.lower() == name), None)
        if found is None:
            raise ConflictError('call.no_user')
        return found

    async def connect_queue_id(self, queue: Queue) -> str:
        """Return the id of the Connect queue with the same name.

        Raises ``ConflictError`` when there is none.
        """
        queues = await self.api.queues()
        found = next((one.id for one in queues if one.name == queue.name), None)
        if found is None:
            raise ConflictError('call.no_queue')
        return found
