"""Les régions que nbgrader délimite dans une cellule : solution à vider, tests et barème à cacher.

Les mêmes règles que `ClearSolutions`, `ClearHiddenTests` et `ClearMarkScheme` de nbgrader 0.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.errors import CourseError

_CODE_STUBS = {
    "python": "# YOUR CODE HERE\nraise NotImplementedError()",
    "R": "# YOUR CODE HERE\nfail()",
    "matlab": "% YOUR CODE HERE\nerror('No Answer Given!')",
    "octave": "% YOUR CODE HERE\nerror('No Answer Given!')",
    "sas": "/* YOUR CODE HERE */\n %notImplemented;",
    "java": "// YOUR CODE HERE",
}


@dataclass(frozen=True)
class Region:
    """Ce qui va d’une ligne qui contient `begin` à une ligne qui contient `end`."""

    begin: str
    end: str


@dataclass(frozen=True)
class Markers:
    """Les délimiteurs d’un cours et ce qu’il laisse à la place d’une solution ; par défaut, ceux de nbgrader."""

    solution: Region = Region("BEGIN SOLUTION", "END SOLUTION")
    hidden_tests: Region = Region("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
    mark_scheme: Region = Region("BEGIN MARK SCHEME", "END MARK SCHEME")
    code_stubs: Mapping[str, str] = field(default_factory=lambda: dict(_CODE_STUBS))
    text_stub: str = "YOUR ANSWER HERE"
    autotest: str = "AUTOTEST"

    @classmethod
    def of_config(cls, config: Mapping[str, Any]) -> Markers:
        """Les réglages d’un `nbgrader_config.py`, tels que `CourseFolder.config` les donne."""
        solutions = config.get("ClearSolutions", {})
        stubs = solutions.get("code_stub", _CODE_STUBS)
        return cls(
            solution=_region(config, "ClearSolutions", "solution", cls.solution),
            hidden_tests=_region(config, "ClearHiddenTests", "test", cls.hidden_tests),
            mark_scheme=_region(config, "ClearMarkScheme", "mark_scheme", cls.mark_scheme),
            # nbgrader accepte encore un texte seul, celui de Python.
            code_stubs={"python": stubs} if isinstance(stubs, str) else dict(stubs),
            text_stub=solutions.get("text_stub", cls.text_stub),
            autotest=config.get("InstantiateTests", {}).get("autotest_delimiter", cls.autotest),
        )

    def stub(self, cell_type: str, language: str) -> str:
        """Ce qui tient lieu de solution.

        Raises:
            CourseError: le cours n’en prévoit pas pour ce langage.
        """
        if cell_type != "code":
            return self.text_stub
        if language not in self.code_stubs:
            raise CourseError(
                f"ClearSolutions.code_stub ne prévoit rien pour le langage « {language} ». "
                f"Langages prévus : {', '.join(self.code_stubs)}."
            )
        return self.code_stubs[language]


def _region(config: Mapping[str, Any], section: str, name: str, default: Region) -> Region:
    given = config.get(section, {})
    # « delimeter » : nbgrader l’écrit ainsi.
    return Region(
        given.get(f"begin_{name}_delimeter", default.begin), given.get(f"end_{name}_delimeter", default.end)
    )


def without_solution(source: str, region: Region, stub: str) -> str:
    """Vide une cellule de réponse : chaque région cède la place à `stub` ; sans région, la cellule entière."""
    if region.begin not in source:
        return stub
    return _replaced(source, region, stub.split("\n"))


def without(source: str, region: Region) -> str:
    """Ôte une région, et ses deux délimiteurs."""
    return _replaced(source, region, ())


def _replaced(source: str, region: Region, by: Iterable[str]) -> str:
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if region.begin in line:
            if inside:
                raise CourseError(f"« {region.begin} » est répété avant « {region.end} », ligne « {line} ».")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + replacement for replacement in by]
        elif region.end in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise CourseError(f"« {region.begin} » n’est pas fermé ; ajoutez « {region.end} ».")
    return "\n".join(kept)
