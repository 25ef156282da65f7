"""Les séries : un exemplaire par élève, remontré et recorrigé depuis son manifeste ; aucun fichier à moitié écrit."""

import json
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from coursekit.errors import ArgumentError
from coursekit.questions import (
    Key,
    QuestionSet,
    ShortageError,
    Wanted,
    find,
    generate,
    manifest,
    mark,
    read_manifest,
    sets,
)
from coursekit.questions.output import write
from coursekit.questions.sets import ManifestError

STUDENTS = ("alice", "bob", "zoé")
EXAM = QuestionSet(
    "cnn1",
    "examen",
    2026,
    (
        Wanted(find("conv.out_size"), 3),
        Wanted(find("conv.out_size"), 2, "choice"),
        Wanted(find("conv.value"), points=4),
        Wanted(find("resnet.true_statements")),
        Wanted(find("vgg.stack_params")),
    ),
    STUDENTS,
)


def written(made=EXAM):
    return "".join(manifest(made, made.copies()))


def test_every_student_has_a_copy_without_repeats():
    for copy in EXAM.copies():
        assert len(copy.variants) == len({variant.note for variant in copy.variants}) == 8
        assert copy.points == (1, 1, 1, 1, 1, 4, 1, 3)


def test_students_have_different_questions_and_keep_them():
    alice, bob, _ = EXAM.copies()
    assert alice.variants != bob.variants
    assert EXAM.copy("alice") == alice
    assert replace(EXAM, students=(*STUDENTS, "tard")).copy("alice") == alice


def test_a_small_family_is_dealt_evenly():
    """36 questions, 90 élèves : chacune sert deux ou trois fois, et les voisins n’ont pas la même."""
    family = find("vgg.stack_params")
    made = QuestionSet("cnn1", "examen", 1, (Wanted(family),), tuple(map(str, range(90))))
    given = [copy.variants[0].note for copy in made.copies()]
    counts = Counter(given)
    assert len(counts) == 36
    assert set(counts.values()) == {2, 3}
    assert all(one != other for one, other in pairwise(given))


def test_asking_too_much_of_a_small_family():
    made = QuestionSet("cnn1", "examen", 1, (Wanted(find("vgg.stack_params"), 37),), STUDENTS)
    with pytest.raises(ShortageError, match="que 36 questions"):
        made.copy("bob")


def test_a_manifest_gives_every_copy_back():
    head, copies = read_manifest(written())
    assert head == {"format": 1, "course": "cnn1", "set": "examen", "seed": 2026}
    for made, found in zip(EXAM.copies(), copies, strict=True):
        assert found.student == made.student
        assert found.points == made.points
        for one, other in zip(made.variants, found.variants, strict=True):
            assert one.note == other.note
            assert one.statement == other.statement
            assert [o.text for o in one.options] == [o.text for o in other.options]
            assert one.right_option == other.right_option


def test_a_changed_family_is_noticed(monkeypatch):
    changed = replace(find("conv.out_size"), version=2)
    text = written()
    monkeypatch.setattr(sets, "find", lambda name: changed if name == changed.id else find(name))
    with pytest.raises(ManifestError, match="version 1 dans le manifeste, 2 ici"):
        read_manifest(text)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"copies": [1]}', '{"copies": [{"student": "a"}]}']
)
def test_what_is_no_manifest(text):
    with pytest.raises(ManifestError):
        read_manifest(text)


def test_an_option_that_no_longer_exists_is_noticed():
    data = json.loads(written())
    data["copies"][0]["questions"][3]["options"][0] = "autre chose"
    with pytest.raises(ManifestError, match="autre chose"):
        read_manifest(json.dumps(data))


STACK = next(generate(find("vgg.stack_params"), 1, Key(seed=1)))
RIGHT = [item.answer.typed() for item in STACK.items]


def test_a_later_part_starts_from_what_the_student_found():
    stack, single, _ = (item.answer for item in STACK.items)
    found = f"{100 * (1 - 2 * stack.value / single.value):.4f}"
    verdicts = mark(STACK, [str(2 * stack.value), RIGHT[1], found]).verdicts
    assert [v.ok for v in verdicts] == [False, True, True]
    assert "avant" in verdicts[2].message
    assert not mark(STACK, [RIGHT[0], RIGHT[1], found]).verdicts[2]


@pytest.mark.parametrize(
    ("given", "share"),
    [
        (RIGHT, 1),
        (" | ".join(RIGHT), 1),
        (RIGHT[:1], 1 / 3),
        (["", "", ""], 0),
        ([], 0),
        (None, 0),
        ([*RIGHT, "7"], 1),
    ],
)
def test_each_part_has_its_share(given, share):
    assert float(mark(STACK, given).share) == pytest.approx(share)


def test_a_mistake_may_be_worth_something():
    from fractions import Fraction

    family = replace(find("conv.out_size"), credit={"output-size.no-plus-one": Fraction(1, 2)})
    variant = next(generate(family, 1))
    assert mark(variant, str(variant.answer.value - 1)).share == Fraction(1, 2)
    assert mark(variant, str(variant.answer.value)).share == 1
    assert mark(variant, "100000").share == 0


def test_a_letter_is_an_answer():
    variant = next(generate(find("conv.out_size"), 1, form="choice"))
    for letter, option in zip("ABCD", variant.options, strict=True):
        assert variant.judge(letter).ok is option.right
        assert variant.judge(f" {letter.lower()})").ok is option.right
        if option.wrong:
            assert variant.judge(letter).misconception == option.wrong.misconception.id


def test_nothing_is_overwritten(tmp_path):
    path = tmp_path / "banque.xml"
    assert write(path, [b"un", b"deux"]) == 6
    with pytest.raises(ArgumentError, match="--force"):
        write(path, [b"trois"])
    assert path.read_bytes() == b"undeux"
    write(path, [b"trois"], force=True)
    assert path.read_bytes() == b"trois"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_no_half_file(tmp_path, error):
    def pieces():
        yield b"debut"
        raise error

    with pytest.raises(error):
        write(tmp_path / "banque.xml", pieces())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "absent/banque.xml", "x" * 300])
def test_a_place_where_nothing_can_be_written(tmp_path, name):
    with pytest.raises(ArgumentError):
        write(tmp_path / name, [b"x"])
