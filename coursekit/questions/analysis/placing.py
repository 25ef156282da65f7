"""Rendre chaque réponse à sa question : l’exemplaire de l’élève, la question de cet exemplaire, la proposition cochée.

Une plateforme ne rend qu’un texte : l’énoncé et les propositions s’y reconnaissent à leurs lettres et à leurs
chiffres, tels que nos exports les écrivent. Un test tiré au hasard dans une banque se retrouve ainsi, même sans
exemplaire.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from coursekit.questions.analysis.returned import Cell, Line
from coursekit.questions.answers import Boolean, Choices, MatrixAnswer, Parts, TensorShape
from coursekit.questions.roster import Finder
from coursekit.questions.sets import Copy, Drawn
from coursekit.questions.spreadsheet import plainly, unaccented
from coursekit.questions.styles import PLAIN, html_style, render, render_inline
from coursekit.questions.variant import LETTERS, Item, Variant

HTML = html_style()
HASH = re.compile(r"[0-9a-f]{8,16}")


@dataclass(frozen=True)
class Placed:
    """Une réponse et sa question."""

    drawn: Drawn
    cell: Cell


class Places:
    """Les questions d’un manifeste, qu’on retrouve par élève, par rang, par énoncé ou par numéro."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self.copies = {copy.student: copy for copy in copies}
        self._finder = Finder(self.copies)
        self._common = copies[0] if len(copies) == 1 else None
        self._by_hash = {drawn.variant.hash: drawn for copy in copies for drawn in copy.drawn}
        self._by_start: dict[str, list[Drawn]] = defaultdict(list)
        for drawn in self._by_hash.values():
            self._by_start[_start(_statement(drawn.variant))].append(drawn)

    def student(self, line: Line) -> str | None:
        """Le nom d’exemplaire de cet élève ; son propre nom quand un seul exemplaire sert à tous."""
        found = self._finder.find(*line.clues)
        if found or self._common is None:
            return found
        return next((clue for clue in reversed(line.clues) if clue), None)

    def place(self, student: str, cells: Iterable[Cell]) -> Iterator[Placed]:
        """Les réponses dont on retrouve la question."""
        own = tuple((self.copies.get(student) or self._common or Copy("", (), ())).drawn)
        for cell in cells:
            drawn = self._named(cell, own) or self._at_rank(cell, own)
            if drawn is not None:
                yield Placed(drawn, cell)

    def _named(self, cell: Cell, own: Sequence[Drawn]) -> Drawn | None:
        if not cell.text:
            return None
        for found in HASH.findall(cell.text):
            several = [
                drawn for drawn in own or self._by_hash.values() if drawn.variant.hash.startswith(found)
            ]
            if len(several) == 1:
                return several[0]
        return self._stated(plainly(cell.text), own)

    def _stated(self, text: str, own: Sequence[Drawn]) -> Drawn | None:
        """La question dont l’énoncé commence ce texte ; dans l’exemplaire de l’élève d’abord."""
        candidates = self._by_start.get(_start(text), ())
        matching = [drawn for drawn in candidates if text.startswith(_statement(drawn.variant))]
        hashes = {drawn.variant.hash for drawn in own}
        inside = [drawn for drawn in matching if drawn.variant.hash in hashes]
        found = inside or matching
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _at_rank(cell: Cell, own: Sequence[Drawn]) -> Drawn | None:
        return own[cell.position - 1] if 1 <= cell.position <= len(own) else None


@lru_cache(maxsize=100_000)
def _statement(variant: Variant) -> str:
    return plainly(_untagged(render(variant.statement, HTML)))


def _start(text: str) -> str:
    return text[:30]


def _untagged(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html))


def given_answer(variant: Variant, cell: Cell) -> object | None:
    """Ce que `judging.mark` doit recevoir ; `None` si l’élève n’a rien répondu."""
    if not cell.given:
        return None
    if variant.options and not isinstance(variant.answer, Boolean):
        return _chosen(variant, cell)
    if isinstance(variant.answer, Parts):
        return _by_part(variant.items, cell)
    return _joined(variant.items[0], cell.fields) if cell.fields else cell.given


def _by_part(items: Sequence[Item], cell: Cell) -> object:
    """Les cases, rendues chacune à sa partie : une forme en prend plusieurs."""
    if not cell.fields:
        return cell.given
    fields, answers = list(cell.fields), []
    for item in items:
        width = _width(item)
        answers.append(_joined(item, tuple(fields[:width])))
        del fields[:width]
    return answers


def _width(item: Item) -> int:
    if isinstance(item.answer, TensorShape):
        return len(item.answer.dims)
    return sum(map(len, item.answer.rows)) if isinstance(item.answer, MatrixAnswer) else 1


def _joined(item: Item, fields: tuple[str, ...]) -> str:
    """Les cases d’une réponse, écrites comme on les taperait."""
    if isinstance(item.answer, TensorShape):
        return "×".join(fields)
    if isinstance(item.answer, MatrixAnswer) and len(fields) == _width(item):
        width = len(item.answer.rows[0])
        return " ; ".join(" ".join(fields[i : i + width]) for i in range(0, len(fields), width))
    return ", ".join(fields)


def _chosen(variant: Variant, cell: Cell) -> object:
    """La ou les lettres des propositions cochées ; le texte tel quel si aucune ne s’y reconnaît."""
    if not isinstance(variant.answer, Choices):
        return _letter(variant, cell.given) or cell.given
    if set(cell.given.upper()) <= set(LETTERS + " ,;|"):
        return cell.given
    parts = cell.fields or tuple(re.split(r"\s*[;|]\s*", cell.given))
    letters = [_letter(variant, part) for part in parts]
    if None not in letters:
        return "".join(letter for letter in letters if letter)
    held = comparable(cell.given)
    return "".join(
        letter
        for letter, option in zip(LETTERS, variant.options, strict=False)
        if any(form in held for form in _forms(option.text))
    )


def _letter(variant: Variant, given: str) -> str | None:
    form = comparable(given)
    found = [letter for letter, o in zip(LETTERS, variant.options, strict=False) if form in _forms(o.text)]
    if len(found) == 1:
        return found[0]
    letter = given.strip().strip(".)").upper()
    return letter if len(letter) == 1 and letter in LETTERS[: len(variant.options)] else None


@lru_cache(maxsize=8192)
def _forms(text: str) -> frozenset[str]:
    """Une proposition telle que les formats l’écrivent, réduite à ce qu’on en compare."""
    written = (text, render_inline(text, PLAIN), _untagged(render_inline(text, HTML)))
    return frozenset(comparable(form) for form in written)


def comparable(text: str) -> str:
    """Sans casse, accents, espaces ni balisage ; les signes d’un nombre restent, la virgule vaut un point."""
    plain = unaccented(text).replace("{,}", ".").replace("\\,", "").replace("−", "-").replace(",", ".")
    return "".join(c for c in plain if c.isalnum() or c in "+-/=<>×.").rstrip(".")
