"""One-time codes: what an authenticator app shows (TOTP), and recovery codes for when the telephone is lost."""

import hmac
import secrets

import pyotp

from desk import clock
from desk.sealing import Sealer
from models import SecondFactor

STEP_SECONDS = 30  # RFC 6238 §4.1, and what every authenticator app assumes
SKEW_STEPS = 1
"""A code of the step before or after is accepted too: clocks differ (RFC 6238 §5.2)."""
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_CHARS = 10
ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
"""Without letters and digits that look alike: some 50 bits in ``RECOVERY_CHARS``."""


def new_secret() -> str:
    """Return a TOTP secret: 160 random bits in base32 (RFC 4226 §4)."""
    return pyotp.random_base32(length=32)


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that a QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str) -> int | None:
    """Return the time step that a code belongs to; none for one that is not right now."""
    now = int(clock.now().timestamp()) // STEP_SECONDS
    totp = pyotp.HOTP(secret)
    right = [
        step
        for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return max(right, default=None)


def new_recovery_codes() -> list[str]:
    """Return the codes of one sheet."""
    half = RECOVERY_CHARS // 2
    drawn = (
        ''.join(secrets.choice(ALPHABET) for _ in range(RECOVERY_CHARS))
        for _ in range(RECOVERY_CODES)
    )
    return [f'{one[:half]}-{one[half:]}' for one in drawn]


def typed(code: str) -> str:
    """Return a code as it is compared: without the spaces and hyphens that people type."""
    return ''.join(code.split()).replace('-', '').lower()[: 2 * RECOVERY_CHARS]


class OneTimeCodes:
    """Encrypts secrets, marks recovery codes, and compares what is typed with both."""

    def __init__(self, secret: str) -> None:
        self._sealer = Sealer(secret, 'second factor')

    def stored(self, factor_of: str, secret: str) -> str:
        """Return a person's TOTP secret as it is stored."""
        return self._sealer.sealed(secret, factor_of)

    def marks(self, factor_of: str, codes: list[str]) -> list[str]:
        """Return recovery codes as they are stored."""
        return [self._sealer.mark(typed(one), factor_of) for one in codes]

    def spend(self, factor: SecondFactor, code: str) -> bool | None:
        """Use up a code of a locked factor: true for a recovery code, false for the app's, none for a wrong one."""
        given = typed(code)
        if len(given) == CODE_DIGITS and given.isascii() and given.isdecimal():
            return None if self._spend_step(factor, given) is None else False
        mark = self._sealer.mark(given, str(factor.agent_id))
        if not any(hmac.compare_digest(mark, one) for one in factor.recovery_marks):
            return None
        factor.recovery_marks = [one for one in factor.recovery_marks if one != mark]
        return True

    def _spend_step(self, factor: SecondFactor, code: str) -> int | None:
        secret = self._sealer.opened(factor.secret, str(factor.agent_id))
        step = step_of(secret, code) if secret else None
        if step is None or step <= factor.last_step:
            return None
        factor.last_step = step
        return step
