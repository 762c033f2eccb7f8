"""Amazon's browser library, which the desk serves beside its own scripts: its sum stands here, its file in the desk's home.

``make vendor`` gets it from npm, once; it is never part of this repository. What is not byte for byte what its package
holds is not served.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path


class VendorFileError(RuntimeError):
    """A file is not there, or is another; the text says which, and what mends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFile:
    """One file of one npm package."""

    package: str
    version: str
    path: str
    sha256: str

    @property
    def release(self) -> str:
        """Return the package with its version, as npm writes it."""
        return f'{self.package}@{self.version}'

    def at(self, home: Path) -> Path:
        """Return where the file is kept."""
        return home / 'vendor' / f'{self.package}-{self.version}' / Path(self.path).name

    def content(self, home: Path) -> bytes:
        """Return what the file holds.

        Raises:
            VendorFileError: it is not there, or is not what its package holds.
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
"""The softphone's library: it calls, holds and hangs up through the CCP that is embedded beside the desk."""
