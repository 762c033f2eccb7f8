"""What the world says no to. The AWS side and the softphone side each give a refusal their own code.

Refusal
├── NotThere       no such thing
├── Gone           it was there, and has ended
├── NotPossible    not in this state, or not with this value
│   └── Resumed    who does not wait cannot be resumed
├── NotPermitted   never, for this caller, number or participant
├── InTheWay       something else was first
└── OverQuota      more than the instance may have
"""


class Refusal(Exception):  # noqa: N818 - the field's word; it is no fault of the program
    """The world does not do that, and says why."""


class NotThere(Refusal):
    """No such thing."""


class Gone(Refusal):
    """It was there, and has ended."""


class NotPossible(Refusal):
    """Not in this state, or not with this value."""


class Resumed(NotPossible):
    """Who does not wait cannot be resumed."""


class TooLong(NotPossible):
    """More bytes than are read."""


class TooMany(NotPossible):
    """More texts than are read at once."""


class Unsupported(NotPossible):
    """A language that is not read."""


class NotPermitted(Refusal):
    """Never: for this caller, this number, this participant."""


class Unwelcome(NotPermitted):
    """The person asked not to be called."""


class InTheWay(Refusal):
    """Something else was first."""


class TokenReused(InTheWay):
    """The same token came with another request."""


class OverQuota(Refusal):
    """More than the instance may have."""
