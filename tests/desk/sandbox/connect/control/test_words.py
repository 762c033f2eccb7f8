"""Every text of the control page is in English too, and nothing is there for nobody."""

import ast
import re
from pathlib import Path

from desk.sandbox.connect.control import words
from desk.sandbox.connect.control.words import ENGLISH, Words

HANGUL = re.compile('[가-힣]')
MODULES = [path for path in Path(words.__file__).parent.rglob('*.py') if path.name != 'words.py']
DATA = {'shapes.py', 'lines.py', 'plan.py'}  # examples, what played people say, the seed's names


def texts() -> set[str]:
    """Every Korean string in the page's code but docstrings."""
    found: set[str] = set()
    for path in MODULES:
        if path.name in DATA:
            continue
        tree = ast.parse(path.read_text())
        docs = {
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and HANGUL.search(node.value)
            and node.value not in docs
        }
    return found


def test_every_text_is_in_english_and_none_is_unused() -> None:
    data = {'최유진'}  # what a form begins with

    assert sorted(texts() - set(ENGLISH) - data) == []
    assert sorted(text for text in set(ENGLISH) - texts() if HANGUL.search(text)) == []


def test_english_is_english() -> None:
    assert [text for text in ENGLISH.values() if HANGUL.search(text)] == ['한국어']
    assert Words('en')('장애 {count}', count=2) == '2 faults'
    assert Words('ko')('장애 {count}', count=2) == '장애 2'
