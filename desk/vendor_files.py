"""Amazon's browser library, served by the desk: its checksum is here, its file in ``DESK_HOME``.

``make vendor`` downloads it from npm, once; it is never part of this repository. A file that
differs from its package by one byte is not served.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path


class VendorFileError(RuntimeError):
    """A file is missing or differs; the text says which and how to fix it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFile:
    """One file of one npm package."""

    package: str
    version: str
    path: str
    sha256: str

    @property
    def release(self) -> str:
        """Return the package with its version, in npm's notation."""
        return f'{self.package}@{self.version}'

    def at(self, home: Path) -> Path:
        """Return the path of the file."""
        return home / 'vendor' / f'{self.package}-{self.version}' / Path(self.path).name

    def content(self, home: Path) -> bytes:
        """Return the content of the file.

        Raises:
            VendorFileError: the file is missing or differs from its package.
        """
        try:
            found = self.at(home).read_bytes()
        except OSError as error:
            message = f'{self.release} is not here: "make vendor" gets it.'
            raise VendorFileError(message) from error
        if hashlib.sha256(found).hexdigest() != self.sha256:
            message = f'{self.at(home)} is not what {self.release} holds: "make vendor" mends it.'
            raise VendorFileError(message)
        return found


STREAMS = VendorFile(
    package='amazon-connect-streams',
    version='2.28.2',
    path='release/connect-streams-min.js',
    sha256='a3a19302dfb8b54a4c19d362ee6b6ffee3129f31fcae91479ca450c8bf067d62',
)
"""The softphone's library: it makes, holds and ends calls through the CCP embedded in the desk."""
