"""Between the password and the code: a sign-in that was begun, as an encrypted token of the browser.

Nothing is stored: the token names who knew their password a moment ago, and is worth nothing without a code.
"""

from datetime import timedelta
from uuid import UUID

from desk import clock
from desk.errors import NotSignedInError
from desk.sealing import Sealer
from desk.tokens import hashed
from models import Agent

VALID_FOR = timedelta(minutes=5)


class CodeNeededError(NotSignedInError):
    """The password is right, and the person has a second factor. ``pending`` goes on from here."""

    def __init__(self, pending: str) -> None:
        super().__init__('sign_in.code_needed')
        self.pending = pending


class PendingSignIns:
    """Makes and reads the tokens of sign-ins that wait for a code."""

    def __init__(self, secret: str) -> None:
        self._sealer = Sealer(secret, 'sign-in that waits for a code')

    def token(self, agent: Agent) -> str:
        """Return the token of somebody who has just proved their password."""
        until = int((clock.now() + VALID_FOR).timestamp())
        return self._sealer.sealed(f'{agent.id} {until} {hashed(agent.password_hash)}')

    def agent_id(self, token: str | None) -> UUID:
        """Return who the token is of. Raises ``NotSignedInError`` for one that is forged or too old."""
        return self._parts(token)[0]

    def check(self, token: str, agent: Agent) -> None:
        """Raise ``NotSignedInError`` when the password was changed since."""
        if self._parts(token)[1] != hashed(agent.password_hash):
            raise NotSignedInError('sign_in.step_over')

    def _parts(self, token: str | None) -> tuple[UUID, str]:
        text = self._sealer.opened(token) if token else None
        if text:
            agent_id, until, fingerprint = text.split(' ')
            if int(until) >= clock.now().timestamp():
                return UUID(agent_id), fingerprint
        raise NotSignedInError('sign_in.step_over')
