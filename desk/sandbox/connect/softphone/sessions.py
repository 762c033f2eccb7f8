"""Softphone sessions. A session lasts until the sign-out, for convenience.

Ids and tokens contain their agent, so that a softphone returns by its cookie after a restart of the
simulator. There are no passwords, so nothing to forge.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe

from desk import clock
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent

MARK = '.'  # between an agent, their session and its token


@dataclass(slots=True, kw_only=True)
class Session:
    """One agent's session. All their tabs share it, and with it the worker."""

    id: str
    agent_id: str
    tokens: set[str] = field(default_factory=set)


class Sessions:
    """Every valid session.

    Args:
        is_agent: whether an id belongs to an agent.
    """

    def __init__(self, is_agent: Callable[[str], bool]) -> None:
        self._is_agent = is_agent
        self._by_id: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}
        self._until: dict[str, datetime] = {}
        self._ended: set[str] = set()

    def begin(self, agent_id: str) -> Session:
        """Sign an agent in."""
        session = Session(id=f'{agent_id}{MARK}{token_urlsafe(16)}', agent_id=agent_id)
        self._by_id[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """Return the session of a cookie, if valid; it may come from an earlier run of the simulator."""
        if session_id in self._by_id:
            return self._by_id[session_id]
        agent_id, mark, _ = session_id.partition(MARK)
        if not mark or session_id in self._ended or not self._is_agent(agent_id):
            return None
        self._by_id[session_id] = Session(id=session_id, agent_id=agent_id)
        return self._by_id[session_id]

    def of(self, agent_id: str) -> Session | None:
        """Return a session of an agent, if there is one."""
        return next((each for each in self._by_id.values() if each.agent_id == agent_id), None)

    def issue(self, session: Session, *, until: datetime | None = None) -> str:
        """Return a new token to ask the service with, good until the sign-out or a moment before."""
        token = f'{session.id}{MARK}{token_urlsafe(24)}'
        if until is not None:
            self._until[token] = until
        self._keep(token, session)
        return token

    def at(self, token: str) -> Session | None:
        """Return the sign-in that a token is of, if both last."""
        if (until := self._until.get(token)) is not None and clock.now() >= until:
            return None
        if token not in self._by_token and (session := self.find(token.rpartition(MARK)[0])):
            self._keep(token, session)
        return self._by_token.get(token)

    def end(self, session: Session) -> None:
        """Sign out: all its tokens become invalid."""
        self._ended.add(session.id)
        self._by_id.pop(session.id, None)
        for token in session.tokens:
            self._by_token.pop(token, None)

    def _keep(self, token: str, session: Session) -> None:
        session.tokens.add(token)
        self._by_token[token] = session


def agent_of(world: World, session: Session | None) -> Agent | None:
    """Return the agent of a session; ``None`` when the world was replaced by one without them."""
    return world.state.agents.get(session.agent_id) if session is not None else None
