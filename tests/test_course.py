"""La source d’un devoir : ce que chaque clé courte devient, ce qui est refusé, et la distribution sans écart."""

import json
import shutil
from pathlib import Path

import pytest

from coursekit import course
from coursekit.course.cells import HINT, KINDS, TESTS
from coursekit.course.feedback import HIDDEN_NOTICE, hide_tests, sentence, without_hidden_tests
from coursekit.course.notebook import to_notebook
from coursekit.course.source import parse
from coursekit.errors import CourseError, UnknownNameError

ROOT = Path(__file__).parents[1]

ANSWER = '# %% answer="q1"\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n'
TESTS_Q1 = (
    '# %% tests="q1" points=2\nassert f()\n### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS\n'
)
MANUAL = '# %% [markdown] manual="q2" points=1.5\n# ### BEGIN SOLUTION\n# Parce que.\n# ### END SOLUTION\n'
INTRO = "# %% [markdown]\n# # Devoir\n"
GOOD = f"{INTRO}\n{ANSWER}\n{TESTS_Q1}\n{MANUAL}"


def locked(grade_id):
    return {
        "grade": False,
        "grade_id": grade_id,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


EXPANSIONS = [
    ("sans clé", GOOD, 0, "cellule-01", {}),
    (
        "answer",
        GOOD,
        1,
        "q1",
        {"nbgrader": locked("q1") | {"locked": False, "solution": True}},
    ),
    (
        "tests",
        GOOD,
        2,
        "q1-tests",
        {"nbgrader": locked("q1-tests") | {"grade": True, "points": 2}, "tags": ["raises-exception"]},
    ),
    (
        "manual",
        GOOD,
        3,
        "q2",
        {"nbgrader": locked("q2") | {"grade": True, "locked": False, "points": 1.5, "solution": True}},
    ),
    ("seconds tests", f"{ANSWER}\n{TESTS_Q1}\n{TESTS_Q1}", 2, "q1-tests-2", None),
    ("locked", f'{GOOD}\n# %% locked="outils"\nimport os', 4, "outils", {"nbgrader": locked("outils")}),
    (
        "folded",
        f'{GOOD}\n# %% locked="outils" folded=true\nimport os',
        4,
        "outils",
        {"nbgrader": locked("outils"), "jupyter": {"source_hidden": True}},
    ),
    (
        "hint",
        f'{GOOD}\n# %% [markdown] hint="q2"\n# Pensez-y.',
        4,
        "q2-indice",
        {"deletable": False, "editable": False},
    ),
]


@pytest.mark.parametrize(
    ("text", "position", "cell_id", "metadata"), [e[1:] for e in EXPANSIONS], ids=[e[0] for e in EXPANSIONS]
)
def test_a_short_key_expands(text, position, cell_id, metadata):
    cell = json.loads(to_notebook(parse(text, "devoir")))["cells"][position]

    assert cell["id"] == cell_id
    assert metadata is None or cell["metadata"] == metadata


def test_every_role_is_expanded_above():
    assert KINDS.keys() - {"tests"} <= {name for name, *_ in EXPANSIONS}


def test_a_hint_is_folded():
    cell = parse(f'{GOOD}\n# %% [markdown] hint="q1"\n# Pensez au **pas**.', "devoir").of_kind(HINT)[0]
    notebook = json.loads(to_notebook(parse(f'{GOOD}\n# %% [markdown] hint="q1"\n# {cell.source}', "devoir")))

    source = "".join(notebook["cells"][-1]["source"])
    assert source.startswith("<details>\n<summary><strong>Indice</strong></summary>\n\n")
    assert "\n\nPensez au **pas**.\n\n</details>" in source


def test_points_add_up():
    assert parse(GOOD, "devoir").points == 3.5


# Chaque faute à côté de la source juste dont elle s’écarte : (nom, juste, remplacée par, ligne, phrase).
FAULTS = [
    ("clé inconnue", 'answer="q1"', 'reponse="q1"', 4, "la clé reponse est inconnue"),
    ("valeur sans guillemets", 'answer="q1"', "answer=q1", 4, "« answer=q1 » ne se lit pas"),
    ("texte libre", 'answer="q1"', 'Exercice answer="q1"', 4, "« Exercice » ne se lit pas"),
    ("deux rôles", 'answer="q1"', 'answer="q1" locked="q1"', 4, "answer et locked ne vont pas ensemble"),
    ("clé répétée", "points=2", "points=2 points=3", 10, "points est donné deux fois"),
    ("identifiant accentué", 'answer="q1"', 'answer="é1"', 4, "l’identifiant se compose de minuscules"),
    ("identifiant vide", 'answer="q1"', 'answer=""', 4, "l’identifiant se compose de minuscules"),
    ("points absents", "q1\" points=2", 'q1"', 10, "les points manquent"),
    ("points nuls", "points=2", "points=0", 10, "points=0 n’est pas un nombre positif"),
    ("points négatifs", "points=2", "points=-1", 10, "points=-1 n’est pas un nombre positif"),
    ("points en texte", "points=2", 'points="2"', 10, "points='2' n’est pas un nombre positif"),
    ("points booléens", "points=2", "points=true", 10, "points=True n’est pas un nombre positif"),
    ("points infinis", "points=2", "points=Infinity", 10, "points=inf n’est pas un nombre positif"),
    ("points sur une réponse", 'answer="q1"', 'answer="q1" points=2', 4, "seules les cellules tests et manual"),
    ("repli d’une réponse", 'answer="q1"', 'answer="q1" folded=true', 4, "folded ne replie que le code"),
    ("repli refusé", 'answer="q1"', 'locked="q1" folded=false', 4, "folded=False n’est pas permis"),
    ("tests sans réponse", 'tests="q1"', 'tests="q3"', 10, 'aucune réponse answer="q3" ne précède ces tests'),
    ("réponse sans tests", 'tests="q1"', 'tests="q3"', 4, 'aucune cellule tests="q1" ne note cette réponse'),
    ("identifiant répété", 'manual="q2"', 'manual="q1"', 16, "cet identifiant sert déjà ligne 4"),
    ("réponse rédigée sans solution", "# ### BEGIN SOLUTION\n", "", 16, "la solution n’est pas délimitée"),
    ("réponse sans solution", "    ### BEGIN SOLUTION\n", "", 4, "la solution n’est pas délimitée"),
    ("solution non fermée", "    ### END SOLUTION\n", "", 6, "BEGIN SOLUTION n’est pas fermé"),
    ("solution fermée sans être ouverte", "    ### BEGIN SOLUTION\n", "", 7, "END SOLUTION sans BEGIN SOLUTION"),
    ("tests cachés non fermés", "### END HIDDEN TESTS", "", 12, "BEGIN HIDDEN TESTS n’est pas fermé"),
    ("région répétée", "    return 1", "    # BEGIN SOLUTION", 7, "BEGIN SOLUTION est répété"),
    ("tests cachés hors des tests", "# # Devoir", "# BEGIN HIDDEN TESTS", 2, "seulement dans une cellule tests"),
    ("solution hors réponse", "# # Devoir", "# BEGIN SOLUTION", 2, "seulement dans une cellule answer ou manual"),
    ("tests en Markdown", '# %% tests', "# %% [markdown] tests", 10, "une telle cellule est de type code"),
    ("cellule brute", "# %% [markdown]\n# # D", "# %% [raw]\n# # D", 1, "de type markdown ou code, pas raw"),
]  # fmt: skip


def test_the_good_source_is_good():
    assert [cell.id for cell in parse(GOOD, "devoir").cells] == ["cellule-01", "q1", "q1-tests", "q2"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "sentence"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_faulty_source_is_refused(right, wrong, line, sentence):
    assert right in GOOD
    with pytest.raises(CourseError) as caught:
        parse(GOOD.replace(right, wrong, 1), "devoir", file="devoir.py")

    assert any(
        message.startswith(f"devoir.py, ligne {line}, cellule") and sentence in message
        for message in str(caught.value).splitlines()
    ), str(caught.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(CourseError) as caught:
        parse(GOOD.replace("points=2", "points=0").replace("points=1.5", ""), "devoir")

    assert len(str(caught.value).splitlines()) == 2


def test_a_hint_aims_at_a_question():
    with pytest.raises(
        CourseError, match=r"ligne 21, cellule « q7-indice » : cet indice vise une question inconnue"
    ):
        parse(f'{GOOD}\n# %% [markdown] hint="q7"\n# Rien.', "devoir")


UNREADABLE = [
    ("texte avant la première cellule", "import os\n\n# %%\n", "ligne 1, avant toute cellule"),
    ("aucune cellule", "# rien\n", "aucune cellule"),
    ("marque dans une chaîne", '# %%\nx = """\n# %% dedans\n"""\n', "2 lignes « # %% » pour 1 cellules"),
]


@pytest.mark.parametrize(("text", "sentence"), [u[1:] for u in UNREADABLE], ids=[u[0] for u in UNREADABLE])
def test_a_text_that_cannot_be_cut(text, sentence):
    with pytest.raises(CourseError, match=sentence):
        parse(text, "devoir")


def test_the_header_of_jupytext_is_allowed():
    header = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: percent\n# ---\n\n"

    assert parse(header + GOOD, "devoir").cells[0].line == 8


def test_the_notebook_depends_on_the_text_alone():
    first, second = (to_notebook(parse(GOOD, "devoir")) for _ in range(2))

    assert first == second


# Un dossier de cours, de la source à la distribution.


@pytest.fixture
def folder(tmp_path):
    """Un cours d’un devoir, avec la configuration de celui-ci et une image qui accompagne le devoir."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "solutions" / "tp").mkdir(parents=True)
    (tmp_path / "solutions" / "tp" / "tp.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "solutions" / "tp" / "image.txt").write_text("pixels", encoding="utf-8")
    return tmp_path


def snapshot(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_release_gives_what_students_need_and_no_more(folder):
    assert course.release(folder) == [folder / "exercises" / "tp" / "tp.ipynb"]

    released = sorted(p.name for p in (folder / "exercises").rglob("*") if p.is_file())
    assert released == ["image.txt", "tp.ipynb"]
    text = (folder / "exercises" / "tp" / "tp.ipynb").read_text(encoding="utf-8")
    assert "VOTRE CODE ICI" in text
    assert "VOTRE RÉPONSE ICI" in text
    assert not any(secret in text for secret in ("BEGIN SOLUTION", "return 1", "f() == 1", "Parce que"))


def test_paths_are_given_as_they_were_asked(folder, monkeypatch):
    monkeypatch.chdir(folder)

    assert course.release(Path()) == [Path("exercises/tp/tp.ipynb")]


def test_releasing_again_changes_nothing(folder):
    course.release(folder)
    before = snapshot(folder)
    course.release(folder, ["tp"])

    assert snapshot(folder) == before
    assert course.check(folder) == []


def test_release_leaves_no_gradebook_and_no_log(folder):
    course.release(folder)

    assert sorted(p.name for p in folder.iterdir()) == ["exercises", "nbgrader_config.py", "solutions"]
    assert sorted(p.name for p in (folder / "solutions" / "tp").iterdir()) == [
        "image.txt",
        "tp.ipynb",
        "tp.py",
    ]


def edit_source(folder):
    source = folder / "solutions" / "tp" / "tp.py"
    source.write_text(source.read_text("utf-8").replace("# # Devoir", "# # Autre"), encoding="utf-8")


def edit_release(folder):
    (folder / "exercises" / "tp" / "tp.ipynb").write_text("{}", encoding="utf-8")


DRIFTS = [
    ("source modifiée", edit_source, "exercises/tp/tp.ipynb n’est plus ce que donne tp.py"),
    ("exercice modifié", edit_release, "exercises/tp/tp.ipynb n’est plus ce que donne tp.py"),
    ("exercice effacé", lambda f: shutil.rmtree(f / "exercises"), "exercises/tp/tp.ipynb manque"),
    ("fichier ajouté", lambda f: (f / "exercises/tp/a.txt").touch(), "a.txt ne vient pas de la source"),
    ("source disparue", lambda f: (f / "exercises/vieux").mkdir(), "exercises/vieux n’a plus de source"),
]


@pytest.mark.parametrize(("drift", "sentence"), [d[1:] for d in DRIFTS], ids=[d[0] for d in DRIFTS])
def test_check_tells_what_drifted(folder, drift, sentence):
    course.release(folder)
    drift(folder)
    before = snapshot(folder)

    differences = course.check(folder)

    assert any(sentence in difference for difference in differences), differences
    assert snapshot(folder) == before


def test_a_faulty_source_leaves_everything_in_place(folder):
    course.release(folder)
    (folder / "solutions" / "autre").mkdir()
    (folder / "solutions" / "autre" / "autre.py").write_text(GOOD.replace("points=2", ""), encoding="utf-8")
    edit_source(folder)
    before = snapshot(folder)

    with pytest.raises(CourseError, match=r"^solutions/autre/autre\.py, ligne 10"):
        course.release(folder)

    assert snapshot(folder) == before


def test_what_nbgrader_refuses_is_told(folder):
    """Un barème de correction hors d’une cellule « task » : seul nbgrader connaît cette règle."""
    source = folder / "solutions" / "tp" / "tp.py"
    source.write_text(f"{GOOD}\n# %% [markdown]\n# BEGIN MARK SCHEME\n# END MARK SCHEME\n", encoding="utf-8")

    with pytest.raises(CourseError, match="nbgrader n’a pas pu dériver le devoir tp"):
        course.release(folder)

    assert not (folder / "exercises").exists()


def no_config(folder):
    (folder / "nbgrader_config.py").unlink()


def broken_config(folder):
    (folder / "nbgrader_config.py").write_text("c = 1/0", encoding="utf-8")


MISTAKEN_FOLDERS = [
    ("pas un cours", no_config, None, CourseError, "n’est pas un dossier de cours"),
    ("configuration fautive", broken_config, None, CourseError, "ZeroDivisionError"),
    ("aucun devoir", lambda f: shutil.rmtree(f / "solutions"), None, CourseError, "Aucun devoir"),
    ("nom inconnu", lambda f: None, ["tq"], UnknownNameError, "Vouliez-vous dire tp"),
]


@pytest.mark.parametrize(
    ("spoil", "names", "error", "sentence"),
    [m[1:] for m in MISTAKEN_FOLDERS],
    ids=[m[0] for m in MISTAKEN_FOLDERS],
)
def test_a_mistaken_call(folder, spoil, names, error, sentence):
    spoil(folder)
    with pytest.raises(error, match=sentence):
        course.release(folder, names)


# La correction rendue à l’élève.

SOURCES = [
    ("sans région", "a = 1\nb = 2", "a = 1\nb = 2"),
    ("à la fin", "a = 1\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS", f"a = 1\n{HIDDEN_NOTICE}"),
    (
        "en retrait, au milieu",
        "if a:\n    # BEGIN HIDDEN TESTS\n    b\n    # END HIDDEN TESTS\nc",
        f"if a:\n    {HIDDEN_NOTICE}\nc",
    ),
]


@pytest.mark.parametrize(("source", "shown"), [s[1:] for s in SOURCES], ids=[s[0] for s in SOURCES])
def test_hidden_tests_are_cut_out(source, shown):
    assert without_hidden_tests(source) == shown


SENTENCES = [
    ("vérification", "FailedCheckError", "Il manque le + 1.", "Il manque le + 1."),
    ("assert avec message", "AssertionError", "Il manque le + 1.", "Il manque le + 1."),
    ("assert sans message", "AssertionError", "", "Un test caché a échoué."),
    (
        "nom absent",
        "NameError",
        "name 'f' is not defined",
        "Le nom f n’existe pas. La cellule qui le définit s’est-elle exécutée sans erreur ?",
    ),
    ("autre erreur", "ValueError", "bad value", "ValueError : bad value"),
    ("autre erreur muette", "KeyboardInterrupt", "", "KeyboardInterrupt"),
]


@pytest.mark.parametrize(
    ("name", "message", "shown"), [s[1:] for s in SENTENCES], ids=[s[0] for s in SENTENCES]
)
def test_an_error_becomes_a_sentence(name, message, shown):
    assert sentence(name, message) == shown


def test_only_cells_with_hidden_tests_lose_their_traceback():
    nbformat = pytest.importorskip("nbformat")
    error = {
        "output_type": "error",
        "ename": "AssertionError",
        "evalue": "",
        "traceback": ["---> assert secret"],
    }
    sources = [cell.source for cell in parse(GOOD, "devoir").of_kind(TESTS)] + ["assert f()"]
    cells = [nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(error)]) for source in sources]

    notebook, _ = hide_tests(nbformat.v4.new_notebook(cells=cells), {})

    shown = [cell.outputs[0].traceback for cell in notebook.cells]
    assert shown == [["Un test caché a échoué."], ["---> assert secret"]]
