"""Everything that can go wrong in an expected way.

    DeskError
    ├── NotFoundError       it is not there, or it is not yours: the two look the same
    ├── NotAllowedError     you are known, and your role may not do this
    ├── NotSignedInError    nobody is signed in, or the session has ended
    ├── ConflictError       it is no longer in the state that this needs
    ├── InvalidInputError   what was given cannot be used
    │   └── FieldsRefusedError   several fields of a form cannot: each says why
    ├── TooLongError        what was given is longer than anything that is taken
    ├── UnsupportedKindError   what was given is of another kind than what is taken
    ├── TooManyError        it was tried too often; carries how long to wait
    └── UpstreamError       a service outside of the desk failed

Each carries a catalogue key and its values, so that the reader hears a sentence in their own language.
Anything else that is raised is a bug.
"""

from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override


class DeskError(Exception):
    """An expected failure: a catalogue key and the values its sentence needs."""

    status: ClassVar[int] = 400
    """The HTTP status that the API answers with."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    @property
    def details(self) -> dict[str, object]:
        """What a program learns beside the sentence; nothing personal."""
        return {}


class NotFoundError(DeskError):
    """It does not exist, or it is not the reader's."""

    status = 404


class NotAllowedError(DeskError):
    """The reader's role may not do this."""

    status = 403


class NotSignedInError(DeskError):
    """Nobody is signed in, the password is wrong, or the session has ended."""

    status = 401


class ConflictError(DeskError):
    """The thing is no longer in the state that this needs."""

    status = 409


class InvalidInputError(DeskError):
    """What was given cannot be used."""

    status = 422


class FieldsRefusedError(InvalidInputError):
    """Fields of a form cannot be used: programs hear the first, people all of it."""

    def __init__(self, faults: Mapping[str, DeskError]) -> None:
        first = next(iter(faults.values()))
        super().__init__(first.key, **first.values)
        self.faults = dict(faults)


class TooLongError(DeskError):
    """What was given is longer than anything that is taken."""

    status = 413


class UnsupportedKindError(DeskError):
    """What was given is of another kind (media type, charset) than what is taken."""

    status = 415


class TooManyError(DeskError):
    """Tried too often. ``wait_seconds`` says when it may be tried again."""

    status = 429

    def __init__(self, key: str, *, wait_seconds: int, **values: object) -> None:
        super().__init__(key, wait_seconds=wait_seconds, **values)
        self.wait_seconds = wait_seconds

    @property
    @override
    def details(self) -> dict[str, object]:
        """How long to wait."""
        return {'wait_seconds': self.wait_seconds}


class UpstreamError(DeskError):
    """A service outside of the desk failed or did not answer in time."""

    status = 502
