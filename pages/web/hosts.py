"""Which names the desk answers to.

A page of another site can have its own name lead to this desk (DNS rebinding): for the browser the two are one site then, and
no check of origins sees a difference. So the name that was asked for must be one of ours. In production these are listed. A
desk on one machine also answers to addresses and to names that no public name server knows.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from desk.settings import Settings

HOST = re.compile(r'[\w.:\[\]-]{1,255}', re.ASCII)
NOT_PUBLIC = ('localhost', 'test', 'local', 'internal', 'home.arpa')
"""Last labels that nobody can register (RFC 6761, 6762, 8375, and ICANN's reserved ``internal``)."""


def is_ours(asked: HTTPConnection, settings: Settings) -> bool:
    """Whether a request asks for this desk by one of its names, and by one only."""
    name = host_name(asked)
    if settings.is_production:
        return name in settings.host_names
    return name in settings.host_names or (name != '' and _is_not_public(name))


def is_this_machine(asked: HTTPConnection) -> bool:
    """Whether a request asks for this machine by the name that only itself has."""
    name = host_name(asked)
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == 'localhost'


def host_name(asked: HTTPConnection) -> str:
    """Return the name that was asked for, in lower case and without a port; empty when it is not one name."""
    hosts = asked.headers.getlist('host')
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        return ''
    try:
        return urlsplit(f'//{hosts[0]}').hostname or ''
    except ValueError:  # half a bracket
        return ''


def _is_not_public(name: str) -> bool:
    """Whether a name cannot be somebody else's: an address, a bare name, or one under an end that is not sold."""
    try:
        return bool(ip_address(name))
    except ValueError:
        bare = name.removesuffix('.')
        return '.' not in bare or any(bare.endswith(f'.{end}') for end in NOT_PUBLIC)
