"""A small web shop for trying the chat on another site: a page for visitors, one for a signed-in customer, and a product.

It is another origin than the desk, and signs its customer with the secret of its site as any site's server would: with the standard
library alone (docs/widget.md).
"""

import base64
import hmac
import html
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from threading import Thread
from urllib.parse import urlsplit

from typing_extensions import override

SIGNED_SECONDS = 3_600
PATHS = {'/': '두루상점', '/cart': '장바구니', '/items/humidifier': '가습기', '/me': '내 정보'}
"""The pages: path and title."""
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; script-src {desk}; connect-src {desk}; frame-src {desk}"
"""The lines that a strict site needs (docs/widget.md)."""
_PAGE = Template("""<!doctype html>
<html lang="$language"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>$title</title><link rel="stylesheet" href="/shop.css"></head>
<body><header><strong>두루상점</strong><nav>$links</nav></header>
<main><h1>$title</h1><p>$who</p><p><button type="button">장바구니에 담기</button></p></main>
<script src="$desk/widget.js" async$attributes></script></body></html>
""")
_STYLE = """body { margin: 0; font: 16px/1.6 system-ui, sans-serif; }
header { display: flex; gap: 24px; align-items: baseline; flex-wrap: wrap; padding: 16px 24px; border-bottom: 1px solid #8888; }
nav { display: flex; gap: 16px; } main { max-width: 720px; margin: 0 auto; padding: 24px; } a { color: inherit; }
main button { min-height: 44px; padding: 0 16px; border: 1px solid #8888; border-radius: 22px; background: none; color: inherit; }
button { font-size: 18px; }
"""


@dataclass(kw_only=True)
class Shop:
    """What the shop knows: the desk's address, its secret, and whom its pages name."""

    desk: str
    secret: str = ''
    claims: dict[str, str] | None = None
    """Its signed-in customer; ``None`` while nobody is signed in."""
    attributes: str = ''
    """Further attributes of the script's tag."""
    language: str = 'ko'
    kept_in: Path | None = None
    """The file that keeps its secret between starts, readable by its owner only."""

    def take(self, secret: str, claims: dict[str, str]) -> None:
        """Take what the desk has given to the shop, and keep the secret."""
        self.secret, self.claims = secret, claims or None
        if self.kept_in is not None:
            self.kept_in.touch(mode=0o600)
            self.kept_in.write_text(secret)

    def signed(self, **changes: object) -> str:
        """Return the signed identity of its customer."""
        until = {'exp': int(time.time()) + SIGNED_SECONDS}
        packed = json.dumps({**(self.claims or {}), **until, **changes}).encode()
        payload = base64.urlsafe_b64encode(packed).decode().rstrip('=')
        return f'{payload}.{hmac.new(self.secret.encode(), payload.encode(), "sha256").hexdigest()}'

    def page(self, path: str) -> str:
        """Return one of its pages."""
        links = ''.join(f'<a href="{to}">{title}</a>' for to, title in PATHS.items())
        attributes = self.attributes
        if self.claims and self.secret:
            attributes += f' data-identity="{self.signed()}"'
        name = (self.claims or {}).get('name', '')
        return _PAGE.substitute(
            title=PATHS[path],
            links=links,
            who=html.escape(f'{name} 님, 반갑습니다.' if name else '로그인하지 않은 방문자입니다.'),
            desk=self.desk,
            attributes=attributes,
            language=self.language,
        )


class _Visit(BaseHTTPRequestHandler):
    """Answers one browser."""

    def __init__(self, shop: Shop, *rest: object) -> None:
        self._shop = shop
        super().__init__(*rest)  # type: ignore[arg-type]  # as the server calls it

    def do_GET(self) -> None:
        """Answer with a page."""
        path = urlsplit(self.path).path
        if path == '/shop.css':
            self._answer(_STYLE, 'text/css')
        elif path in PATHS:
            self._answer(self._shop.page(path), 'text/html')
        else:
            self.send_error(404)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Write no log: its visitors are one's own."""

    def _answer(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header('Content-Type', f'{kind}; charset=utf-8')
        self.send_header('Content-Length', str(len(content)))
        self.send_header('Content-Security-Policy', POLICY.format(desk=self._shop.desk))
        self.send_header('Cache-Control', 'no-store')
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def beside(desk: str, home: Path) -> Iterator[tuple[Shop, int]]:
    """Serve the shop of a desk while the block runs, at the port after the desk's if that is free; yield it and its port."""
    kept = home / 'shop-secret'
    shop = Shop(desk=desk, kept_in=kept, secret=kept.read_text() if kept.exists() else '')
    with ExitStack() as stack:
        try:
            port = stack.enter_context(opened(shop, (urlsplit(desk).port or 0) + 1))
        except OSError:
            port = stack.enter_context(opened(shop))
        yield shop, port


@contextmanager
def opened(shop: Shop, port: int = 0) -> Iterator[int]:
    """Serve the shop on this machine while the block runs; yield its port. Raises ``OSError`` when the port is taken."""
    server = ThreadingHTTPServer(('127.0.0.1', port), partial(_Visit, shop))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name='shop', daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
