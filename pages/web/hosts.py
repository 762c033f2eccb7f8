"""The host names that the desk answers to.

Another site can make its own host name resolve to this desk (DNS rebinding): the browser then sees one site, and a check of
origins finds no difference. So the requested host name must be one of ours. In production these are listed in the settings. A
local desk also answers to addresses and to names that no public name server knows.
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
    """Return whether a request names exactly one host, and that host is this desk."""
    name = host_name(asked)
    if settings.is_production:
        return name in settings.host_names
    return name in settings.host_names or (name != '' and _is_not_public(name))


def is_this_machine(asked: HTTPConnection) -> bool:
    """Return whether the requested host is this machine's loopback name or address."""
    name = host_name(asked)
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == 'localhost'


def host_name(asked: HTTPConnection) -> str:
    """Return the requested host in lower case and without a port; empty when it is not a single name."""
    hosts = asked.headers.getlist('host')
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        return ''
    try:
        return urlsplit(f'//{hosts[0]}').hostname or ''
    except ValueError:  # an unclosed bracket
        return ''


def _is_not_public(name: str) -> bool:
    """Return whether a name cannot belong to another site: an address, a bare name, or one under a reserved top-level domain."""
    try:
        return bool(ip_address(name))
    except ValueError:
        bare = name.removesuffix('.')
        return '.' not in bare or any(bare.endswith(f'.{end}') for end in NOT_PUBLIC)
