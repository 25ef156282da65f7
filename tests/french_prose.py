"""Trouver la prose française dans un fichier, et ses fautes d’espace et d’apostrophe.

Une ligne de prose est un couple (numéro, texte) où le code, les formules, les adresses et les rôles MyST
sont remplacés par une lettre : ce qui précède un signe reste visible, son contenu non.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

Line = tuple[int, str]
Mask = Callable[[str], str]

FAULTS = (
    (re.compile(r"(?<=\S) (?=[;!?](?:\W|$))"), "espace ordinaire avant ; ! ou ? (attendu : U+202F)"),
    (re.compile(r"(?<=\S) (?=:(?:\s|$))"), "espace ordinaire avant : (attendu : U+00A0)"),
    (re.compile(r"« | »"), "espace ordinaire dans « » (attendu : U+202F)"),
    (re.compile(r"\u00a0(?=[;!?])|«\u00a0|\u00a0»"), "U+00A0 là où il faut U+202F"),
    (re.compile(r"\u202f(?=:(?:\s|$))"), "U+202F avant : (attendu : U+00A0)"),
    (re.compile(r"(?<=[A-Za-zÀ-ÿ])'(?=[A-Za-zÀ-ÿ«])"), "apostrophe droite (attendu : ’)"),
)

INLINE_CODE = re.compile(r"(\{[\w:-]+\})?(`+)(?!`).*?(?<!`)\2(?!`)")
INLINE_MATH = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$")
ADDRESS = re.compile(r"https?://\S+|(?<=\]\()[^)\s]+(?=\))")
STRING_EDGE = re.compile(r"^[a-zA-Z]*(?:\"{3}|'{3}|\"|')|(?:\"{3}|'{3}|\"|')$")
FIELD = re.compile(r"\{[^{}]*\}")
TAG = re.compile(r"<!--.*?-->|</?[a-z][^<>]*>")

FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*(\{[\w:-]+\})?(.*)$")
PROSE_DIRECTIVES = frozenset(
    (
        "admonition",
        "attention",
        "caution",
        "danger",
        "dropdown",
        "error",
        "exercise",
        "exercise-start",
        "figure",
        "glossary",
        "hint",
        "important",
        "list-table",
        "margin",
        "note",
        "prf:theorem",
        "seealso",
        "solution",
        "solution-start",
        "tab-item",
        "table",
        "tip",
        "warning",
    )
)
FILE_ARGUMENT = frozenset({"figure", "solution", "solution-start"})
PROSE_OPTION = re.compile(r"^\s*:?\s*(?:alt|caption):\s")
BLOCK_SCALAR = re.compile(r"^\s*[>|][+-]?\s*$")
OPTION = re.compile(r"^\s*:[\w-]+:(\s|$)")


def faults_of(lines: Iterator[Line]) -> list[str]:
    """Les fautes d’une suite de lignes : « 12 : apostrophe droite… : l’image »."""
    return [
        f"{number}: {reason}: {text.strip()}"
        for number, text in lines
        for pattern, reason in FAULTS
        if pattern.search(text)
    ]


def masked(text: str) -> str:
    """La prose d’une ligne, ce qui n’en est pas remplacé par une lettre."""
    for pattern in (INLINE_CODE, INLINE_MATH, ADDRESS, TAG):
        text = pattern.sub("x", text)
    return text


def without_fields(text: str) -> str:
    """Le gabarit d’un message, ses champs `{…}` remplacés par une lettre, des plus intérieurs aux plus larges."""
    while (shorter := FIELD.sub("x", text)) != text:
        text = shorter
    return text


def prose_of(path: Path) -> Iterator[Line]:
    """La prose d’un fichier Markdown ou Python, ou d’un programme qui commente par `#` (Makefile, YAML, shell)."""
    text = path.read_text(encoding="utf-8")
    reader = {".md": markdown_prose, ".py": python_prose}.get(path.suffix, script_prose)
    return reader(text)


def markdown_prose(text: str, mask: Mask = masked) -> Iterator[Line]:
    """La prose d’une page MyST : ni en-tête, ni code, ni formules, ni options de directive (sauf alt et caption)."""
    lines = text.split("\n")
    start = lines.index("---", 1) + 1 if lines[0] == "---" else 0
    fences: list[tuple[str, bool]] = []
    math = False
    option: int | None = None
    for number, line in enumerate(lines[start:], start + 1):
        fence = FENCE.match(line)
        if fences and line.strip() == fences[-1][0]:
            fences.pop()
        elif fence and not (fences and not fences[-1][1]):
            name = (fence[2] or "")[1:-1]
            is_prose = name in PROSE_DIRECTIVES
            fences.append((fence[1], is_prose))
            if is_prose and name not in FILE_ARGUMENT:
                yield number, mask(fence[3])
        elif fences and not fences[-1][1]:
            option, prose = option_prose(line, option)
            if option is not None:
                yield number, mask(prose)
        elif line.strip().startswith("$$") or math:
            math ^= line.count("$$") % 2 == 1
        elif not OPTION.match(line) or PROSE_OPTION.match(line):
            yield number, mask(OPTION.sub("", line))


def option_prose(line: str, option: int | None) -> tuple[int | None, str]:
    """Le retrait de l’option `alt` ou `caption` en cours dans un bloc de code, s’il y en a une, et son texte ici."""
    indent = len(line) - len(line.lstrip())
    if PROSE_OPTION.match(line):
        return indent, BLOCK_SCALAR.sub("", PROSE_OPTION.sub("", line))
    return (option, line) if option is not None and indent > option else (None, "")


def python_prose(text: str) -> Iterator[Line]:
    """Les commentaires, docstrings et messages d’un programme ; ni les chaînes brutes, ni les exemples `>>>`."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        middle = token.type == getattr(tokenize, "FSTRING_MIDDLE", None)
        if token.type not in (tokenize.COMMENT, tokenize.STRING) and not middle:
            continue
        if token.type == tokenize.STRING and re.match(r"[a-z]*[rRbB]", token.string):
            continue
        text = STRING_EDGE.sub("", token.string) if token.type == tokenize.STRING else token.string
        for offset, line in enumerate(text.split("\n")):
            if not line.lstrip().startswith((">>>", "...", "#!", "# type:", "# noqa", "# %%")):
                yield token.start[0] + offset, masked(without_fields(line))


def script_prose(text: str, mask: Mask = masked) -> Iterator[Line]:
    """Les commentaires d’un script, et les messages qu’il affiche (`echo "…"`)."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in re.findall(r"(?:^|\s)#+\s(.*)|echo \"([^\"]*)\"", line):
            yield number, mask("".join(found))
