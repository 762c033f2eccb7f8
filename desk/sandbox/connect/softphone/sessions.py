"""Who is signed in at the softphone. A sign-in lasts until the sign-out: people are at a sandbox for as long as they like."""

from dataclasses import dataclass, field
from secrets import token_urlsafe

from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent


@dataclass(slots=True, kw_only=True)
class Session:
    """One agent's sign-in. All their tabs share it, and with it the worker."""

    id: str
    agent_id: str
    tokens: set[str] = field(default_factory=set)


class Sessions:
    """Every sign-in that lasts."""

    def __init__(self) -> None:
        self._by_id: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}

    def begin(self, agent_id: str) -> Session:
        """Sign an agent in."""
        session = Session(id=token_urlsafe(16), agent_id=agent_id)
        self._by_id[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """Return the sign-in that a cookie names, if it lasts."""
        return self._by_id.get(session_id)

    def of(self, agent_id: str) -> Session | None:
        """Return a sign-in of an agent, if any lasts."""
        return next((each for each in self._by_id.values() if each.agent_id == agent_id), None)

    def issue(self, session: Session) -> str:
        """Return a new token to ask the service with."""
        token = token_urlsafe(24)
        session.tokens.add(token)
        self._by_token[token] = session
        return token

    def at(self, token: str) -> Session | None:
        """Return the sign-in that a token is of, if it lasts."""
        return self._by_token.get(token)

    def end(self, session: Session) -> None:
        """Sign out: none of its tokens is good any more."""
        self._by_id.pop(session.id, None)
        for token in session.tokens:
            self._by_token.pop(token, None)


def agent_of(world: World, session: Session | None) -> Agent | None:
    """Return who is signed in; nobody when the world has become another one without them."""
    return world.state.agents.get(session.agent_id) if session is not None else None
