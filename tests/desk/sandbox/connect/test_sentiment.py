"""The stand-in for Comprehend's sentiment, measured on sixty lines that were labelled by hand."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from desk.sandbox.connect.aws.models import catalogue
from desk.sandbox.connect.sentiment import LANGUAGES, sentiment
from tests.support.sandbox.box import Box, code_of

KOREAN = (
    ('POSITIVE', '친절하게 안내해 주셔서 감사합니다'),
    ('POSITIVE', '덕분에 바로 해결됐어요!'),
    ('POSITIVE', '배송이 정말 빠르네요, 최고예요'),
    ('POSITIVE', '상담원분 너무 친절하세요'),
    ('POSITIVE', '아주 만족합니다'),
    ('POSITIVE', '이 제품 진짜 좋아요'),
    ('POSITIVE', '고맙습니다 좋은 하루 보내세요'),
    ('POSITIVE', '포장이 예쁘고 마음에 들어요'),
    ('POSITIVE', '문제 없이 잘 받았어요'),
    ('POSITIVE', '불편한 점이 없었어요'),
    ('NEGATIVE', '서비스가 안 좋아요'),
    ('NEGATIVE', '배송이 너무 늦어서 짜증나요'),
    ('NEGATIVE', '이런 회사는 처음 봐요. 최악입니다'),
    ('NEGATIVE', '계속 오류가 나요'),
    ('NEGATIVE', '물건이 파손되어 왔습니다'),
    ('NEGATIVE', '정말 실망했어요'),
    ('NEGATIVE', '하나도 친절하지 않네요'),
    ('NEGATIVE', '앱이 자꾸 멈춰서 답답해요'),
    ('NEGATIVE', '별로 만족하지 못했습니다'),
    ('NEGATIVE', '화가 나서 더는 못 기다리겠어요'),
    ('NEGATIVE', '환불도 안 되고 너무하네요'),
    ('NEGATIVE', '전화가 연결이 안 돼요'),
    ('NEUTRAL', '주문번호는 20260810입니다'),
    ('NEUTRAL', '배송지 주소를 바꾸고 싶어요'),
    ('NEUTRAL', '영업시간이 어떻게 되나요?'),
    ('NEUTRAL', '네, 잠시만요'),
    ('NEUTRAL', '내일 오후에 다시 연락드릴게요'),
    ('NEUTRAL', '비밀번호를 바꾸려면 어디로 가야 하나요'),
    ('MIXED', '상담은 친절한데 배송이 너무 느려요'),
    ('MIXED', '제품은 좋은데 포장이 엉망이에요'),
)
ENGLISH = (
    ('POSITIVE', 'Thank you so much for your help'),
    ('POSITIVE', 'The agent was very friendly'),
    ('POSITIVE', 'Great, it works now!'),
    ('POSITIVE', 'I love this product'),
    ('POSITIVE', 'Delivery was fast and easy'),
    ('POSITIVE', 'Excellent service'),
    ('POSITIVE', 'I am really happy with it'),
    ('POSITIVE', 'No problem at all'),
    ('POSITIVE', 'That was amazing'),
    ('POSITIVE', 'I would recommend you to everyone'),
    ('NEGATIVE', 'This is not good'),
    ('NEGATIVE', 'My order is late again'),
    ('NEGATIVE', 'The app crashes all the time'),
    ('NEGATIVE', 'I am very disappointed'),
    ('NEGATIVE', 'The worst service ever'),
    ('NEGATIVE', "I'm not happy with this"),
    ('NEGATIVE', 'The box arrived damaged'),
    ('NEGATIVE', 'This is unacceptable'),
    ('NEGATIVE', 'You are so slow'),
    ('NEGATIVE', 'I want to make a complaint'),
    ('NEGATIVE', "It isn't very helpful"),
    ('NEGATIVE', 'You charged me twice'),
    ('NEUTRAL', 'My order number is 20260810'),
    ('NEUTRAL', 'Where can I change my address?'),
    ('NEUTRAL', 'What are your opening hours'),
    ('NEUTRAL', 'One moment please'),
    ('NEUTRAL', 'I will call back tomorrow'),
    ('NEUTRAL', 'It is the blue one'),
    ('MIXED', 'The agent was friendly but the delivery was terrible'),
    ('MIXED', 'I love the colour but it arrived broken'),
)
LEAST_RIGHT = 0.9


@pytest.mark.parametrize(('language', 'lines'), [('ko', KOREAN), ('en', ENGLISH)])
def test_most_lines_sound_as_they_were_labelled(
    language: str, lines: tuple[tuple[str, str], ...]
) -> None:
    wrong = [(label, text) for label, text in lines if sentiment(text, language).label != label]

    assert len(lines) == 30
    assert 1 - len(wrong) / len(lines) >= LEAST_RIGHT, wrong


@pytest.mark.parametrize('language', LANGUAGES)
def test_scores_add_up_to_one(language: str) -> None:
    for _, text in (*KOREAN, *ENGLISH):
        found = sentiment(text, language)
        scores = (found.positive, found.negative, found.neutral, found.mixed)
        assert sum(scores) == pytest.approx(1, abs=1e-6)
        assert min(scores) >= 0


def test_limit_is_in_bytes_not_letters(box: Box) -> None:
    comprehend = box.client('comprehend')
    comprehend.detect_sentiment(Text='가' * 1_666, LanguageCode='ko')

    with pytest.raises(ClientError) as error:
        comprehend.detect_sentiment(Text='가' * 1_667, LanguageCode='ko')

    assert code_of(error.value) == ('TextSizeLimitExceededException', 400)


def test_batch_answers_what_it_can_and_lists_the_rest(box: Box) -> None:
    comprehend = box.client('comprehend')
    texts = ['감사합니다', '가' * 2_000, '짜증나요']

    answer = box.call('comprehend.BatchDetectSentiment', TextList=texts, LanguageCode='ko')
    with pytest.raises(ClientError) as too_many:
        comprehend.batch_detect_sentiment(TextList=['가'] * 26, LanguageCode='ko')

    assert [(r['Index'], r['Sentiment']) for r in answer['ResultList']] == [
        (0, 'POSITIVE'),
        (2, 'NEGATIVE'),
    ]
    [wrong] = answer['ErrorList']
    assert (wrong['Index'], wrong['ErrorCode']) == (1, 'TextSizeLimitExceededException')
    assert code_of(too_many.value) == ('BatchSizeLimitExceededException', 400)


def test_languages_that_are_not_known_are_refused(box: Box) -> None:
    with pytest.raises(ClientError) as error:
        box.client('comprehend').detect_sentiment(Text='Bonjour', LanguageCode='fr')

    assert code_of(error.value) == ('UnsupportedLanguageException', 400)


@pytest.mark.parametrize(
    ('text', 'status', 'found'),
    [('감사합니다', 200, 'POSITIVE'), ('가' * 2_000, 400, 'TextSizeLimitExceededException')],
)
def test_newer_protocol_answers_the_same(box: Box, text: str, status: int, found: str) -> None:
    """botocore's own CBOR serializer and parser, whichever protocol its client chooses by itself."""
    model = catalogue().operations['comprehend.DetectSentiment'].model
    asked = {'Text': text, 'LanguageCode': 'ko'}
    request = create_serializer('smithy-rpc-v2-cbor').serialize_to_request(asked, model)

    answered, headers, body = box.raw(
        'POST', request['url_path'], headers=request['headers'], body=request['body']
    )

    raw: dict[str, Any] = {
        'body': body,
        'headers': {key.lower(): value for key, value in headers.items()},
        'status_code': answered,
    }
    shape = model.output_shape
    assert shape is not None
    answer = create_parser('smithy-rpc-v2-cbor').parse(raw, shape)
    assert answered == status
    assert answer.get('Sentiment', answer.get('Error', {}).get('Code')) == found
