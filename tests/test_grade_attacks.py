"""Les 36 attaques, remises ensemble par une classe et notées par la commande : chacune vaut ce qu’elle doit valoir."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from attacks import ATTACKS, Attack, Submission
from graded_course import Course, template
from test_grade_command import OUTPUTS, grade, hashes, needs_bubblewrap, survivors

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")

ONLY_IN_ARCHIVES = "chemin qui remonte"
"""L’écrire sur le disque serait déjà l’attaque réussie."""

CLASS = {
    f"élève {rank:03}": attack
    for rank, attack in enumerate(ATTACKS)
    if isinstance(attack.given, Submission) and attack.name != ONLY_IN_ARCHIVES
}
"""Les copies démesurées ne se construisent pas ici : la préparation les refuse, dans ses tests."""

SETTINGS = "c = get_config()\nc.Execute.timeout = 10\nc.CourseDirectory.max_file_size = 5_000\n"


@dataclass(frozen=True)
class Graded:
    """La classe notée : ses copies, ce qui a changé ailleurs, ce qui tourne encore."""

    found: Mapping[str, Mapping[str, Any]]
    before: Mapping[str, str]
    after: Mapping[str, str]
    survivors: list[str]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    course = Course.copy(
        template(tmp_path_factory.mktemp("modele")), tmp_path_factory.mktemp("attaques") / "cours"
    )
    (course.root / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
    again = {student: attack.earlier for student, attack in CLASS.items() if attack.earlier}
    for student, earlier in again.items():
        course.submit(student, earlier)
    grade(course.root)
    for student, attack in CLASS.items():
        course.submit(student, attack.given)  # type: ignore[arg-type]
    before = hashes(course.root, *OUTPUTS, "submitted")
    done = grade(course.root, env={**os.environ, "COURSEKIT_TEST": str(course.root)}, timeout=900)
    return Graded(
        {one["student"]: one for one in done.read["submissions"]},
        before,
        hashes(course.root, *OUTPUTS, "submitted"),
        survivors(course.root),
    )


@needs_bubblewrap
@pytest.mark.xdist_group("grade-attacks")
@pytest.mark.parametrize(("student", "attack"), CLASS.items(), ids=lambda value: str(value))
def test_an_attack_scores_what_it_deserves(graded: Graded, student: str, attack: Attack) -> None:
    one = graded.found[student]
    assert attack.expected.least <= one["score"] <= attack.expected.most, one["message"]
    recognized = {"ok"} if attack.number == 32 else set()
    assert one["verdict"] in {attack.expected.verdict} | recognized, one["message"]
    assert not [text for text in attack.expected.nowhere if text in repr(one)]


@needs_bubblewrap
@pytest.mark.xdist_group("grade-attacks")
def test_they_all_changed_nothing_elsewhere_and_left_nothing_behind(graded: Graded) -> None:
    assert {attack.number for attack in CLASS.values()} == set(range(1, 37))
    assert graded.found.keys() == CLASS.keys()
    assert graded.after == graded.before
    assert graded.survivors == []
