"""L’analyse d’une classe simulée : elle retrouve les erreurs et les difficultés qu’on y a mises."""

import json
import random
import re
from functools import lru_cache

import numpy as np
import pytest
from question_class import Class, amc_csv, canvas_csv, moodle_csv, own_csv, right

from coursekit.errors import ArgumentError
from coursekit.questions import Copy, QuestionSet, Wanted, find, generate
from coursekit.questions.analysis import analyse, mark_all, read_answers
from coursekit.questions.analysis.page import page
from coursekit.questions.analysis.statistics import beyond_chance, correlation, cronbach, upper_lower
from coursekit.questions.analysis.texts import marks_rows, report_data, report_text

STUDENTS = tuple(f"Nom{i} Prénom{i} ({1000 + i})" for i in range(150))
HELD = {"output-size.no-plus-one": 0.4, "output-size.no-padding": 0.15, "avg-pool.sum": 0.3}
DIFFICULTY = {"conv.out_size": -1.0, "conv.out_tensor": 2.5, "resnet.subnets": -2.5}
OWN = (
    Wanted(find("conv.out_size"), 3),
    Wanted(find("conv.out_tensor")),
    Wanted(find("pool.avg_values"), 2, "choice", points=2),
    Wanted(find("pool.max_values")),
    Wanted(find("vgg.stack_params")),
    Wanted(find("resnet.subnets"), form="choice"),
    Wanted(find("resnet.identity_weights")),
    Wanted(find("resnet.true_statements")),
)
COMMON = tuple(
    Wanted(find(name), 2 if name == "conv.out_size" else 1, "choice", common=True)
    for name in (
        "conv.out_size",
        "pool.avg_values",
        "conv.params",
        "resnet.subnets",
        "resnet.true_statements",
    )
)


@lru_cache
def simulated(wanted):
    copies = tuple(QuestionSet("c", "examen", 1, wanted, STUDENTS).copies())
    return Class(copies, HELD, DIFFICULTY, seed=4)


def reported(tmp_path, text, copies):
    path = tmp_path / "réponses.csv"
    path.write_text(text, encoding="utf-8")
    return analyse(mark_all(read_answers(path), copies))


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    made = simulated(OWN)
    return reported(tmp_path_factory.mktemp("own"), own_csv(made), made.copies)


def by_id(report):
    return {found.id: found for found in report.misconceptions}


def test_the_planted_misconceptions_are_found(report):
    held = {found.id for found in report.misconceptions if found.held}
    assert set(HELD) <= held
    assert len(held - set(HELD)) <= 1, held


def test_they_are_held_by_those_who_hold_them(report):
    made = simulated(OWN)
    for name in ("output-size.no-plus-one", "avg-pool.sum"):
        found, holders = by_id(report)[name], made.holders[name]
        assert abs(found.students - len(holders)) <= 0.25 * len(holders)
        assert found.exposed <= len(STUDENTS)
        assert found.families == (("conv.out_size",) if "output" in name else ("pool.avg_values",))


def test_without_planted_misconceptions_none_is_found(tmp_path):
    made = Class(simulated(OWN).copies, {}, DIFFICULTY, seed=8)
    found = [m.id for m in reported(tmp_path, own_csv(made), made.copies).misconceptions if m.held]
    assert len(found) <= 2, found


def test_the_explanation_is_the_one_the_student_reads(report):
    for found in report.misconceptions:
        assert found.explanation in {
            w.feedback for w in found.example.wrongs if w.misconception.id == found.id
        }


def test_difficulties_are_ordered_as_planted(report):
    success = {item.example.family.id: item.difficulty for item in report.items}
    assert success["resnet.subnets"] > 0.75 > 0.45 > success["conv.out_tensor"]


def test_items_add_up(report):
    assert len(report.items) == sum(wanted.count for wanted in OWN)
    for item in report.items:
        assert item.students == len(STUDENTS)
        assert (
            item.right + item.partial + item.omitted + sum(item.mistakes.values()) + item.unexplained
            == item.students
        )
        assert item.unexplained >= 0


def test_the_strong_students_succeed(report):
    made = simulated(OWN)
    scores = {score.student: score.share for score in report.scores}
    strength = [made.ability[student] for student in STUDENTS]
    assert np.corrcoef(strength, [scores[student] for student in STUDENTS])[0, 1] > 0.6
    assert 0.3 < report.alpha < 0.95


FORMATS = {
    "notre format": own_csv,
    "Moodle": moodle_csv,
    "Moodle sans énoncés": lambda c: moodle_csv(c, False),
}
COMMON_FORMATS = {**FORMATS, "Canvas": canvas_csv, "Auto Multiple Choice": amc_csv}


@pytest.mark.parametrize("name", FORMATS)
def test_every_platform_gives_the_same_report(tmp_path, report, name):
    made = simulated(OWN)
    found = reported(tmp_path, FORMATS[name](made), made.copies)
    assert found.scores == report.scores
    assert by_id(found).keys() == by_id(report).keys()


@pytest.mark.parametrize("name", COMMON_FORMATS)
def test_a_common_exam_comes_back_from_everywhere(tmp_path, name):
    made = simulated(COMMON)
    one = Copy("", made.copies[0].variants, made.copies[0].points)
    expected = [
        sum(
            points * (answer == right(v))
            for v, points, answer in zip(c.variants, c.points, answers, strict=True)
        )
        for c, answers in made.answers()
    ]
    found = reported(tmp_path, COMMON_FORMATS[name](made), [one])
    assert [score.earned for score in found.scores] == pytest.approx(expected)
    assert all(item.common for item in found.items)
    assert found.alpha is not None


def test_a_random_quiz_finds_its_questions_by_their_text(tmp_path):
    """Moodle tire au hasard dans la banque importée : aucun exemplaire, mais l’énoncé est dans le rapport."""
    bank = tuple(generate(find("conv.out_size"), 40))
    draws = random.Random(3)
    copies = tuple(Copy(student, tuple(draws.sample(bank, 3)), (1, 1, 1)) for student in STUDENTS[:30])
    made = Class(copies, {"output-size.no-plus-one": 0.5}, {}, seed=1)
    pool = Copy("", bank, (1,) * len(bank))
    found, known = (reported(tmp_path, moodle_csv(made), given) for given in ([pool], copies))
    assert [score.share for score in found.scores] == [score.share for score in known.scores]
    assert by_id(found)["output-size.no-plus-one"].held


def test_what_is_lost_is_said(tmp_path):
    made = simulated(OWN)
    text = own_csv(made) + "Inconnu Toto;1;55\n"
    found = reported(tmp_path, text, [*made.copies, Copy("Absent (9)", (), ())])
    assert any("aucun exemplaire ne porte ce nom" in notice for notice in found.notices)
    assert any("1 exemplaires sans réponse" in notice and "Absent" in notice for notice in found.notices)


def test_the_last_attempt_counts(tmp_path):
    variant = next(generate(find("conv.out_size"), 1))
    copy = Copy("", (variant,), (1,))
    text = f"Nom,Réponse 1\nA,1\nB,-\nA,{variant.answer.typed()}\n"
    found = reported(tmp_path, text, [copy])
    assert [(score.student, score.earned) for score in found.scores] == [("A", 1.0)]
    assert any("tentatives" in notice for notice in found.notices)


def test_the_boxes_of_one_question_are_gathered(tmp_path):
    """Auto Multiple Choice code une forme en trois questions chiffrées, et n’en rend que les points."""
    variant = next(generate(find("conv.out_tensor"), 1))
    titles = [f"conv.out_tensor-{variant.hash[:8]}-{axis}" for axis in "abc"]
    head = ",".join(f"{title},TICKED:{title}" for title in titles)
    text = f"Copie,A:numero,Nom,Note,{head}\n1,1,A,1,1,BC,1,D,1,E\n2,2,B,0,1,BC,0,D,1,E\n3,3,C,0,0,,0,,0,\n"
    found = reported(tmp_path, text, [Copy("", (variant,), (3,))])
    assert [score.earned for score in found.scores] == [3, 2, 0]
    assert [(item.right, item.partial, item.omitted) for item in found.items] == [(1, 1, 1)]


@pytest.mark.parametrize("text", ["a;b;c\n1;2;3\n", "élève;note\nA;12\n", "élève;question;réponse\n"])
def test_what_is_no_answer_file(tmp_path, text):
    with pytest.raises(ArgumentError, match="réponse"):
        reported(tmp_path, text, [])


def test_marks_list_every_answer(tmp_path):
    made = simulated(OWN)
    path = tmp_path / "r.csv"
    path.write_text(own_csv(made), encoding="utf-8")
    rows = list(marks_rows(mark_all(read_answers(path), made.copies)))
    assert len(rows) == 1 + len(STUDENTS) * sum(wanted.count for wanted in OWN)
    assert {row[1] for row in rows[1:]} == {str(i) for i in range(1, 12)}
    assert any(row[-1] == "output-size.no-plus-one" and row[5] == "0,00" for row in rows)


def test_text_and_json_say_the_same(report):
    text, data = report_text(report), json.loads(json.dumps(report_data(report)))
    assert data["students"] == len(STUDENTS)
    for found in data["misconceptions"]:
        assert (found["id"] in text) is found["held"]


def test_the_page_is_whole_and_offline(report):
    html = page(report, "Examen <1> & l’autre")
    assert "Examen &lt;1&gt; &amp; l’autre" in html
    assert not re.search(r"<script|<link|@import|url\(|src=|href=", html)
    assert set(re.findall(r"https?://[^\"' ]+", html)) <= {"http://www.w3.org/2000/svg"}
    assert html.count("<svg") >= 2 + len(report.items)
    assert html.count('role="img"') == html.count("aria-label") >= 2 + len(report.items)
    for name in HELD:
        assert name in html


# Les statistiques, contre NumPy.

TABLE = np.random.default_rng(0).integers(0, 2, (40, 6))


def test_correlation_is_pearsons():
    item, rest = TABLE[:, 0].tolist(), TABLE[:, 1:].sum(axis=1).tolist()
    assert correlation(item, rest) == pytest.approx(np.corrcoef(item, rest)[0, 1])
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert correlation([0, 1], [0, 1]) is None


def test_alpha_is_cronbachs():
    k = TABLE.shape[1]
    covariance = np.cov(TABLE.T, bias=True)
    expected = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    assert cronbach(TABLE.tolist()) == pytest.approx(expected)
    assert cronbach([[i] * 4 for i in range(9)]) == pytest.approx(1)
    assert cronbach([[1, 2]] * 9) is None


def test_upper_lower():
    totals = list(range(100))
    assert upper_lower([t >= 50 for t in totals], totals) == 1
    assert upper_lower([t < 50 for t in totals], totals) == -1
    assert upper_lower([t % 2 == 0 for t in totals], totals) == pytest.approx(0, abs=0.05)
    assert upper_lower([1] * 9, list(range(9))) is None


CHANCE = [(1, 0.0, False), (2, 0.0, True), (4, 4.0, False), (9, 4.0, True), (8, 4.0, False)]


@pytest.mark.parametrize(("times", "expected", "held"), CHANCE)
def test_beyond_chance(times, expected, held):
    assert beyond_chance(times, expected) is held
