"""`coursekit questions check` : une famille saine passe, chaque défaut est nommé ; et les familles du professeur
servent.
"""

import json
from dataclasses import replace

import pytest

from coursekit.arithmetic import Misconception
from coursekit.cli import main
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions import BANK, Family, find
from coursekit.questions.domain import choices, integers
from coursekit.questions.homemade import load_families, with_own
from coursekit.questions.stress import stress

MINE = """
from coursekit.arithmetic import Misconception
from coursekit.questions import Family
from coursekit.questions.domain import integers

PIXELS = Family(
    id="mes.pixels",
    title="Pixels d’une image",
    topic="tailles",
    level=1,
    time_s=30,
    objectives=("Compter des pixels.",),
    domain={"height": integers(4, 30), "width": integers(31, 60)},
    statement=lambda height, width: f"Combien de pixels a une image de ${height}\\\\times{width}$ ?",
    answer=lambda height, width: height * width,
    mistakes=(
        Misconception("pixels.added", lambda height, width: height + width, "Vous avez additionné les côtés."),
        Misconception("pixels.square", lambda height: height * height, "L’image n’est pas carrée."),
        Misconception("pixels.perimeter", lambda height, width: 2 * (height + width), "C’est le périmètre."),
    ),
    solution=lambda height, width, answer: f"${height}\\\\times{width}$ : {answer.shown()} pixels.",
    hints=("Multipliez.",),
)
FAMILIES = (PIXELS,)
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mes_questions.py"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    def call(*argv):
        code = main(("questions", *map(str, argv)))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def family(**changes):
    base = {
        "id": "essai.un",
        "title": "Essai",
        "topic": "tailles",
        "level": 1,
        "time_s": 30,
        "objectives": ("Essayer.",),
        "domain": {"n": integers(2, 90)},
        "statement": lambda n: f"Que vaut ${n}+{n}$ ?",
        "answer": lambda n: 2 * n,
        "mistakes": tuple(
            Misconception(f"essai.{k}", lambda n, k=k: 2 * n + k, f"Vous avez ajouté {k}.") for k in (1, 2, 3)
        ),
        "solution": lambda answer: f"On trouve {answer.shown()}.",
        "hints": ("Additionnez.",),
    }
    return Family(**{**base, **changes})


def one_more(explanation):
    return (*family().mistakes, Misconception("essai.x", lambda n: n, explanation))


def crash(n):
    return 1 // (n - n)


def test_a_sound_family_passes():
    found = stress(family(), 200)
    assert (found.problems, found.remarks, found.capacity, found.fewest) == ((), (), 89, 3)
    assert 70 < found.distinct <= 89
    assert found.mistakes == {"essai.1": 1.0, "essai.2": 1.0, "essai.3": 1.0}


SAME = Misconception("essai.near", lambda n: 2 * n + 0.0, "Vide.")
FAULTS = {
    "énoncé qui échoue": ({"statement": lambda n: f"{1 // (n - n)}"}, "ZeroDivisionError"),
    "ligne nommée": ({"statement": crash}, "test_questions_check.py, ligne"),
    "dollar seul": ({"statement": lambda n: f"Que vaut ${n} ?"}, "sans son jumeau"),
    "solution vide": ({"solution": lambda: ""}, "la solution est vide"),
    "pas de solution": ({"solution": lambda: ()}, "pas de solution"),
    "None dans le texte": ({"hints": ("None",)}, "None"),
    "trop peu d’erreurs": ({"mistakes": ()}, "aucune question ne se tire"),
    "accolade inconnue": ({"mistakes": one_more("{m} !")}, "KeyError"),
    "explication vide": ({"mistakes": one_more("")}, "essai.x est vide"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named(case):
    changes, told = FAULTS[case]
    found = stress(family(**changes), 5)
    assert not found.ok
    assert told in " ".join(found.problems)


REMARKS = {
    "peu de questions": ({"domain": {"n": choices(10, 20, 30)}}, "seulement 3 questions"),
    "sans indice": ({"hints": ()}, "aucun indice"),
    "erreur inutile": ({"mistakes": (*family().mistakes, SAME)}, "jamais proposées\u00a0: essai.near"),
}


@pytest.mark.parametrize("case", REMARKS)
def test_a_remark_does_not_fail(case):
    changes, told = REMARKS[case]
    found = stress(family(**changes), 5)
    assert found.ok
    assert told in " ".join(found.remarks)


@pytest.mark.parametrize(
    "name", ["conv.out_size", "vgg.stack_params", "resnet.true_statements", "pool.max_values"]
)
def test_the_bank_passes(name):
    assert stress(find(name), 40).problems == ()


def test_a_changed_family_of_the_bank_fails():
    assert not stress(replace(find("conv.out_size"), statement=lambda: "$"), 3).ok


def test_own_families_serve_everywhere(run, mine, tmp_path):
    assert run("check", mine, "--draws", 50)[0] == 0
    assert "mes.pixels" in run("list", "--module", mine)[1]
    assert "pixels.square" in run("show", "mes.pixels", "--module", mine)[1]
    output = tmp_path / "b.xml"
    code, _, err = run(
        "generate",
        "--module",
        mine,
        "--family",
        "mes.pixels",
        "--count",
        5,
        "--format",
        "moodle",
        "--output",
        output,
    )
    assert (code, err) == (0, "")
    manifest = tmp_path / "b.manifeste.json"
    assert "Question 5" in run("show", "--manifest", manifest, "--module", mine)[1]
    assert "mes.pixels" in run("show", "--manifest", manifest)[2]  # sans --module, la famille est inconnue


WRONG_FILES = {
    "a.py": ("FAMILIES = (", "ligne 1"),
    "b.py": ("x = 1\n1 / 0\n", "ligne 2"),
    "c.py": ("x = 1", "FAMILIES = (MA_FAMILLE,)"),
    "d.py": ("FAMILIES = (1,)", "FAMILIES"),
    "e.py": ("FAMILIES = ()", "FAMILIES"),
    "f.txt": (MINE, "en .py"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_file_that_does_not_serve(tmp_path, name):
    text, told = WRONG_FILES[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentError) as refused:
        load_families(tmp_path / name)
    assert told in str(refused.value)


def test_a_name_already_taken(tmp_path):
    path = tmp_path / "x.py"
    path.write_text(MINE.replace("mes.pixels", "conv.out_size"), encoding="utf-8")
    with pytest.raises(ArgumentError, match="déjà pris"):
        with_own([path])


def test_without_a_file_the_families_are_the_banks():
    assert with_own([]) == BANK


def test_check_says_it_in_json_and_by_its_code(run, tmp_path, mine):
    usable = sum(len({h * w, h + w, h * h, 2 * (h + w)}) == 4 for h in range(4, 31) for w in range(31, 61))
    broken = tmp_path / "faux.py"
    broken.write_text(MINE.replace('"Vous avez additionné les côtés."', '"{x}"'), encoding="utf-8")
    code, out, _ = run("check", broken, "--draws", 5, "--json")
    (found,) = json.loads(out)
    assert (code, found["ok"]) == (1, False)
    code, out, _ = run("check", mine, "--draws", 5, "--json")
    (found,) = json.loads(out)
    assert (code, found["ok"], found["capacity"], found["fewest_mistakes"]) == (0, True, usable, 3)


def test_check_reads_a_recipe(run, tmp_path):
    recipe = tmp_path / "examen.toml"
    recipe.write_text("[[section]]\ncount = 3\ntopics = ['tailles']\n", encoding="utf-8")
    code, out, _ = run("check", recipe)
    assert (code, "3 questions" in out) == (0, True)
    recipe.write_text("[[section]]\ncount = 40\nfamilies = ['vgg.stack_params']\n", encoding="utf-8")
    code, out, _ = run("check", recipe)
    assert (code, "manque 4" in out) == (1, True)
    assert json.loads(run("check", recipe, "--json")[1])["ok"] is False


def test_check_refuses_what_it_does_not_know(run, tmp_path):
    assert run("check", "--draws", "0")[0] == 2
    assert run("check", tmp_path / "rien.py")[0] == 2
    assert "conv.out_size" in run("check", "--family", "conv.outsize")[2]
    assert UnknownNameError.__mro__[1].__name__ == "CourseError"
