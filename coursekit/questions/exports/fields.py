"""Ce que plusieurs formats tirent d’une case à remplir : ses écritures acceptées, ses propositions."""

from __future__ import annotations

import re

from coursekit.questions.answers import Answer, Choice, FormulaText, MatrixAnswer, TensorShape, option_text
from coursekit.questions.variant import Item, Option

SIGNS = ("x", "×", " x ", " × ", ", ", ",")
"""Ce que l’on écrit entre deux dimensions."""


def part_options(item: Item) -> tuple[Option, ...]:
    """Les propositions d’une partie dont la réponse se choisit, rangées par leur texte ; vide si elle se tape."""
    if not isinstance(item.answer, Choice):
        return ()
    wrongs = (Option(option_text(wrong.answer), False, wrong) for wrong in item.wrongs)
    return tuple(sorted((Option(item.answer.text, True), *wrongs), key=lambda option: option.text))


def spellings(answer: Answer) -> tuple[str, ...]:
    """Les écritures d’une réponse qu’une plateforme ne compare que comme un texte."""
    match answer:
        case TensorShape():
            dims = [str(n) for n in answer.dims]
            return (*(sign.join(dims) for sign in SIGNS), f"({', '.join(dims)})")
        case MatrixAnswer():
            return _tables(answer.typed().split(" ; "))
        case FormulaText():
            text = answer.typed()
            spaced = re.sub(r"\s*([-+*/])\s*", r" \1 ", text).strip()
            return tuple(dict.fromkeys((text, text.replace(" ", ""), spaced)))
    return (answer.typed(),)


def _tables(rows: list[str]) -> tuple[str, ...]:
    listed = ", ".join(f"[{', '.join(row.replace(',', '.').split())}]" for row in rows)
    return (*(sign.join(rows) for sign in (" ; ", "; ", ";")), f"[{listed}]")


def literal(text: str) -> str:
    """Un texte que Moodle compare signe à signe : « * » y veut dire « n’importe quoi »."""
    return text.replace("*", r"\*")
