"""Exécuter une copie : honnête, elle a sa note ; hostile, elle a ce que vaut son travail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from attacks import RIGHT, WRONG, Attack, Stage, Submission, stopped_by, toy

from coursekit.grading import Prepared, Role, prepare, read_reference
from coursekit.grading.bare import Bare
from coursekit.grading.exchange import CellRun, Executed, Job, Limits
from coursekit.grading.execute import PRELOAD, STUDENT, execute
from coursekit.grading.execute.parents import Parent
from coursekit.grading.execute.run import Run
from coursekit.grading.vocabulary import Ending, Status

pytest.importorskip("IPython", reason="IPython manque : pip install -e .[notebook]")

REFERENCE = read_reference(toy.as_bytes(toy.source()))
LIMITS = Limits(cell_seconds=2, notebook_seconds=12, output=2**16)
WITHOUT_WALLS = {2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 18, 19, 20, 28, 34, 35}
"""Les attaques que les murs n’arrêtent pas ; les autres sont affirmées dans le bac à sable."""
ATTACKS = [
    attack
    for stage in (Stage.EXECUTE, Stage.SCORE)
    for attack in stopped_by(stage)
    if attack.number in WITHOUT_WALLS
]


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    made = Bare(STUDENT, PRELOAD)
    yield made
    made.close()


def run(nursery: Bare, prepared: Prepared, files: dict[str, bytes] | None = None) -> Executed:
    return Executed.from_bytes(execute(Job(prepared, LIMITS, files or {}).to_bytes(), nursery))


def run_submission(nursery: Bare, submission: Submission) -> Executed:
    beside = {
        name: data
        for name, data in submission.files.items()
        if isinstance(data, bytes) and not name.endswith(".ipynb")
    }
    return run(nursery, prepare(REFERENCE, submission.data), beside)


def total(executed: Executed) -> float:
    return sum(run.score or 0 for run in executed.runs if run)


def notebook(*cells: tuple[str, str], points: float = 1) -> Prepared:
    """Une copie faite de cellules : « réponse », « verrou », « tests » ou « libre », et leur code."""
    roles = {"réponse": Role.ANSWER, "verrou": Role.LOCKED, "tests": Role.TESTS, "libre": Role.FREE}
    base = prepare(REFERENCE, RIGHT.data)
    model = base.cells[1]
    made = tuple(
        replace(
            model,
            role=roles[role],
            source=source,
            grade_id=f"c{rank}",
            points=points if role == "tests" else None,
        )
        for rank, (role, source) in enumerate(cells)
    )
    return replace(base, cells=made)


def run_cells(nursery: Bare, *cells: tuple[str, str]) -> list[CellRun]:
    return [run for run in run(nursery, notebook(*cells)).runs if run]


def texts(found: CellRun) -> str:
    return "".join(str(output.get("text", "")) for output in found.outputs)


@pytest.mark.parametrize(("submission", "points"), [(RIGHT, 6), (WRONG, 0)], ids=["juste", "fausse"])
def test_an_honest_submission(bare: Bare, submission: Submission, points: float) -> None:
    done = run_submission(bare, submission)

    assert total(done) == points
    assert done.verdict
    assert not any(run.in_process for run in done.runs if run)


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_scores_what_it_deserves(bare: Bare, attack: Attack) -> None:
    done = run_submission(bare, attack.submission)

    assert attack.expected.least <= total(done) <= attack.expected.most
    assert done.verdict.status == attack.expected.verdict
    assert bool(done.verdict) or done.verdict.message
    assert not [mark for mark in attack.expected.nowhere if mark in str(done)]


def test_an_unreadable_submission_is_not_executed(bare: Bare) -> None:
    done = run(bare, prepare(REFERENCE, b"\x00"))

    assert done.verdict.status is Status.UNREADABLE
    assert done.runs == ()


VALUES = (
    *("None", "True", "12", "-(2**70)", "10**400", "1.5", "float('inf')", "1 + 2j", "'é\\ud800'", "b'\\x00'"),
    *("[1, (2, {3}), {'a': [None]}]", "range(1, 9, 2)", "slice(1, None)", "...", "frozenset({1})"),
)
SAME = "assert type(f()) is type({0}) and f() == {0}"


@pytest.mark.parametrize("value", VALUES)
def test_plain_data_crosses_as_it_is(bare: Bare, value: str) -> None:
    given = run_cells(bare, ("réponse", f"def f(): return {value}"), ("tests", SAME.format(value)))
    other = run_cells(bare, ("réponse", "def f(): return 'autre'"), ("tests", SAME.format(value)))

    assert given[1].score == 1, given[1]
    assert other[1].score == 0


CROSSING: dict[str, tuple[str, str]] = {
    "nan": ("def f(): return float('nan')", "import math\nassert math.isnan(f())"),
    "tableau": (
        "import numpy as np\ndef f(n): return np.arange(n, dtype='float32').reshape(2, -1)",
        "import numpy as np\nassert f(6).dtype == np.float32 and f(6).tolist() == [[0, 1, 2], [3, 4, 5]]",
    ),
    "scalaire de NumPy": ("import numpy as np\ndef f(): return np.float64(2)", "assert f() == 2"),
    "tenseur": (
        "import torch\ndef f(x): return (2 * x).requires_grad_()",
        "import torch\ny = f(torch.ones(2, dtype=torch.bfloat16))\n"
        "assert y.requires_grad and y.dtype is torch.bfloat16 and y.tolist() == [2, 2]",
    ),
    "forme, type et appareil": (
        "import torch\ndef f(x): return x.shape, x.dtype, x.device",
        "import torch\nassert f(torch.ones(2, 3)) == (torch.Size([2, 3]), torch.float32, torch.device('cpu'))",
    ),
    "argument changé": ("def f(x): x.sort()", "x = [3, 1, 2]\nassert f(x) is None and x == [1, 2, 3]"),
    "tableau changé": (
        "def f(x): x += 1",
        "import numpy as np\nx = np.zeros(3)\nf(x)\nassert x.tolist() == [1, 1, 1]",
    ),
    "fonction en argument": ("def f(g, x): return g(x) + 1", "assert f(lambda x: 10 * x, 4) == 41"),
    "erreur": (
        "def f(x):\n    if x < 0: raise ValueError('négatif')",
        "try: f(-1)\nexcept ValueError as error: assert str(error) == 'négatif'\nelse: assert False",
    ),
    "objet": (
        "class Pile:\n    def __init__(self): self.x = []\n    def push(self, v): self.x.append(v)\n"
        "    def __len__(self): return len(self.x)",
        "p = Pile()\np.push(3)\nassert len(p) == 1 and p.x == [3] and isinstance(p, Pile)\n"
        "assert type(p).__name__ == 'Pile' and not hasattr(p, 'pop')",
    ),
    "générateur": ("def f():\n    yield 1\n    yield 2", "assert list(f()) == [1, 2]"),
    "signature": (
        "def f(a, b=2, *, c): pass",
        "import inspect\nassert str(inspect.signature(f)) == '(a, b=2, *, c)'",
    ),
    "variable": ("x = [1, 2]", "assert x == [1, 2]"),
    "affichage": ("def f(): print('bonjour')", "f()"),
}


@pytest.mark.parametrize("name", CROSSING)
def test_what_tests_ask_of_a_student_crosses(bare: Bare, name: str) -> None:
    answer, tests = CROSSING[name]
    right = run_cells(bare, ("réponse", answer), ("tests", tests))[1]
    nothing = run_cells(bare, ("réponse", "pass"), ("tests", tests))[1]

    assert (right.score, right.in_process) == (1, False), right
    assert (nothing.score, nothing.ending) == (0, Ending.ERROR)


def test_what_a_student_prints_during_a_test_is_shown_with_it(bare: Bare) -> None:
    cells = ("réponse", "def f(): print('chez moi')"), ("tests", "print('avant')\nf()\nprint('après')")
    assert texts(run_cells(bare, *cells)[1]) == "avant\nchez moi\naprès\n"


def test_locked_cells_run_on_both_sides(bare: Bare) -> None:
    locked = ("verrou", "import math\ndef carre(x): return x * x")
    right = ("réponse", "def f(x): return carre(x) + math.pi")
    tests = ("tests", "assert f(2) == carre(2) + math.pi")
    cheat = ("réponse", "def carre(x): return 0\ndef f(x): return math.pi")

    assert run_cells(bare, locked, right, tests)[2].score == 1
    assert run_cells(bare, locked, cheat, tests)[2].score == 0


TRIPLE = ("verrou", "def triple(x): return 3 * x")
APPLY = "def f(g): return g(5)"
GIVEN = {
    "rien ne change": (TRIPLE, APPLY, "assert f(triple) == 15"),
    "elle s’appelle là-bas": (TRIPLE, "def f(g): return type(g).__name__", "assert f(triple) == 'function'"),
    "elle revient": (TRIPLE, "def f(g): return g", "assert f(triple) is triple"),
    "l’élève l’a effacée": (TRIPLE, f"{APPLY}\ndel triple", "assert f(triple) == 15"),
    "l’élève l’a remplacée": (TRIPLE, f"{APPLY}\ndef triple(x): return x", "assert f(triple) == 5"),
    "l’élève y a mis autre chose": (TRIPLE, f"{APPLY}\ntriple = 4", "assert f(triple) == 15"),
    "elle compte ses appels": (
        ("verrou", "seen = []\ndef triple(x):\n    seen.append(x)\n    return 3 * x"),
        APPLY,
        "assert (f(triple), seen) == (15, [5])",
    ),
    "elle est des tests": (
        TRIPLE,
        APPLY,
        "seen = []\nassert f(lambda x: seen.append(x)) is None and seen == [5]",
    ),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_function_given_to_a_student(bare: Bare, name: str) -> None:
    locked, answer, tests = GIVEN[name]
    ran = run_cells(bare, locked, ("réponse", answer), ("tests", tests))[2]
    assert (ran.score, ran.in_process) == (1, False), ran


def test_what_the_first_tests_load_late_the_next_ones_have(bare: Bare) -> None:
    job = Job(notebook(("réponse", "a = 1"), ("tests", "assert __import__('colorsys') and a == 1")), LIMITS)
    parent = Parent(("json",))
    first = Run(job, bare, parent.nursery)
    first()
    parent.learn(first.loaded)
    second = Run(job, bare, parent.nursery)
    second()
    parent.close()

    assert "colorsys" in first.loaded
    assert "colorsys" not in second.loaded
    assert "json" not in (*first.loaded, *second.loaded)


ANNOUNCED = """
from coursekit.checks.trials import foresee
foresee(f, [({0},), (1,)])
assert repr(f({1})) == "{1}", f({1})
"""
TWINS = [
    ("0.0", "0.0"),
    ("0.0", "-0.0"),
    ("1", "True"),
    ("1", "1.0"),
    ("[1]", "[1]"),
    ("[1]", "[1.0]"),
    ("'a'", "'b'"),
]


@pytest.mark.parametrize(("announced", "called"), TWINS)
def test_an_announced_call_answers_only_for_itself(bare: Bare, announced: str, called: str) -> None:
    cells = ("réponse", "def f(x): return x"), ("tests", ANNOUNCED.format(announced, called))
    assert run_cells(bare, *cells)[1].score == 1


CHANGES = {
    "une liste": ("[1, 2]", "x.append(3)", "[1, 2, 3]"),
    "un dictionnaire": ("{'a': 1}", "x['b'] = 2", "{'a': 1, 'b': 2}"),
    "un tableau": ("__import__('numpy').zeros(2)", "x += 1", "array([1., 1.])"),
    "un tenseur": ("__import__('torch').zeros(2)", "x += 1", "tensor([1., 1.])"),
    "un tenseur dans une liste": ("[__import__('torch').zeros(2)]", "x[0] += 1", "[tensor([1., 1.])]"),
    "rien": ("__import__('torch').ones(2)", "x + 1", "tensor([1., 1.])"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_call_changes_in_its_arguments_shows(bare: Bare, name: str) -> None:
    given, change, after = CHANGES[name]
    tests = f"x = {given}\nf(x)\nassert repr(x) == {after!r}, x"
    right = run_cells(bare, ("réponse", f"def f(x):\n    {change}"), ("tests", tests))
    wrong = run_cells(bare, ("réponse", "def f(x):\n    x = 0"), ("tests", tests))
    assert [right[1].score, wrong[1].score] == [1, name == "rien"]


def test_names_made_by_tests_stay_for_the_next_ones(bare: Bare) -> None:
    cells = ("réponse", "def f(x): return x"), ("tests", "y = f(3)"), ("tests", "assert y == 3")
    assert [run.score for run in run_cells(bare, *cells)] == [None, 1, 1]


SHOWN: dict[str, tuple[str, Any]] = {
    "magie": ("%matplotlib inline\nx = 1\nx", "1"),
    "commande": ("!echo dehors", "dehors"),
    "descripteur": ("import os\n_ = os.write(1, b’dessous')", "dessous"),
    "affichage riche": ("from IPython.display import HTML\ndisplay(HTML('<b>gras</b>'))", "<b>gras</b>"),
    "attente": ("import asyncio\nawait asyncio.sleep(0)\n’fini'", "fini"),
    "erreur": ("def f(): return 1 / 0\nf()", "ZeroDivisionError: division by zero"),
    "figure": ("import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])", "image/png"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_cell_shows_what_jupyter_would(bare: Bare, name: str) -> None:
    source, shown = SHOWN[name]
    found, nothing = run_cells(bare, ("libre", source), ("libre", "pass"))

    assert shown in str(found.outputs)
    assert nothing.outputs == ()


FALLBACKS = {
    "hérite d’une classe de l’élève": (
        "class Base:\n    def f(self): return 2",
        "class Mienne(Base):\n    def g(self): return self.f() + 1\nassert Mienne().g() == 3",
    ),
    "lit le code d’une fonction": (
        "def f(x): return x",
        "assert f.__code__.co_argcount == 1",
    ),
    "donne un objet à lui": (
        "def f(t): return t.x",
        "from types import SimpleNamespace\nassert f(SimpleNamespace(x=4)) == 4",
    ),
}


@pytest.mark.parametrize("name", FALLBACKS)
def test_what_cannot_cross_runs_in_process_and_says_so(bare: Bare, name: str) -> None:
    answer, tests = FALLBACKS[name]
    right = run_cells(bare, ("réponse", answer), ("tests", tests))[1]
    wrong = run_cells(bare, ("réponse", answer.replace("return", "return None #")), ("tests", tests))[1]

    assert (right.score, right.in_process) == (1, True), right
    assert "vérifier" in right.message
    assert wrong.score == (1 if "code" in name else 0)


def test_partial_credit_in_process(bare: Bare) -> None:
    tests = "class Mienne(Base): pass\nMienne().f() / 4"
    done = run_cells(bare, ("réponse", FALLBACKS["hérite d’une classe de l’élève"][0]), ("tests", tests))[1]
    assert (done.score, done.in_process) == (0.5, True)


def test_a_crash_in_a_call_costs_only_its_tests(bare: Bare) -> None:
    cells = (
        ("réponse", "import os\nappels = []\ndef f(): os._exit(3)\ndef g(): return 5"),
        ("tests", "assert g() == 5"),
        ("tests", "f()"),
        ("tests", "assert g() == 5"),
    )
    done = run(bare, notebook(*cells))
    assert [run.score for run in done.runs if run] == [None, 1, 0, 1]
    assert done.verdict.status is Status.CRASHED


def test_endless_tests_are_stopped_and_the_next_ones_still_run(bare: Bare) -> None:
    cells = (
        ("réponse", "def f():\n    while True: yield 1"),
        ("tests", "for x in f(): pass"),
        ("tests", "assert next(f()) == 1"),
    )
    assert [run.score for run in run_cells(bare, *cells)] == [None, 0, 1]


def test_a_student_who_answers_nonsense_is_stopped(bare: Bare) -> None:
    """Le fil de messages se trouve, en remontant la pile : y écrire ne rapporte rien, et ne casse rien."""
    hunting = """import sys
def f():
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "channel"):
        frame = frame.f_back
    frame.f_locals["self"].channel.send(b"\\x00\\x00\\x00\\x02[]")
    return 1"""
    done = run(bare, notebook(("réponse", hunting), ("tests", "assert f() == 2")))
    assert (total(done), done.verdict.status) == (0, Status.TAMPERED)


def test_a_forked_child_does_not_answer_in_its_parents_place(bare: Bare) -> None:
    cells = ("réponse", "import os\ndef f():\n    os.fork()\n    return 1"), ("tests", "assert f() == 1")
    assert run_cells(bare, *cells)[1].score == 1
