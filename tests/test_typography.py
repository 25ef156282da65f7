"""La typographie de France, partout où l’on lit : chapitres, README, messages, docstrings et commentaires."""

from __future__ import annotations

from pathlib import Path

import pytest
from french_prose import faults_of, markdown_prose, prose_of, python_prose, script_prose

ROOT = Path(__file__).parent.parent
THIN, NBSP = "\u202f", "\u00a0"

SCRIPTS = (
    "Makefile",
    ".ci/run",
    "_config.yml",
    "_toc.yml",
    "constraints.txt",
    ".gitignore",
    "pyproject.toml",
)
PATTERNS = (
    *SCRIPTS,
    "README.md",
    "*.py",
    "book/**/*.md",
    "book/_ext/*.py",
    "book/printing/*.py",
    "coursekit/**/*.py",
    "solutions/*/*.py",
)
FILES = sorted({path for pattern in PATTERNS for path in ROOT.glob(pattern)})


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_the_typography_of_a_file(path: Path) -> None:
    found = faults_of(prose_of(path))
    assert not found, "\n".join(f"{path.relative_to(ROOT)}:{fault}" for fault in found)


SENTENCES = [
    ("Quoi !", f"Quoi{THIN}!"),
    ("Une pause ; puis", f"Une pause{THIN}; puis"),
    ("Est-ce vrai ?", f"Est-ce vrai{THIN}?"),
    ("Voici : un", f"Voici{NBSP}: un"),
    ("le « pas »", f"le «{THIN}pas{THIN}»"),
    ("l'image", "l’image"),
    (f"le «{NBSP}pas{NBSP}»", f"le «{THIN}pas{THIN}»"),
    (f"Voici{THIN}: un", f"Voici{NBSP}: un"),
    ("la fonction `f` : elle", f"la fonction `f`{NBSP}: elle"),
    ("comme $x^2$ ; puis", f"comme $x^2${THIN}; puis"),
]


@pytest.mark.parametrize(("wrong", "right"), SENTENCES)
def test_a_fault_and_its_correction(wrong: str, right: str) -> None:
    for text in (
        "Début. {}",
        ":::{{note}}\n{}\n:::",
        "- un point\n- {}",
        "```{{figure}} a.png\n:alt: {}\n```",
    ):
        assert len(faults_of(markdown_prose(text.format(wrong)))) == 1
        assert not faults_of(markdown_prose(text.format(right)))
    for text in ("# {}", 'x = "{}"', 'def f():\n    """Une phrase.\n\n    {}\n    """'):
        assert len(faults_of(python_prose(text.format(wrong)))) == 1
        assert not faults_of(python_prose(text.format(right)))


@pytest.mark.parametrize(("wrong", "right"), SENTENCES)
def test_a_script_speaks_too(wrong: str, right: str) -> None:
    for text in ("# {}", "cible: autre ## {}", '\t@echo "{}"; exit 1'):
        assert len(faults_of(script_prose(text.format(wrong)))) == 1
        assert not faults_of(script_prose(text.format(right)))


NOT_PROSE = [
    "---\ntitle : l'en-tête\n---\n",
    "Le code `x ? y : z` et `l'un`.",
    "La formule $a ! ; b : c$ aussi.",
    "$$\na ; b ! : c'est\n$$",
    "```python\nx = {'a' : 1} ; y\n```",
    "```{code-cell} python\n:tags: [hide-input]\nprint('l\\'un ?') ; x\n```",
    "```{figure} l'image.png\n:name: x ; y\n```",
    "Voir [la page](http://exemple.fr/l'un?x;y).",
    "Le rôle {term}`l'un ? <autre>` est masqué.",
]


@pytest.mark.parametrize("text", NOT_PROSE)
def test_what_is_not_prose_is_left_alone(text: str) -> None:
    assert not faults_of(markdown_prose(text))


def test_the_caption_of_a_computed_figure_is_prose() -> None:
    for start in ("", ">-\n      ", ">-\n      Plus haut.\n      "):
        cell = f"```{{{{code-cell}}}} python\n---\nmystnb:\n  image:\n    alt: {start}{{}}\n---\nprint('x ?')\n```"
        assert len(faults_of(markdown_prose(cell.format("l'image ?")))) == 2
        assert not faults_of(markdown_prose(cell.format(f"l’image{THIN}?")))


MESSAGES = [
    ('f"{n} pas"', False),
    ('f"{n} : un"', True),
    ("f\"{a['k']} et {f'{x}'.replace('.', ',')} s\"", False),
    ('r"l\'un ?"', False),
    ('"""Un exemple.\n\n>>> f(\'a\') ; g\n"""', False),
    ('"""Un exemple.\n\nf ; g\n"""', True),
]


@pytest.mark.parametrize(("literal", "faulty"), MESSAGES)
def test_the_fields_of_a_message_are_not_prose(literal: str, faulty: bool) -> None:
    assert bool(faults_of(python_prose(f"x = {literal}\n"))) is faulty
