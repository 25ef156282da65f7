"""Le catalogue des attaques tient debout : il est complet, son code se lit, et ses copies s’écrivent sur un disque."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, RIGHT, WRONG, Special, Stage, stopped_by, toy

NOTEBOOK = f"{toy.NAME}.ipynb"
RUN = [
    attack for attack in ATTACKS if attack.stage in (Stage.EXECUTE, Stage.SCORE, Stage.COMMIT, Stage.FEEDBACK)
]


def test_the_catalogue_is_whole() -> None:
    assert {attack.number for attack in ATTACKS} == set(range(1, 37))
    assert len({str(attack) for attack in ATTACKS}) == len(ATTACKS)
    assert all(stopped_by(stage) for stage in Stage)


def test_a_score_is_a_score() -> None:
    for attack in ATTACKS:
        assert 0 <= attack.expected.least <= attack.expected.most <= toy.MAX_SCORE, attack


def test_an_attack_is_not_its_target() -> None:
    """Une attaque qui ne changerait rien ne prouverait rien."""
    for attack in ATTACKS:
        assert attack.earlier or attack.submission not in (RIGHT, WRONG), attack


@pytest.mark.parametrize("attack", RUN, ids=str)
def test_the_hostile_code_is_python(attack: Any) -> None:
    """Une faute de syntaxe ferait échouer l’attaque pour une mauvaise raison."""
    for cell in attack.submission.notebook["cells"]:
        if cell["cell_type"] == "code":
            ast.parse(cell["source"])


@pytest.mark.parametrize("attack", [a for a in RUN if a.stage is not Stage.FEEDBACK], ids=str)
def test_what_must_be_nowhere_is_not_in_the_submission(attack: Any) -> None:
    """La correction montre le code de l’élève : une marque qui s’y trouverait passerait pour une fuite."""
    for cell in attack.submission.notebook["cells"]:
        assert not [mark for mark in attack.expected.nowhere if mark in cell["source"]]


def test_the_reference_answers_are_right_and_wrong() -> None:
    """Sur les tests du petit devoir, sans noyau : les bonnes réponses ont 6, les mauvaises 0."""
    assert (points(toy.RIGHT), points(toy.WRONG)) == (6, 0)


def points(answers: dict[str, str]) -> float:
    namespace: dict[str, Any] = {}
    for name in toy.SOLUTIONS:
        exec(answers[name], namespace)  # c’est du code à nous
    return sum(earned(test, namespace) for test in toy.TESTS)


def earned(test: str, namespace: dict[str, Any]) -> float:
    *before, last = ast.parse(toy.TESTS[test]).body
    try:
        exec(compile(ast.Module(before, []), test, "exec"), namespace)
        if isinstance(last, ast.Expr):
            return float(eval(compile(ast.Expression(last.value), test, "eval"), namespace))
        exec(compile(ast.Module([last], []), test, "exec"), namespace)
    except AssertionError:
        return 0
    return toy.POINTS[test]


KINDS = {"symlink": stat.S_ISLNK, "fifo": stat.S_ISFIFO, "hardlink": stat.S_ISREG, "unreadable": stat.S_ISREG}


@pytest.mark.parametrize(
    "attack", [a for a in stopped_by(Stage.COLLECT) if a.name != "chemin qui remonte"], ids=str
)
def test_a_submitted_folder_can_be_written(attack: Any, tmp_path: Path) -> None:
    if any(isinstance(file, Special) and file.kind == "fifo" for file in attack.submission.files.values()):
        pytest.importorskip("fcntl", reason="ce système n’a pas de tubes nommés")
    attack.submission.write(tmp_path / "copie")

    assert sorted(os.listdir(tmp_path / "copie")) == sorted(attack.submission.files)
    for name, content in attack.submission.files.items():
        mode = (tmp_path / "copie" / name).lstat().st_mode
        assert KINDS[content.kind](mode) if isinstance(content, Special) else stat.S_ISREG(mode)
