"""The requests and answers of the JSON API, each with an example."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from desk.sandbox.connect.faults import FaultPlan
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.terms import Channel, EndpointType, LegKind, LegState, Role

QUEUE = '주문·배송'
NUMBER = '+821012345678'
CONTACT_ID = '0f2c6f0e-6b0e-5a5e-9c3e-2f6a4f5b7c11'

PhoneNumber = Annotated[
    str, Field(pattern=r'^\+[1-9]\d{6,14}$', description='E.164', examples=[NUMBER])
]
QueueName = Annotated[
    str,
    Field(
        min_length=1,
        validation_alias=AliasChoices('queue', 'queue_id'),
        description="a queue's name or id",
        examples=[QUEUE],
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=1_024, examples=['배송이 언제 오나요?'])]


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={'examples': [values]})


class Refused(BaseModel):
    """Why an action was refused. Programs branch on ``code``."""

    model_config = _example(code='NotPossible', message='Nobody would hear it')
    code: str
    message: str
    fields: list[str] = Field(default=[], description='which fields cannot be used')


class CallWish(BaseModel):
    """A customer who calls."""

    model_config = _example(number=NUMBER, queue=QUEUE, name='최유진', attributes={'grade': 'VIP'})
    number: PhoneNumber
    queue: QueueName
    name: str = ''
    attributes: dict[str, str] = {}
    recorded: bool = Field(default=False, description='whether the flow records')


class ChatWish(BaseModel):
    """A customer who starts a chat."""

    model_config = _example(
        name='최유진', queue=QUEUE, text='주문한 상품이 아직 안 왔어요', attributes={}
    )
    name: str = Field(min_length=1, max_length=256)
    queue: QueueName
    text: str = Field(default='', max_length=1_024, description='what the customer says first')
    attributes: dict[str, str] = {}


class TaskWish(BaseModel):
    """A task to create."""

    model_config = _example(name='주소 확인', queue=QUEUE, description='동·호수가 빠졌습니다')
    name: str = Field(min_length=1, max_length=512)
    queue: QueueName
    description: str = ''
    attributes: dict[str, str] = {}


class Made(BaseModel):
    """The new contact."""

    model_config = _example(id=CONTACT_ID)
    id: str


class Line(BaseModel):
    """A spoken or written line, and its speaker."""

    model_config = _example(role='CUSTOMER', text='배송이 너무 늦어서 짜증나요')
    role: Role = Role.CUSTOMER
    text: Text


class Typing(BaseModel):
    """A participant who types."""

    model_config = _example(role='CUSTOMER')
    role: Role = Role.CUSTOMER


class Digits(BaseModel):
    """The pressed keys."""

    model_config = _example(digits='1#')
    digits: str = Field(pattern=r'^[0-9*#]{1,64}$')


class Attributes(BaseModel):
    """What the flow sets of a contact that goes on."""

    model_config = _example(attributes={'desk_recording_notice': 'yes'})
    attributes: dict[str, str] = Field(min_length=1)


class StatusChoice(BaseModel):
    """The status that an agent chooses."""

    model_config = _example(status='상담 가능')
    status: str = Field(min_length=1, description="a status's name or id")


class AgentSetUp(BaseModel):
    """An agent's settings; fields that are not set stay."""

    model_config = _example(auto_accepts=['VOICE', 'CHAT'], after_work_seconds=30)
    auto_accepts: list[Channel] | None = None
    after_work_seconds: int | None = Field(default=None, ge=0, description='0: no limit')


class OfContact(BaseModel):
    """The id of a contact."""

    model_config = _example(contact_id=CONTACT_ID)
    contact_id: str


class OfLeg(BaseModel):
    """One end of a call; the customer's when none is named."""

    model_config = _example(contact_id=CONTACT_ID, leg_id='')
    contact_id: str
    leg_id: str = ''


class To(BaseModel):
    """The called party."""

    model_config = _example(type='phone_number', phone_number=NUMBER)
    type: EndpointType
    phone_number: str = ''
    user_id: str = ''
    queue_id: str = ''

    @property
    def endpoint(self) -> Endpoint:
        """Return it as the world's endpoint."""
        return Endpoint(
            type=self.type,
            phone_number=self.phone_number,
            user_id=self.user_id,
            queue_id=self.queue_id,
        )


class MoveTo(To):
    """The target of a transfer, or the party to add."""

    model_config = _example(contact_id=CONTACT_ID, type='queue', queue_id='…')
    contact_id: str


class LegWords(BaseModel):
    """One end of a call, as ``hold``, ``resume`` and ``drop`` name it."""

    id: str
    kind: LegKind
    state: LegState
    is_muted: bool = False
    digits: str = ''  # digits that the agent sent to it


class Legs(BaseModel):
    """The ends of a call."""

    legs: list[LegWords]


class Token(BaseModel):
    """A participant's token."""

    token: str


class ClockMove(BaseModel):
    """A change of the clock."""

    model_config = _example(advance=60, held=True)
    advance: float = Field(default=0, ge=0, le=90 * 86_400, description='seconds')
    held: bool | None = Field(default=None, description='stand still, or go on')


class ClockView(BaseModel):
    """The simulator's time."""

    model_config = _example(now='2026-01-02T00:00:00Z', is_held=True)
    now: datetime
    is_held: bool


class Switch(BaseModel):
    """On or off."""

    model_config = _example(on=True)
    on: bool


class Dialling(BaseModel):
    """The numbers that never answer, and those that must not be called."""

    model_config = _example(silent=[NUMBER], forbidden=[])
    silent: list[PhoneNumber] = []
    forbidden: list[PhoneNumber] = []


class FaultView(BaseModel):
    """The current faults."""

    plan: FaultPlan
    keeps_rates: bool = Field(description="whether AWS's request rates are kept")
    steps_left: int = Field(description='of the script')
