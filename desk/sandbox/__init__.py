"""Local stand-ins for the outside world, on one machine.

Servers listen on 127.0.0.1, keep all data in one folder, and end with the last desk that uses them.
PostgreSQL and Valkey are real (``Sandbox``); Amazon Connect is a simulator
(``contact_centre.ContactCentre``).
"""

from desk.sandbox.errors import SandboxError
from desk.sandbox.sandbox import BackingUrls, Sandbox

__all__ = ['BackingUrls', 'Sandbox', 'SandboxError']
