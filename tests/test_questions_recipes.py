"""Les recettes d’examen : ce qu’elles donnent, et la contrainte que nomme un refus."""

from fractions import Fraction

import pytest

from coursekit.errors import ArgumentError, CourseError, UnknownNameError
from coursekit.questions import BANK
from coursekit.questions.planning import ImpossibleError, plan
from coursekit.questions.recipe import as_recipe, read_recipe

EXAM = """
title = "Examen"
course = "cnn"
seed = 7
time = 60
total = 20

[[section]]
title = "Tailles"
topics = ["tailles"]
levels = [1, 2]
count = 6
points = 2

[[section]]
title = "Réseaux"
topics = ["bases", "residuel"]
exclude = ["vgg.stack_params"]
count = 8
points = 1
form = "choice"
common = true
"""
STUDENTS = tuple(f"élève {i}" for i in range(5))


@pytest.fixture
def exam(tmp_path):
    path = tmp_path / "examen.toml"
    path.write_text(EXAM, encoding="utf-8")
    return read_recipe(path)


def section(**keys):
    return as_recipe({"section": [{"count": 1, **keys}]})


def test_an_exam_is_what_the_recipe_says(exam):
    found = plan(exam)
    assert (found.count, found.points) == (14, 20)
    assert found.seconds <= 60 * 60
    sizes, networks = found.slots
    assert {family.topic for family in sizes.families} == {"tailles"}
    assert "vgg.stack_params" not in networks.counts
    assert all(count == 1 for count in networks.counts.values() if count)
    for copy in found.made(STUDENTS).copies():
        assert copy.points == (2,) * 6 + (1,) * 8
        assert copy.sections == ("Tailles",) * 6 + ("Réseaux",) * 8
        assert all(variant.options for variant in copy.variants[6:])


def test_common_questions_are_the_same_for_all_and_the_others_are_not(exam):
    copies = list(plan(exam).made(STUDENTS).copies())
    common = {tuple((v.note, v.right_option) for v in copy.variants[6:]) for copy in copies}
    own = {tuple(v.note for v in copy.variants[:6]) for copy in copies}
    assert (len(common), len(own)) == (1, len(STUDENTS))


def test_every_student_gets_the_same_families(exam):
    copies = plan(exam).made(STUDENTS).copies()
    assert len({tuple(v.family.id for v in copy.variants) for copy in copies}) == 1


def test_the_seed_changes_the_choice_of_families():
    picked = {
        tuple(w.family.id for w in plan(as_recipe({"seed": seed, "section": [{"count": 4}]})).wanted)
        for seed in range(9)
    }
    assert len(picked) == 9


def test_questions_are_shared_out_evenly():
    found = plan(section(topics=["pooling"], count=40)).slots[0]
    given = [found.counts[family.id] for family in found.families]
    assert max(given) - min(given) <= 1 or any(family.domain == {} for family in found.families)


def test_a_short_time_prefers_short_questions():
    free = plan(section(topics=["tailles"], count=6))
    tight = plan(section(topics=["tailles"], count=6, time=free.seconds / 60 - 1))
    assert tight.seconds <= free.seconds - 60
    assert tight.count == free.count


def test_form_is_respected():
    found = plan(section(form="typed", topics=["residuel"], count=5)).made()
    assert not any(
        question.variant.options for question in found.draw("") if question.variant.answer.kind != "boolean"
    )


WRONG = {
    "clé inconnue": ({"section": [{"count": 1, "topcs": ["a"]}]}, "topics"),
    "clé d’examen inconnue": ({"titre": "x", "section": [{"count": 1}]}, "title"),
    "thème inconnu": ({"section": [{"count": 1, "topics": ["taile"]}]}, "tailles"),
    "niveau inconnu": ({"section": [{"count": 1, "levels": [4]}]}, "de 1 à 3"),
    "texte au lieu d’un nombre": ({"section": [{"count": "3"}]}, "count = '3'"),
    "nombre au lieu d’une liste": ({"section": [{"count": 1, "levels": 2}]}, "une liste d’entiers"),
    "booléen au lieu d’un nombre": ({"section": [{"count": True}]}, "un entier"),
    "zéro": ({"section": [{"count": 0}]}, "au moins 1"),
    "sans compte": ({"section": [{"topics": ["tailles"]}]}, "count = 5"),
    "sans section": ({"title": "x"}, "[[section]]"),
    "crochets simples": ({"section": {"count": 1}}, "deux crochets"),
    "forme inconnue": ({"section": [{"count": 1, "form": "qcm"}]}, "choice"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_recipe_says_what_to_write(case):
    data, told = WRONG[case]
    with pytest.raises(ArgumentError) as refused:
        as_recipe(data)
    assert told in str(refused.value)


FILES = {
    "examen.yaml": (b"a: 1", "TOML"),
    "examen.toml": (b"title = ", "n’est pas du TOML"),
    "latin.toml": ("title = 'é'".encode("latin-1"), "UTF-8"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_recipe(tmp_path, name):
    data, told = FILES[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ArgumentError, match=told):
        read_recipe(tmp_path / name)


FAMILY = next(family for family in BANK if family.id == "vgg.stack_params")
IMPOSSIBLE = {
    "trop de questions": (
        {"section": [{"count": 40, "families": ["vgg.stack_params"]}]},
        ("40 questions", "1 famille", "36 questions distinctes", "manque 4"),
    ),
    "prises par une autre section": (
        {"section": [{"count": 20, "families": ["vgg.stack_params"]}, {"count": 20, "families": ["vgg.stack_params"]}]},
        ("La section 2", "dont 20 servent", "manque 4"),
    ),
    "temps d’une section": (
        {"section": [{"count": 2, "families": ["vgg.stack_params"], "time": 2}]},
        (f"{FAMILY.time_s * 2 // 60} min", "4 min de trop"),
    ),
    "temps de l’examen": (
        {"title": "E", "time": 2, "section": [{"count": 2, "families": ["vgg.stack_params"]}]},
        ("L’examen", "4 min de trop"),
    ),
    "total": (
        {"total": 20, "section": [{"count": 3, "points": 5}, {"count": 1, "points": 7}]},
        ("20 points", "22", "2 de trop", "section 1\u00a0: 15"),
    ),
    "aucune famille": (
        {"section": [{"count": 1, "families": ["vgg.stack_params"], "levels": [3]}]},
        ("Aucune famille", "sans condition de niveau, 1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_recipe_says_which_constraint_and_by_how_much(case):
    data, told = IMPOSSIBLE[case]
    with pytest.raises(ImpossibleError) as refused:
        plan(as_recipe(data))
    for words in told:
        assert words in str(refused.value)


def test_its_possible_neighbours():
    assert plan(section(families=["vgg.stack_params"], count=36)).count == 36
    assert plan(section(families=["vgg.stack_params"], count=2, time=FAMILY.time_s * 2 / 60)).count == 2


def test_an_unknown_family_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="out_size"):
        plan(section(families=["conv.outsize"]))
    with pytest.raises(CourseError, match="out_size"):
        plan(section(exclude=["conv.outsize"]))


def test_the_points_of_a_family_hold_without_points():
    assert Fraction(plan(section(families=["vgg.stack_params"], count=2)).points) == 2 * FAMILY.points
