"""What stands in for the outside world on one machine.

Everything here is real (PostgreSQL, Valkey) and local: servers listen on 127.0.0.1, keep all they
have in one folder, and end with the last desk that uses it.
"""

from desk.sandbox.errors import SandboxError
from desk.sandbox.sandbox import BackingUrls, Sandbox

__all__ = ['BackingUrls', 'Sandbox', 'SandboxError']
