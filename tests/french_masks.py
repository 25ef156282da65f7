"""Ce qui, dans un passage, n’est pas du français : code, formules en toutes lettres, titres et citations en anglais.

Chaque morceau est remplacé par `PLACE`, sans qu’aucune ligne ne change de numéro.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from french_passages import PLACE, Line, Passage, is_english
from pybtex.database import parse_file

BIBLIOGRAPHY = Path(__file__).parent.parent / "book" / "references.bib"

SPACE = r"[ \n\u00a0\u202f]*"
SYMBOL = r"(?:[A-Za-zα-ω][A-Z\d₀-₉]?|[ΣΠ]\w?)['′²³]*(?!\w)"
NUMBER = r"\d(?:[\d\u202f,]*\d)?[²³]?"
GROUP = r"\([^()]{1,30}\)"
OPERAND = rf"(?:{SYMBOL}|{NUMBER}|{PLACE}|{GROUP})(?:{GROUP})?"
FORMULA = re.compile(rf"(?<!\w){OPERAND}(?:{SPACE}[−+×·/=≤≥<>→≈^]{SPACE}{OPERAND})+")
CODE = re.compile(
    r"""(?<![\w’])(?:
        [^\W\d][\w.]*\((?:[^()«»]|\([^()«»]*\))*\)(?:\.\w+\(\))*    # f(x, y), t.detach().cpu()
      | --?[A-Za-z][\w-]*                           # une option
      | [\w-]*\.(?!Xq)[A-Za-z]\w*(?:[./]\w+)*             # .venv, module.nom, fichier.py
      | (?:\w+[/=])+[\w./=-]*(?:\([^()]*\))?                       # dossier/fichier, nom=valeur
      | \w+\[[^\]\s]*\] | \{\s\w+:[^{}]*\}          # x[::-1], { clé: valeur }
      | \w+:\s\{[^{}]*\} | \w+::\w+ | <!\w+[^>]*> | !important\b | arXiv:[\d.]+
      | [a-z]\w*_\w+ | \#\w+ | \$\S+ | [%@]\w+ | %\(\w+\)\w
      | "[\w,.-]*" | '[\w.\[\]]+'                   # un texte de Python
      | [\w…]+(?:;[\w…]+)+                          # une ligne de CSV
      | [\[\]][−\d][^\[\]]*,[^\[\]]*[\[\]]        # un intervalle
      | \d+(?:x\d+)+                                # une taille, comme on la tape
    )""",
    re.VERBOSE,
)
ABBREVIATION = re.compile(r"\bet\sal\.")
QUOTATION = re.compile(r"«[^«»]*»")
RUN = re.compile(rf"(?:\d[\d,]*[ \u00a0\u202f])?{PLACE}(?:\s?{PLACE})+")


def masked_passage(passage: Passage) -> Passage:
    """Le même passage, sans ce qui n’est pas du français."""
    text = "\n".join(line.text for line in passage)
    text = titles().sub(_place, text)
    text = QUOTATION.sub(lambda quote: _quotation(quote[0]), ABBREVIATION.sub(_place, text))
    text = RUN.sub(_place, FORMULA.sub(_place, CODE.sub(_place, text)))
    return tuple(Line(line.place, new) for line, new in zip(passage, text.split("\n"), strict=True))


def _place(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n") + PLACE


def _quotation(quote: str) -> str:
    return f"«\u202f{chr(10) * quote.count(chr(10))}{PLACE}\u202f»" if is_english(quote) else quote


@lru_cache(maxsize=1)
def titles() -> re.Pattern[str]:
    """Les titres de la bibliographie, où que soient les fins de ligne."""
    entries = parse_file(BIBLIOGRAPHY).entries.values()
    found = {
        re.sub(r"[{}]", "", entry.fields[name])
        for entry in entries
        for name in ("title", "journal", "booktitle")
        if name in entry.fields
    }
    patterns = (r"\s+".join(map(re.escape, title.split())) for title in sorted(found, key=len, reverse=True))
    return re.compile("|".join(patterns), re.IGNORECASE)


@lru_cache(maxsize=1)
def authors() -> frozenset[str]:
    """Les noms de ceux que cite la bibliographie, en minuscules."""
    people = (
        person
        for entry in parse_file(BIBLIOGRAPHY).entries.values()
        for person in entry.persons.get("author", ())
    )
    names = " ".join(
        " ".join((*p.first_names, *p.middle_names, *p.prelast_names, *p.last_names)) for p in people
    )
    return frozenset(name.lower() for name in re.findall(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*", names))
