"""``/docs``: the API's own documentation, drawn by Swagger UI from files that the desk serves itself.

The page loads nothing from elsewhere and runs no inline script, so the strictest policy holds for it too.
"""

import asyncio
import json
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from pages.api.problems import Problem
from pages.api.shapes import refusals
from pages.web.refusals import PROBLEM

TITLE = 'Desk API'
DESCRIPTION = """
Bodies are JSON; times are ISO 8601 in UTC. Every refusal is `application/problem+json` (RFC 9457): programs branch on
`code`, people read `detail`, which is in the language that `Accept-Language` asks for (ko, en).

**Agents** sign in with `POST /auth/login` and send `Authorization: Bearer …`. **Customers** hold the token of their own
chat and send it as `X-Chat-Token`.

## WebSocket `/ws/{agent_id}`

`agent_id` is the own id or username. Authenticated by `Authorization: Bearer`, by the subprotocols `bearer, <token>`, or by
the desk's cookie. Frames are `{"type", "data", "timestamp"}`.

| to the program | data |
|---|---|
| `hello` | `agent_id`, `username`, `name`, `role`, `department`, `heartbeat_seconds` |
| `message` | a message, as `GET /chat/sessions/{session_id}/messages` answers it; `"late": true` beside `data` when it comes after a higher number |
| `session_update` | a chat, as `GET /chat/sessions/{session_id}` answers it, without its `wrap_up`; the highest `version` wins |
| `typing` | `chat_session_id`, `sender`, `name` |
| `sentiment` | `chat_session_id`, `lines` (only the newly analysed messages) and the rest of `GET /chat/sessions/{session_id}/sentiment`: some seconds after a customer's message, in chats that the agent holds or the program subscribed to |
| `agent_status` | `agent_id`, `status`, `since`, `department`; a supervisor hears of those within their reach |
| `agent_changed` | as `hello`, without the pace: the role or department is another; a `resync` follows |
| `promise_changed` | `promise_id`, `contact_id`, `department`, `owner_id`, `former_id`: read it at `GET /promises/{promise_id}` |
| `note` | a private note, as in `GET /chat/sessions/{session_id}/notes`: in chats that the agent has or follows |
| `mention` | `note`, `customer`: a note mentions the agent |
| `transfer` | as `GET /transfers`: a chat rings for the agent or for the agents of a queue, or the agent has asked |
| `transfer_ended` | as `transfer`, and `outcome` (`accepted`, `refused`, `missed`, `withdrawn`), `by_id`, `by` |
| `promise_due` | `promise_id`, `contact_id`, `department`, `owner_id`, `customer`, `body`, `due_at`: its time has come |
| `callback_changed` | `callback_id`, `department`: read it at `GET /callbacks/{callback_id}` |
| `callback_due` | `callback_id`, `department`, `owner_id`, `agent_ids` (who is told), `name`, `body`, `slot_from`, `slot_to`: its slot has begun |
| `ack` | the stored message that a `message` became |
| `caught_up` | `cursors`: how far each subscribed chat is |
| `resync` | events may have been missed; followed chats are caught up, those no longer the agent's were named by an `error` (`chat.not_found`), read lists again |
| `ping`, `pong` | answer a `ping` with `pong`; after two without a sign of life the desk closes (4410) |
| `error` | `status`, `code`, `detail`, and `id`, `chat_session_id` of what was refused |

| from the program | data |
|---|---|
| `subscribe` | `cursors`: for each chat the number of the newest message the program has (0: none) |
| `message` | `chat_session_id`, `content`, and `type`, `id`, `seen` as over REST |
| `typing` | `chat_session_id` |

Each of these three may have a `traceparent` (W3C Trace Context) beside `data`: the desk's own trace of what the frame asked
for, up to the customer's screen, is then part of it. Without one it begins a trace of its own.

**Order.** Without `subscribe` a program hears live what its agent may see. With it, as the first frame within a second of
`hello`, what came after each number comes first and live messages follow: in order, nothing lost; what the program said
it has is not told again, also not after a restart of the desk. Nothing is told twice on one connection. A message that can
only be told after one of its chat with a higher number is marked `late`: in a chat that no number was named for, or one
subscribed to after messages had come live. Put it where its `number` belongs. The number of a message never changes, so a
message that is known from an earlier connection is the same one.

**Rights.** What the agent may see is decided anew whenever it changes, on the open connection.

**Closed** with a code and a sentence: 4401 signed out, or the account is no longer in use; 4408 read too slowly, come back
with the cursors; 4410 no sign of life; 1011 something went wrong, come back;
1008 more than 20 frames that are none. A session has at most 10 connections at once (429 otherwise).
"""
TAGS = [
    {'name': 'authentication', 'description': 'Sign in and out'},
    {'name': 'agents', 'description': 'Accounts of others, for administrators'},
    {'name': 'chat', 'description': 'Chats, for agents'},
    {
        'name': 'protection',
        'description': 'Protection from abuse (보호), for agents and supervisors',
    },
    {'name': 'customers', 'description': 'Customers on record, for agents'},
    {'name': 'history', 'description': 'Past and present contacts, for agents'},
    {'name': 'reports', 'description': 'Figures of any period, for supervisors'},
    {'name': 'contacts', 'description': 'Contacts steered by hand, for supervisors'},
    {'name': 'visit', 'description': 'The own chat, for customers'},
    {'name': 'health', 'description': 'For the machines that run the desk'},
]
KEYS = {
    'bearer': {'type': 'http', 'scheme': 'bearer', 'bearerFormat': 'JWT'},
    'chatToken': {'type': 'apiKey', 'in': 'header', 'name': 'X-Chat-Token'},
}
OPENED_BY = {
    '/auth/logout': 'bearer',
    '/agents': 'bearer',
    '/chat/sessions': 'bearer',
    '/chat/labels': 'bearer',
    '/customers': 'bearer',
    '/history': 'bearer',
    '/contacts': 'bearer',
    '/reports': 'bearer',
    '/chat/visits/{visit_id}': 'chatToken',
}
"""The ways to authenticate at the paths below; other paths are public."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Desk API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = "SwaggerUIBundle({url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true});\n"


def router(app: FastAPI) -> APIRouter:
    """Serve ``/docs`` and ``/openapi.json``.

    The description of 120 routes takes half a second to draw up and milliseconds to write: it is done once, in a
    thread, and kept as it is sent.
    """
    _document(app)
    written: list[bytes] = []
    turn = asyncio.Lock()
    api = APIRouter(include_in_schema=False)
    assets = str(files('fastapi_offline') / 'static')
    api.mount('/docs/assets', StaticFiles(directory=assets))

    @api.get('/docs')
    async def docs() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @api.get('/openapi.json')
    async def openapi() -> Response:
        async with turn:
            if not written:
                written.append(await asyncio.to_thread(_written, app))
        return Response(written[0], media_type='application/json')

    @api.get('/docs/start.js')
    async def start() -> Response:
        return Response(START, media_type='text/javascript')

    return api


def _written(app: FastAPI) -> bytes:
    return json.dumps(app.openapi(), ensure_ascii=False).encode()


def _document(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:  # every router is registered by the first request
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: every refusal as problem+json with an example, and every security scheme."""
    described = get_openapi(
        title=TITLE,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=TAGS,
    )
    components = described.setdefault('components', {})
    components.setdefault('schemas', {})['Problem'] = Problem.model_json_schema()
    components['securitySchemes'] = KEYS
    for path, operations in described['paths'].items():
        for operation in operations.values():
            _complete(path, operation)
    return described


def _complete(path: str, operation: dict[str, Any]) -> None:
    for prefix, key in OPENED_BY.items():
        if path.startswith(prefix):
            operation['security'] = [{key: []}]
    if 'requestBody' in operation:
        operation['responses'] |= {str(one): refusal for one, refusal in refusals(400, 413).items()}
    for status, answer in operation['responses'].items():
        is_bare = 'example' not in answer.get('content', {}).get(PROBLEM, {})
        if status.startswith('4') and is_bare:
            operation['responses'][status] = refusals(int(status))[int(status)]
