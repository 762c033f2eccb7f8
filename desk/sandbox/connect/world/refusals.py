"""The world's refusals. The AWS side and the softphone side each give them their own codes.

Refusal
├── NotThere       it does not exist
├── Gone           it has ended
├── NotPossible    not in this state, or not with this value
│   └── Resumed    the party is not on hold
├── NotPermitted   never for this caller, number or participant
├── InTheWay       something else came first
└── OverQuota      more than the instance may have
"""


class Refusal(Exception):  # noqa: N818 - the field's word; not a program error
    """The world refuses an action and says why."""


class NotThere(Refusal):
    """It does not exist."""


class Gone(Refusal):
    """It has ended."""


class NotPossible(Refusal):
    """Not in this state, or not with this value."""


class Resumed(NotPossible):
    """The party is not on hold."""


class TooLong(NotPossible):
    """The text has too many bytes."""


class TooMany(NotPossible):
    """Too many texts at once."""


class Unsupported(NotPossible):
    """The language is not supported."""


class NotPermitted(Refusal):
    """Never for this caller, number or participant."""


class Unwelcome(NotPermitted):
    """The person asked not to be called."""


class InTheWay(Refusal):
    """Something else came first."""


class TokenReused(InTheWay):
    """The token was used with another request."""


class OverQuota(Refusal):
    """More than the instance may have."""
