"""Où est le français du projet : les fichiers, et les questions que tire la banque."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from french_passages import (
    Passage,
    markdown_passages,
    passages_of,
    python_passages,
    readable,
    script_passages,
)
from french_web import css_passages, html_passages, javascript_passages
from question_draws import texts

from coursekit.questions import BANK, Key, generate

ROOT = Path(__file__).parent.parent

READERS: dict[str, Callable[[str, str], Iterator[Passage]]] = {
    ".css": css_passages,
    ".html": html_passages,
    ".j2": html_passages,
    ".js": javascript_passages,
    ".md": markdown_passages,
    ".py": python_passages,
}
ENGLISH_SECTION = "\n## In English\n"
PATTERNS = (
    ".ci/run",
    ".gitignore",
    "Makefile",
    "README.md",
    "*.py",
    "*.toml",
    "*.yml",
    "bench/*.py",
    "book/**/*.md",
    "book/_assets/*.css",
    "book/_ext/*.py",
    "book/_ext/*.js",
    "book/_templates/*.html",
    "constraints.txt",
    "coursekit/**/*.css",
    "coursekit/**/*.j2",
    "coursekit/**/*.js",
    "coursekit/**/*.py",
    "solutions/*/*.py",
)
FILES = sorted({path for pattern in PATTERNS for path in ROOT.glob(pattern)})


def file_passages() -> Iterator[Passage]:
    """Chaque fichier où quelqu’un lit du français."""
    for path in FILES:
        read = READERS.get(path.suffix, script_passages)
        text = path.read_text(encoding="utf-8").partition(ENGLISH_SECTION)[0]
        yield from read(str(path.relative_to(ROOT)), text)


def question_passages() -> Iterator[Passage]:
    """Une question de chaque famille, sous chacune de ses formes : les accords y dépendent des nombres tirés."""
    for family in BANK:
        for text in (family.title, *family.objectives):
            yield from passages_of(f"famille {family.id}", [(0, readable(text))])
        key = Key("relecture", seed=0)
        kind = next(generate(family, 1, key)).answer.kind
        for form in family.offered(kind):
            variant = next(generate(family, 1, key, form=form))
            for text in texts(variant):
                yield from passages_of(f"question {family.id}", enumerate(map(readable, text.split("\n"))))
