"""What stands in for the outside world on one machine.

Everything here is local: servers listen on 127.0.0.1, keep all they have in one folder, and end with the
last desk that uses it. PostgreSQL and Valkey are real (``Sandbox``); Amazon Connect is a simulator
(``contact_centre.ContactCentre``).
"""

from desk.sandbox.errors import SandboxError
from desk.sandbox.sandbox import BackingUrls, Sandbox

__all__ = ['BackingUrls', 'Sandbox', 'SandboxError']
