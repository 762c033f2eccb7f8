"""Names a browser from what it calls itself (``User-Agent``), for people who look where they are signed in."""

import re

BROWSERS = (  # the first that matches: others are named in it too, for the sake of old sites
    ('Edge', 'Edg(?:e|A|iOS)?/'),
    ('Whale', 'Whale/'),
    ('Samsung Internet', 'SamsungBrowser/'),
    ('Opera', 'OPR/'),
    ('Firefox', '(?:Firefox|FxiOS)/'),
    ('Chrome', '(?:Headless)?(?:Chrome|CriOS)/'),
    ('Safari', r'Version/[\d.]+.* Safari/'),
)
SYSTEMS = (
    ('iPhone', 'iPhone'),
    ('iPad', 'iPad'),
    ('Android', 'Android'),
    ('Windows', 'Windows NT'),
    ('ChromeOS', 'CrOS'),
    ('macOS', 'Mac OS X'),
    ('Linux', 'Linux|X11'),
)
PRODUCT = re.compile(r'[A-Za-z][\w.-]{0,40}')


def device_words(user_agent: str) -> str:
    """Return ``Chrome · Windows`` for a browser, a program's own name, or nothing."""
    names = [_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)]
    if words := ' · '.join(name for name in names if name):
        return words
    product = PRODUCT.match(user_agent)
    return product[0] if product else ''


def _first(kinds: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in kinds if re.search(pattern, user_agent)), '')
