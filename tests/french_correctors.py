"""Deux correcteurs de Debian relisent des passages : hunspell pour l’orthographe, Grammalecte pour la grammaire.

Chacun n’est lancé qu’une fois, sur tous les passages à la suite.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from french_passages import PLACE, Line, Passage
from readers import installed


class Fault(NamedTuple):
    """Une faute : où, de quelle règle, les mots fautifs, la phrase autour, et ce que le correcteur en dit."""

    place: str
    rule: str
    words: str
    around: str
    advice: str

    def __str__(self) -> str:
        return f"{self.place} : « {self.words} » ({self.rule}). {self.advice}\n    {self.around}"


ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)[’'](?=\w)", re.IGNORECASE)
TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
MIXED = re.compile(r"\S*[\d_]\S*")


def words_of(text: str) -> Iterator[str]:
    """Les mots d’un texte, sans leur élision ; ni les nombres, ni ce qui mêle lettres et chiffres."""
    for token in TOKEN.findall(MIXED.sub(" ", text)):
        word = ELISION.sub("", token).replace("’", "'")
        if len(word) > 1 and PLACE not in word:
            yield word


def hunspell(mode: str, words: Iterable[str]) -> list[str]:
    program = installed("hunspell", "hunspell hunspell-fr")
    done = subprocess.run(
        [program, mode, "-d", "fr", "-i", "utf-8"],
        input="\n".join(words),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


def misspelt(words: Iterable[str]) -> set[str]:
    """Parmi ces mots, ceux que hunspell ne connaît pas."""
    return set(hunspell("-l", sorted(set(words))))


def suggestions(words: Iterable[str]) -> dict[str, str]:
    """Ce que hunspell propose à la place de chacun ; c’est lent, donc réservé aux vraies fautes."""
    answers = (line.partition(": ") for line in hunspell("-a", (f"^{word}" for word in words)))
    return {head.split()[1]: advice for head, _, advice in answers if head.startswith("&")}


def spelling_faults(passages: Iterable[Passage], known: frozenset[str]) -> list[Fault]:
    """Les mots que ni hunspell ni le lexique (en minuscules) ne connaissent, chacun là où il paraît d’abord."""
    met: dict[str, Line] = {}
    for passage in passages:
        for line in passage:
            for word in words_of(line.text):
                met.setdefault(word, line)
    unknown = sorted(misspelt(word for word in met if word.lower() not in known))
    advice = suggestions(unknown) if unknown else {}
    return [
        Fault(met[word].place, "orthographe", word, met[word].text, advice.get(word, "Rien d’approchant."))
        for word in unknown
    ]


def grammar_faults(passages: Iterable[Passage], folder: Path) -> list[Fault]:
    """Ce que Grammalecte reproche aux passages, hors des règles éteintes."""
    program = installed("grammalecte-cli", "grammalecte-cli")
    lines: list[Line] = []
    for passage in dict.fromkeys(passages):
        lines += [*passage, Line("", "")]
    text = folder / "passages.txt"
    text.write_text("\n".join(line.text for line in lines), encoding="utf-8")
    command = [program, "--file", text, "--json", "--concat_lines", "--only_when_errors", "--context"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return [
        Fault(
            lines[found["nStartY"] - 1].place,
            found["sRuleId"],
            found["sUnderlined"],
            f"{found['sBefore']}[{found['sUnderlined']}]{found['sAfter']}",
            f"{found['sMessage']} {' | '.join(found['aSuggestions'])}".strip(),
        )
        for paragraph in json.loads(done.stdout)["data"]
        for found in paragraph["lGrammarErrors"]
    ]
