"""Routes for agents' actions, for tests without a softphone."""

from fastapi import APIRouter

from desk.sandbox.connect import hand as acts
from desk.sandbox.connect.control.answers import NOTHING, REFUSED
from desk.sandbox.connect.control.shapes import (
    AgentSetUp,
    Legs,
    LegWords,
    Made,
    MoveTo,
    OfContact,
    OfLeg,
    StatusChoice,
    To,
    Token,
)
from desk.sandbox.connect.hand import Hand

WITH_CONTACT = {
    'accept': acts.accept,
    'reject': acts.reject,
    'fail': acts.fail,
    'clear': acts.clear,
    'end': acts.end,
    'swap': acts.swap,
    'conference': acts.conference,
}
WITH_LEG = {'hold': acts.hold, 'resume': acts.resume, 'drop': acts.drop}
MOVING = {'add': acts.add, 'transfer': acts.transfer}


def router(hand: Hand) -> APIRouter:
    """Return the routes for agents' actions."""
    api = APIRouter(prefix='/agents/{username}', tags=['agents'], responses=REFUSED)

    @api.patch('')
    async def set_up(username: str, wanted: AgentSetUp) -> dict[str, str]:
        """Set an agent's automatic acceptance, and the time limit of after-contact work."""
        hand.set_up(
            username,
            auto_accepts=wanted.auto_accepts,
            after_work_seconds=wanted.after_work_seconds,
        )
        return NOTHING

    @api.post('/status')
    async def choose_status(username: str, wanted: StatusChoice) -> dict[str, str]:
        """Set an agent's status; during a contact it becomes the next one."""
        hand.choose_status(username, wanted.status)
        return NOTHING

    @api.post('/call')
    async def call(username: str, to: To) -> Made:
        """Call a number or a colleague."""
        return Made(id=hand.act(username, acts.call(to.endpoint)))

    @api.post('/legs')
    async def legs(username: str, of: OfContact) -> Legs:
        """Return the ends of a call."""
        found = hand.act(username, acts.legs(of.contact_id))
        return Legs(
            legs=[
                LegWords(
                    id=leg.id,
                    kind=leg.kind,
                    state=leg.state,
                    is_muted=leg.is_muted,
                    digits=leg.digits,
                )
                for leg in found
            ]
        )

    @api.post('/token')
    async def token(username: str, of: OfContact) -> Token:
        """Return the agent's participant token in a chat."""
        return Token(token=hand.act(username, acts.token(of.contact_id)))

    _with_contact(api, hand)
    _with_leg(api, hand)
    _moving(api, hand)
    return api


def _with_contact(api: APIRouter, hand: Hand) -> None:
    def serve(verb: str) -> None:
        does = WITH_CONTACT[verb]

        @api.post(f'/{verb}', name=verb, description=does.__doc__)
        async def act(username: str, of: OfContact) -> dict[str, str]:
            hand.act(username, does(of.contact_id))
            return NOTHING

    for verb in WITH_CONTACT:
        serve(verb)


def _with_leg(api: APIRouter, hand: Hand) -> None:
    def serve(verb: str) -> None:
        does = WITH_LEG[verb]

        @api.post(f'/{verb}', name=verb, description=does.__doc__)
        async def act(username: str, of: OfLeg) -> dict[str, str]:
            hand.act(username, does(of.contact_id, of.leg_id))
            return NOTHING

    for verb in WITH_LEG:
        serve(verb)


def _moving(api: APIRouter, hand: Hand) -> None:
    def serve(verb: str) -> None:
        does = MOVING[verb]

        @api.post(f'/{verb}', name=verb, description=does.__doc__)
        async def act(username: str, to: MoveTo) -> Made:
            return Made(id=hand.act(username, does(to.contact_id, to.endpoint)))

    for verb in MOVING:
        serve(verb)
