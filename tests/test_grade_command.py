"""`coursekit grade`, comme on la tape : de vraies copies, de vrais murs, de vraies interruptions."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from attacks import RIGHT, WRONG
from graded_course import Course, template
from simulated_class import CourseCopy, fill
from stock_nbgrader import ASSIGNMENT
from tp_tailles_answers import TAILLES

pytest.importorskip("nbgrader", reason="nbgrader manque : pip install -e .[course]")
psutil = pytest.importorskip("psutil")

needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="bubblewrap manque : apt-get install bubblewrap"
)
SLOW = RIGHT.before("moyenne", "import time\ntime.sleep(1)")
DEAD = RIGHT.before("normalise", "import os\nos._exit(3)")
ENDLESS = RIGHT.before("normalise", "while True:\n    pass")


@dataclass(frozen=True)
class Done:
    """Ce qu’a rendu la commande."""

    code: int
    out: str
    err: str
    read: dict

    @property
    def scores(self):
        return {one["student"]: one["score"] for one in self.read["submissions"]}

    @property
    def verdicts(self):
        return {one["student"]: one["verdict"] for one in self.read["submissions"]}

    @property
    def now(self):
        return {one["student"] for one in self.read["submissions"] if one["graded_now"]}


def command(root, *arguments, name=ASSIGNMENT):
    return [sys.executable, "-m", "coursekit", "grade", name, "--course", str(root), *arguments]


def grade(root, *arguments, name=ASSIGNMENT, **more):
    report = root.parent / f"{root.name}.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        command(root, "--report", str(report), *arguments, name=name),
        **{"capture_output": True, "text": True, "timeout": 300, "check": False, **more},
    )
    assert "Traceback" not in done.stderr, done.stderr
    read = json.loads(report.read_text("utf-8")) if report.exists() else {}
    return Done(done.returncode, done.stdout, done.stderr, read)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """Le cours, sans copie."""
    folder = template(tmp_path_factory.mktemp("modele"))
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 3\n")
    return folder


@pytest.fixture
def course(blank, tmp_path):
    return Course.copy(blank, tmp_path / "un cours")


def hand_in(course, **copies):
    for student, submission in copies.items():
        course.submit(student, submission)


def hashes(folder, *leaving):
    """Tout ce qui est là, hors ce que la notation écrit."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in leaving
    }


OUTPUTS = ("autograded", "gradebook.db", ".coursekit")


def survivors(root):
    """Les processus que la notation aurait laissés : ceux qui nomment le cours, ou nos pépinières."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or ())
        marked = (process.info["environ"] or {}).get("COURSEKIT_TEST") == str(root)
        if str(root) in words or marked:
            found.append(words)
    return found


@needs_bubblewrap
def test_a_class_of_honest_and_hostile_copies(course):
    course.submit("Éloïse Nuñez", RIGHT)
    hand_in(course, juste=RIGHT, fausse=WRONG, arrêtée=DEAD, infinie=ENDLESS)
    (course.root / "submitted" / "vide" / ASSIGNMENT).mkdir(parents=True)
    before = hashes(course.root, *OUTPUTS)

    done = grade(course.root, env={**os.environ, "COURSEKIT_TEST": str(course.root)})

    assert done.code == 1
    assert done.scores == {"Éloïse Nuñez": 6, "juste": 6, "fausse": 0, "arrêtée": 2, "infinie": 2, "vide": 0}
    assert done.verdicts == {
        "Éloïse Nuñez": "ok",
        "juste": "ok",
        "fausse": "ok",
        "arrêtée": "crashed",
        "infinie": "timeout",
        "vide": "missing",
    }
    looked = {line.split(",")[0] for line in done.err.splitlines()}
    assert {"arrêtée\xa0: arrêtée", "infinie\xa0: trop longue", "vide\xa0: absente"} <= looked
    assert "notée 3" in done.out
    assert all(done.read["limits"].values()) or "ne tenait pas" in done.out
    assert hashes(course.root, *OUTPUTS) == before
    assert survivors(course.root) == []

    again = grade(course.root)
    assert again.code == 1
    assert again.now == set()
    assert (again.scores, again.verdicts) == (done.scores, done.verdicts)


@needs_bubblewrap
def test_only_what_changed_is_graded_again(course):
    hand_in(course, a=RIGHT, b=WRONG)
    assert grade(course.root).code == 0
    course.submit("b", RIGHT)
    done = grade(course.root)
    assert done.now == {"b"}
    assert done.scores == {"a": 6, "b": 6}
    assert grade(course.root, "--student", "a", "--regrade").now == {"a"}
    assert grade(course.root, "--student", "a").scores == {"a": 6}


@needs_bubblewrap
def test_what_was_observed_can_be_lost(course):
    hand_in(course, a=DEAD)
    grade(course.root)
    (course.root / ".coursekit" / "grading" / f"{ASSIGNMENT}.report.jsonl").unlink()
    done = grade(course.root)
    assert done.now == {"a"}
    assert done.verdicts == {"a": "crashed"}


def test_without_isolation_the_report_says_so(course):
    hand_in(course, a=RIGHT)
    done = grade(course.root, "--sans-isolation")
    assert (done.code, done.scores) == (0, {"a": 6})
    assert done.read["isolation"] is False
    assert "SANS ISOLATION" in done.out


def test_without_bubblewrap_it_refuses_and_says_how_to_install_it(course, tmp_path):
    hand_in(course, a=RIGHT)
    empty = tmp_path / "vide"
    empty.mkdir()
    done = grade(course.root, env={**os.environ, "PATH": str(empty)})
    assert done.code == 2
    assert "bubblewrap" in done.err
    assert "install" in done.err
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("devoirs", (), "Vouliez-vous dire devoir"),
        (ASSIGNMENT, ("--student", "alise"), "alice"),
        (ASSIGNMENT, ("--workers", "0"), "au moins un poste"),
        (ASSIGNMENT, ("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"), "s’excluent"),
        (ASSIGNMENT, ("--report", "notes.pdf"), ".json, .csv, .html"),
        (ASSIGNMENT, ("--report", "/nulle/part/notes.json"), "n’existe pas"),
        (ASSIGNMENT, ("--scheduler", "tcp://127.0.0.1:1"), "Aucun ordonnanceur"),
    ],
)
def test_a_wrong_call_is_explained(course, name, arguments, said):
    hand_in(course, alice=RIGHT)
    done = grade(course.root, *arguments, name=name)
    assert done.code == 2
    assert said in done.err
    assert not (course.root / "autograded").exists()


def test_an_empty_class(course):
    done = grade(course.root)
    assert done.code == 2
    assert "Aucune copie" in done.err


def test_a_folder_that_is_no_course(tmp_path):
    (tmp_path / "ailleurs").mkdir()
    done = grade(tmp_path / "ailleurs")
    assert done.code == 2
    assert "cours" in done.err


def start(course, *arguments):
    """Lance la commande, et attend qu’une copie soit écrite : le dossier de la suivante n’apparaît qu’après."""
    process = subprocess.Popen(
        command(course.root, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COURSEKIT_TEST": str(course.root)},
    )
    until = time.monotonic() + 120
    while len(list((course.root / "autograded").glob(f"*/{ASSIGNMENT}"))) < 2:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


def soon_gone(root):
    until = time.monotonic() + 30
    while survivors(root) and time.monotonic() < until:
        time.sleep(0.2)
    return survivors(root)


@needs_bubblewrap
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_interrupted_it_says_how_to_go_on_then_goes_on(course, number):
    hand_in(course, **{f"e{rank}": SLOW for rank in range(6)})
    process = start(course, "--workers", "1")
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "relancez la même commande" in said
    assert soon_gone(course.root) == []

    done = grade(course.root)
    assert done.code == 0
    assert 0 < len(done.now) < 6
    assert set(done.scores.values()) == {6}


@needs_bubblewrap
def test_killed_it_leaves_no_process_and_goes_on(course):
    hand_in(course, **{f"e{rank}": SLOW for rank in range(4)})
    process = start(course, "--workers", "1")
    process.kill()
    process.communicate(timeout=60)
    assert soon_gone(course.root) == []
    done = grade(course.root)
    assert len(done.now) < 4
    assert set(done.scores.values()) == {6}


@needs_bubblewrap
def test_a_worker_killed_in_mid_run_loses_nothing(course):
    hand_in(course, **{f"e{rank}": SLOW for rank in range(4)})
    process = start(course, "--workers", "2")
    posts = [
        child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())
    ]
    posts[0].kill()
    assert process.wait(timeout=120) == 0
    assert grade(course.root).scores == {f"e{rank}": 6 for rank in range(4)}


@needs_bubblewrap
def test_a_cluster_grades_and_one_of_its_workers_dies(course):
    distributed = pytest.importorskip("distributed", reason="distributed manque : pip install -e .[grading]")
    hand_in(course, **{f"e{rank}": SLOW for rank in range(6)}, arrêtée=DEAD)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        process = start(course, "--scheduler", cluster.scheduler_address)
        os.kill(cluster.workers[0].process.pid, signal.SIGKILL)
        assert process.wait(timeout=200) == 1, process.stderr.read()
        done = grade(course.root, "--scheduler", cluster.scheduler_address)
    assert done.now == set()
    assert done.scores == {**{f"e{rank}": 6 for rank in range(6)}, "arrêtée": 2}


@needs_bubblewrap
def test_the_first_assignment_of_the_course(tmp_path):
    """Le vrai cours, sa configuration, et les copies simulées du TP : les points que chacun doit avoir."""
    pytest.importorskip("torch", reason="torch manque : pip install -e .[torch]")
    course = CourseCopy.create(tmp_path)
    from coursekit.course import release

    release(course.root, [TAILLES.name])
    assert course.nbgrader("generate_assignment", TAILLES.name, "--force").returncode == 0
    for student in TAILLES.students:
        notebook = course.notebook("exercises", TAILLES.name)
        for question, parts in student.answers.items():
            fill(notebook, question, *(part.strip("\n") for part in parts))
        course.submit(student.name, TAILLES.name, notebook)

    done = grade(course.root, name=TAILLES.name)

    # Celui-là boucle sans fin dans une réponse : il y perd cette question, et les autres comptent.
    assert {one: verdict for one, verdict in done.verdicts.items() if verdict != "ok"} == {
        "fragile": "timeout"
    }
    found = {
        one["student"]: {
            name: question["score"] for name, question in one["questions"].items() if name in TAILLES.tests
        }
        for one in done.read["submissions"]
    }
    assert found == {student.name: TAILLES.points(student) for student in TAILLES.students}
