"""The provider as strict ones are: PKCE is required and checked, and the end of a session is told to the desk.

``oidc-provider-mock`` (as locked, 0.3 and 0.4) reads neither a code challenge nor a verifier, and keeps no sessions. This is
a layer around its own application, in its own process (``python -m tests.support.strict_provider PORT``): it answers what
the provider would let pass, remembers what a code was asked with, and signs logout tokens with a key of its own, which it
adds to the provider's keys. Everything else is the provider's.
"""

import base64
import hashlib
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import oidc_provider_mock
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey

COOKIE = 'provider_session'
LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
TELL_SECONDS = 10.0
Refusal = tuple[flask.Response, int]


@dataclass
class StrictLayer:
    """What the layer knows: codes with their challenges, sessions with their people, and where clients hear of an end."""

    issuer: str
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {'kid': 'layer', 'use': 'sig'})
    )
    challenges: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Subject and client by the value of the browser's cookie."""
    listeners: dict[str, str] = field(default_factory=dict)
    """By client, where its logout tokens go."""

    def install(self, app: flask.Flask) -> None:
        """Stand around the provider's application."""
        app.add_url_rule('/clients/<client>/backchannel', view_func=self._listen, methods=['PUT'])
        app.before_request(self._check)
        app.after_request(self._follow)

    def _listen(self, client: str) -> tuple[str, int]:
        self.listeners[client] = flask.request.get_data(as_text=True)
        return '', 204

    # ---- PKCE (RFC 7636)

    def _check(self) -> Refusal | None:
        """Refuse a request for a code without a challenge, and one for tokens without the verifier of its code."""
        asked = flask.request
        if asked.path == '/oauth2/authorize':
            has_challenge = asked.args.get('code_challenge')
            if not has_challenge or asked.args.get('code_challenge_method') != 'S256':
                return _refused('invalid_request', 'code challenge required')  # §4.4.1
        if asked.path == '/oauth2/token' and asked.form.get('grant_type') == 'authorization_code':
            challenge = self.challenges.pop(asked.form.get('code', ''), '')
            if not challenge or challenge != challenge_of(asked.form.get('code_verifier', '')):
                return _refused('invalid_grant', 'code verifier wrong')  # §4.6
        return None

    def _follow(self, answer: flask.Response) -> flask.Response:
        """Remember what an answer gave, and say what the layer adds to it."""
        path, method = flask.request.path, flask.request.method
        if path == '/.well-known/openid-configuration':
            answer.set_data(
                flask.json.dumps(
                    (answer.get_json() or {})
                    | {
                        'code_challenge_methods_supported': ['S256'],
                        'backchannel_logout_supported': True,
                    }
                )
            )
        elif path == '/jwks':
            keys = (answer.get_json() or {})['keys']
            answer.set_data(flask.json.dumps({'keys': [*keys, self.key.as_dict(private=False)]}))
        elif path == '/oauth2/authorize' and method == 'POST':
            self._begun(answer)
        elif path == '/oauth2/end_session/confirm':
            self._ended(answer)
        return answer

    def _begun(self, answer: flask.Response) -> None:
        brought = parse_qs(urlsplit(answer.headers.get('Location', '')).query)
        for code in brought.get('code', []):
            self.challenges[code] = flask.request.args['code_challenge']
            name = secrets.token_urlsafe(16)
            self.sessions[name] = (flask.request.form['sub'], flask.request.args['client_id'])
            answer.set_cookie(COOKIE, name, httponly=True)

    # ---- sessions (OpenID Connect Back-Channel Logout)

    def _ended(self, answer: flask.Response) -> None:
        """End the session of the browser, and tell its client before the browser goes on."""
        subject, client = self.sessions.pop(flask.request.cookies.get(COOKIE, ''), ('', ''))
        answer.delete_cookie(COOKIE)
        if (address := self.listeners.get(client)) is not None:
            self._tell(address, subject, client)

    def _tell(self, address: str, subject: str, client: str) -> None:
        now = int(time.time())
        claims = {
            'iss': self.issuer,
            'aud': client,
            'sub': subject,
            'iat': now,
            'exp': now + 120,
            'jti': secrets.token_urlsafe(16),
            'events': {LOGOUT_EVENT: {}},
        }
        header = {'alg': 'RS256', 'kid': self.key.kid, 'typ': 'logout+jwt'}
        token = jwt.encode(header, claims, self.key)
        with httpx.Client(timeout=TELL_SECONDS, trust_env=False) as desk:
            desk.post(address, data={'logout_token': token}).raise_for_status()


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b'=').decode()


def _refused(error: str, words: str) -> Refusal:
    return flask.jsonify(error=error, error_description=words), 400


def serve(port: int) -> None:
    """Serve the provider within the layer."""
    os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'
    app = oidc_provider_mock.app()
    StrictLayer(f'http://127.0.0.1:{port}').install(app)
    uvicorn.run(app, interface='wsgi', host='127.0.0.1', port=port, log_config=None)


if __name__ == '__main__':
    serve(int(sys.argv[1]))
