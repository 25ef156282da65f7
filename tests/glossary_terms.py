"""Les termes du glossaire, et l’endroit où chacun paraît d’abord dans une page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from french_prose import ADDRESS, INLINE_CODE, INLINE_MATH

GLOSSARY = Path(__file__).parent.parent / "book" / "glossaire.md"

ORDINARY = frozenset(
    re.split(
        r",\s+",
        """a priori, activation, décalage, groupes, image, lot, neurone, noyau, pas, pixel, profondeur, unité, volume,
        écart""",
    )
)
"""Des mots de tous les jours : rien ne dit, sans comprendre la phrase, s’ils y sont le terme du cours."""

HEADER = re.compile(r"\A---\n.*?\n---$", re.MULTILINE | re.DOTALL)
CODE_BLOCK = re.compile(r"^(`{3,})(?!\{(?:exercise|solution)).*?^\1[ ]*$", re.MULTILINE | re.DOTALL)
DISPLAY = re.compile(r"\$\$.*?\$\$", re.DOTALL)
UNLINKABLE = re.compile(r"^(?:#+ |:{3,}|\([\w-]+\)=|`{3,}|:\w+:).*$", re.MULTILINE)
TERM_ROLE = re.compile(r"\{term\}`([^`<]*[^`<\s])\s*(?:<([^`]*)>)?`")


class Place(NamedTuple):
    """Où un terme paraît d’abord : la position de ses mots dans la page, et s’ils mènent au glossaire."""

    start: int
    end: int
    linked: bool


def glossary_entries() -> dict[str, str]:
    """Chaque terme, et ce que dit son entrée."""
    body = GLOSSARY.read_text(encoding="utf-8").split("```{glossary}\n", 1)[1].split("\n```", 1)[0]
    found = {}
    for entry in re.split(r"\n\n(?=\S)", body)[1:]:
        lines = entry.split("\n")
        terms = [line for line in lines if not line.startswith(" ")]
        found.update(dict.fromkeys(terms, " ".join(line.strip() for line in lines[len(terms) :])))
    return found


def prose(page: str) -> str:
    """La page, où tout ce qui ne peut pas porter de lien est effacé sans que rien ne bouge."""

    def erased(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith("{term}") else re.sub(r"[^\n]", "\0", found[0])

    for pattern in (HEADER, CODE_BLOCK, DISPLAY, UNLINKABLE, INLINE_CODE, INLINE_MATH, ADDRESS):
        page = pattern.sub(erased, page)
    return page


def written(term: str) -> str:
    """Un terme au singulier ou au pluriel, coupé ou non par une fin de ligne."""
    words = r"\s+".join(
        rf"{re.escape(word[:-2])}(?:al|aux)" if word.endswith("al") else rf"{re.escape(word)}(?:s|x)?"
        for word in term.split()
    )
    return rf"(?<![\w-]){words}(?![\w-])"


def first_places(page: str, terms: list[str]) -> dict[str, Place]:
    """Où chaque terme paraît d’abord ; le plus long l’emporte sur ceux qu’il contient."""
    body = prose(page)
    terms = sorted(terms, key=len, reverse=True)
    found: dict[str, Place] = {}
    roles = list(TERM_ROLE.finditer(body))
    for role in roles:
        found.setdefault(role[2] or role[1], Place(*role.span(1), True))
        body = body[: role.start()] + "\0" * len(role[0]) + body[role.end() :]
    for place in re.finditer("|".join(f"({written(term)})" for term in terms), body, re.IGNORECASE):
        term = terms[place.lastindex - 1]
        if term not in found or found[term].start > place.start():
            found[term] = Place(*place.span(), False)
    return found
