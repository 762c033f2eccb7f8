"""The pages of small desks, on a server of its own: a browser lets only pages of this machine embed this machine's."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from desk.sandbox import vendor

HERE = Path(__file__).parent
DOCS = HERE.parents[2] / 'docs' / 'sandbox.md'
HEAD = '<!doctype html><meta charset="utf-8"><title>desk</title><link rel="icon" href="data:,">'
FRAME = '<div id="ccp" style="width: 320px; height: 400px"></div>'


def _page(body: str, *scripts: str) -> bytes:
    tags = ''.join(f'<script src="/{script}.js"></script>' for script in scripts)
    return f'{HEAD}{body}{tags}'.encode()


def _example(address: str) -> bytes:
    """The page of the documentation, for a sandbox at another address."""
    page = DOCS.read_text().partition('```html\n')[2].partition('```')[0]
    return f'{HEAD}{page}'.replace('http://127.0.0.1:4580', address).encode()


@contextmanager
def desk_pages(home: Path, sandbox: str) -> Iterator[str]:
    """Serve the pages while the block runs; their address."""
    files = {
        '/desk': (_page(FRAME, 'streams', 'desk'), 'text/html'),
        '/chat-desk': (_page(FRAME, 'streams', 'chatjs', 'desk', 'chat'), 'text/html'),
        '/example': (_example(sandbox), 'text/html'),
        '/customer': (_page('', 'chatjs', 'chat'), 'text/html'),
        '/desk.js': ((HERE / 'desk.js').read_bytes(), 'text/javascript'),
        '/chat.js': ((HERE / 'chat.js').read_bytes(), 'text/javascript'),
        '/streams.js': (vendor.content(vendor.STREAMS, home), 'text/javascript'),
        '/chatjs.js': (vendor.content(vendor.CHATJS, home), 'text/javascript'),
    }

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, kind = files[self.path.partition('?')[0]]
            self.send_response(200)
            self.send_header('Content-Type', kind)
            self.send_header('Content-Length', str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(('127.0.0.1', 0), Files) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
