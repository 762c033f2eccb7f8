"""The sites that may show the desk's chat widget: a list of origins, one a line.

An origin is what a browser sends as ``Origin`` (RFC 6454): scheme, host and port, and nothing else. Any other form would never
match, or would match too much, so it is refused in place of being mended. The list only says which sites may; who reads
it decides what they may do.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from desk.errors import FieldsRefusedError, InvalidInputError
from models import EVERYWHERE, SettingKind
from services.settings import queries
from services.work.unit_of_work import UnitsOfWork

FIELD = 'origins'
MOST_SITES = 50
MAX_SITE_CHARS = 200
NEW_SITES: Mapping[str, str] = {FIELD: ''}
"""No site may show it until somebody lists one."""
LOOPBACK = frozenset({'localhost', '127.0.0.1'})
"""Hosts that may be named with ``http``: a page that is being built on one's own machine."""
PORTS = {'https': 443, 'http': 80}
HOST = re.compile(
    r'(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]'
)
"""A host name with a dot. An address of numbers is no site, and a star would let in whoever gets a name below it."""


class AllowedSites:
    """Reads the list."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def origins(self) -> frozenset[str]:
        """Return the origins as browsers send them; none when nobody listed any."""
        async with self._db.reading() as session:
            row = await queries.document(session, SettingKind.SITES, EVERYWHERE)
        return frozenset(row.values.get(FIELD, '').split()) if row else frozenset()

    async def allows(self, origin: str) -> bool:
        """Whether a site with this origin may show the widget."""
        return origin in await self.origins()


def parsed_sites(values: Mapping[str, str]) -> dict[str, str]:
    """Return the list as it is stored: each origin once, in the given order. Raises ``FieldsRefusedError``."""
    if FIELD not in values:
        return {}
    lines = [line.strip() for line in values[FIELD].splitlines() if line.strip()]
    try:
        sites = _origins(lines)
    except InvalidInputError as error:
        raise FieldsRefusedError({FIELD: error}) from error
    return {FIELD: '\n'.join(sites)}


def _origins(lines: Sequence[str]) -> list[str]:
    if len(lines) > MOST_SITES:
        raise InvalidInputError('sites.many', most=MOST_SITES)
    return list(dict.fromkeys(_origin(line) for line in lines))


def _origin(typed: str) -> str:
    """Return one origin as a browser sends it. Raises ``InvalidInputError`` with the line that is none."""
    wrong = InvalidInputError('sites.origin', line=typed[:MAX_SITE_CHARS])
    if len(typed) > MAX_SITE_CHARS:
        raise wrong
    try:
        parts = urlsplit(typed)
        port, host, origin = parts.port, _ascii(parts.hostname or ''), as_origin(parts)
    except ValueError as error:
        raise wrong from error
    is_bare = parts.path in {'', '/'} and not (parts.query or parts.fragment) and '@' not in parts.netloc  # fmt: skip
    is_near = host in LOOPBACK
    is_host = is_near or HOST.fullmatch(host) is not None
    if not is_bare or not is_host or parts.scheme not in ({'https', 'http'} if is_near else {'https'}):  # fmt: skip
        raise wrong
    if not parts.netloc.isprintable() or port == 0 or parts.netloc.endswith(':') or typed[-1] in '?#':  # fmt: skip
        raise wrong
    return origin


def as_origin(parts: SplitResult) -> str:
    """Return the origin of a split address as browsers send it. Raises ``ValueError`` for a port or host that is none."""
    port = '' if parts.port in {None, PORTS.get(parts.scheme)} else f':{parts.port}'
    return f'{parts.scheme}://{_ascii(parts.hostname or "")}{port}'


def _ascii(host: str) -> str:
    """Return a host as browsers send it: 한글.kr is ``xn--bj0bj06e.kr``. Raises ``ValueError``."""
    return host.encode('idna').decode().lower() if host else ''
