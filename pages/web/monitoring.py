"""Access to ``/metrics``: with a token, or from the machine itself."""

import hmac
from ipaddress import ip_address

from nicegui import Client
from starlette.requests import HTTPConnection

from desk.settings import Settings
from pages.web import hosts

FORWARDED = ('forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip')
"""Headers of a proxy: its own address says nothing about the client."""


def open_pages() -> int:
    """Return the number of pages that browsers hold open now."""
    return sum(client.has_socket_connection for client in Client.instances.values())


def may_read_metrics(asked: HTTPConnection, settings: Settings) -> bool:
    """Return whether ``/metrics`` is answered: with the token if one is set, else to this machine only."""
    token = settings.metrics_token.get_secret_value()
    if not token:
        return _is_at_this_machine(asked)
    kind, _, given = asked.headers.get('authorization', '').partition(' ')
    return kind.lower() == 'bearer' and hmac.compare_digest(given.encode(), token.encode())


def _is_at_this_machine(asked: HTTPConnection) -> bool:
    is_passed_on = any(name in asked.headers for name in FORWARDED)
    if asked.client is None or is_passed_on or not hosts.is_this_machine(asked):
        return False
    try:
        return ip_address(asked.client.host).is_loopback
    except ValueError:
        return False
