"""Signed identities: a site's server says who its visitor is, and signs it with the secret that it shares with the desk.

``payload.signature``: the payload is JSON in URL-safe base64 without padding, the signature HMAC-SHA-256 over the payload's
text as it is sent, in hex (RFC 2104). The JSON has ``exp`` (Unix seconds) and at least one of ``customer`` (the desk's customer
number), ``email`` and ``phone``. Whatever is wrong with it, it proves nothing, and nobody is told what is wrong (decision 0051).
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from models.site import MAX_IDENTITY_CHARS
from services.text.phone_numbers import parse_phone

MAX_SIGNED_CHARS = 2_000
LONGEST = timedelta(hours=12)
"""A signature that is valid for longer is none: within its time whoever copies it is that customer."""
_FORM = re.compile(r'([A-Za-z0-9_-]{1,1900})\.([0-9a-f]{64})')
_NUMBER = re.compile(r'C-(\d{7,12})')
_EMAIL = re.compile(r'[^@\s]{1,64}@[^@\s]{1,100}')


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIdentity:
    """Who a site says its visitor is. Fields that cannot be used are ``None``."""

    number: int | None = None
    """The customer number of the desk."""
    email: str | None = None
    phone: str | None = None
    expires_at: datetime

    @property
    def subject(self) -> str:
        """The strongest of the fields as one text: two identities with the same are the same person."""
        if self.number is not None:
            return f'customer:C-{self.number:07}'
        if self.email is not None:
            return f'email:{self.email}'
        return f'phone:{self.phone}'

    def is_valid(self, now: datetime) -> bool:
        """Whether it has not expired, and does so within ``LONGEST``."""
        return now < self.expires_at <= now + LONGEST


def sign(secret: str, claims: Mapping[str, Any]) -> str:
    """Return a signed identity, as a site's server makes it."""
    packed = json.dumps(claims, ensure_ascii=False, separators=(',', ':')).encode()
    payload = base64.urlsafe_b64encode(packed).decode().rstrip('=')
    return f'{payload}.{hmac.new(secret.encode(), payload.encode(), "sha256").hexdigest()}'


def read_signed(signed: str, secrets: Iterable[str]) -> SignedIdentity | None:
    """Return the identity if one of the secrets has signed it; none for anything else. Expiry is the caller's to check."""
    found = _FORM.fullmatch(signed) if len(signed) <= MAX_SIGNED_CHARS else None
    if found is None:
        return None
    payload, signature = found.groups()
    is_genuine = False
    for secret in secrets:  # all of them: which one it was takes no other time
        ours = hmac.new(secret.encode(), payload.encode(), 'sha256').hexdigest()
        is_genuine |= hmac.compare_digest(ours, signature)
    return _identity(payload) if is_genuine else None


def _identity(payload: str) -> SignedIdentity | None:
    try:
        packed = base64.b64decode(payload + '=' * (-len(payload) % 4), altchars=b'-_')
        claims = json.loads(packed)
        expires_at = datetime.fromtimestamp(int(claims['exp']), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):  # fmt: skip
        return None
    number = _NUMBER.fullmatch(_text(claims, 'customer'))
    email, phone = _text(claims, 'email').lower(), parse_phone(_text(claims, 'phone'))
    identity = SignedIdentity(
        number=int(number[1]) if number else None,
        email=email if _EMAIL.fullmatch(email) else None,
        phone=phone,
        expires_at=expires_at,
    )
    is_somebody = number or identity.email or phone
    return identity if is_somebody and len(identity.subject) <= MAX_IDENTITY_CHARS else None


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ''
