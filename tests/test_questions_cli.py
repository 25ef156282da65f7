"""`coursekit questions …` comme on l’emploie."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from coursekit.cli import main
from coursekit.questions import BANK

HEAVY = ("torch", "torchvision", "matplotlib", "ipywidgets", "nbgrader", "numpy", "skimage")


@pytest.fixture
def run(capsys):
    def call(*argv):
        try:
            code = main(("questions", *argv))
        except SystemExit as stop:  # argparse
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_list_names_every_family(run):
    code, out, _ = run("list")
    assert code == 0
    assert all(family.id in out for family in BANK)


def test_list_json_has_the_promised_keys(run):
    found = json.loads(run("list", "--json")[1])
    assert [entry["id"] for entry in found] == [family.id for family in BANK]
    for entry in found:
        assert {"id", "topic", "level", "kind", "forms", "misconceptions", "time_s", "points"} <= set(entry)
        assert entry["forms"]
        assert entry["misconceptions"]


def test_list_filters(run):
    found = json.loads(run("list", "--json", "--topic", "tailles", "--level", "2")[1])
    assert found
    assert {(entry["topic"], entry["level"]) for entry in found} == {("tailles", 2)}


def test_show_says_everything(run):
    code, out, _ = run("show", "conv.out_size", "--seed", "3", "--choice")
    assert code == 0
    for part in ("  A. ", "Réponse\u00a0: ", "Erreurs connues", "output-size.no-plus-one", "Solution"):
        assert part in out
    assert run("show", "conv.out_size", "--seed", "3", "--choice")[1] == out


@pytest.mark.parametrize("name", [family.id for family in BANK])
def test_show_shows_any_family(run, name):
    code, out, _ = run("show", name)
    assert code == 0
    assert "\\" not in out.replace("\\quad", "")


def test_the_simplest_use(run, tmp_path):
    path = tmp_path / "banque.xml"
    argv = (
        "--family",
        "conv.out_size",
        "--count",
        "200",
        "--seed",
        "1",
        "--format",
        "moodle",
        "--output",
        str(path),
    )
    code, out, err = run("generate", *argv)
    assert (code, err) == (0, "")
    assert "200 questions" in out
    questions = [q for q in ET.parse(path).getroot() if q.get("type") == "numerical"]
    assert len({q.findtext("idnumber") for q in questions}) == 200
    first = path.read_bytes()
    assert run("generate", *argv)[0] == 2
    assert run("generate", *argv, "--force")[0] == 0
    assert path.read_bytes() == first


REFUSED = [
    (("show", "conv.outsize"), "conv.out_size"),
    (("generate", "--family", "conv.out_size", "--format", "moodel"), "moodle"),
    (("generate", "--family", "conv.out_size", "--format", "moodle", "--count", "0"), "au moins une"),
    (
        ("generate", "--family", "vgg.stack_params", "--format", "moodle", "--count", "999"),
        "que 36 questions",
    ),
    (("generate", "--topic", "taille", "--format", "moodle"), "tailles"),
    (("generate", "--topic", "pooling", "--level", "9", "--format", "moodle"), "Aucune famille"),
    (("list", "--topic", "tailes"), "tailles"),
    (("generate", "--family", "conv.out_size"), "--format"),
    ((), "ACTION"),
]


@pytest.mark.parametrize(("argv", "told"), REFUSED)
def test_a_refusal_says_what_to_do_and_writes_nothing(run, tmp_path, argv, told):
    output = ("--output", str(tmp_path / "b.xml")) if "generate" in argv else ()
    code, out, err = run(*argv, *output)
    assert (code, out) == (2, "")
    assert told in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "argv",
    [
        ["list"],
        ["show", "conv.out_size"],
        ["generate", "--count", "1", "--format", "moodle", "--output", "/dev/null/x"],
    ],
)
def test_nothing_heavy_is_loaded(argv):
    script = (
        f"import sys\nfrom coursekit.cli import main\nmain(['questions', *{argv!r}])\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in done.stdout.split()} & set(HEAVY)
