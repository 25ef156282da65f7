"""D’une recette et d’une classe aux notes : les commandes, l’une après l’autre, et ce qu’elles refusent."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from zipfile import ZipFile

import pytest
from question_class import Class, own_csv

from coursekit.cli import main
from coursekit.questions import Key, QuestionSet, Wanted, find, generate, read_manifest
from coursekit.questions.exports import Meta, load
from coursekit.questions.produce import manifest_path, produce

RECIPE = """
title = "Examen"
seed = 7
[[section]]
title = "Tailles"
families = ["conv.out_size", "conv.out_tensor"]
count = 4
points = 3
[[section]]
topics = ["residuel"]
count = 3
common = true
"""
ROSTER = "Nom;Prénom;Numéro\nMartin;Alice;48213\n\nDurand;Zoé;48214\n".encode("latin-1")


@pytest.fixture
def run(capsys):
    def call(*argv):
        try:
            code = main(("questions", *map(str, argv)))
        except SystemExit as stop:
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def exam(tmp_path, run):
    (tmp_path / "examen.toml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "eleves.csv").write_bytes(ROSTER)
    argv = ("--recipe", tmp_path / "examen.toml", "--class", tmp_path / "eleves.csv", "--format", "moodle")
    code, out, err = run("generate", *argv, "--output", tmp_path / "e.zip")
    assert code == 0
    return tmp_path, out, err


def copies_of(folder):
    return read_manifest((folder / "e.manifeste.json").read_text(encoding="utf-8"))[1]


def test_a_class_gets_one_file_each_and_a_manifest(exam):
    folder, out, err = exam
    assert "2 exemplaires, 14 questions" in out
    assert "ligne 3 vide, ignorée" in err
    assert "Latin-1" in err
    with ZipFile(folder / "e.zip") as archive:
        assert archive.namelist() == ["martin-alice-48213.xml", "durand-zoe-48214.xml"]
        for name, copy in zip(archive.namelist(), copies_of(folder), strict=True):
            questions = [q for q in ET.fromstring(archive.read(name)) if q.get("type") != "category"]
            assert [q.findtext("idnumber") for q in questions] == [v.hash for v in copy.variants]
            assert [int(q.findtext("defaultgrade")) for q in questions] == list(copy.points)


def test_a_copy_is_shown_again(exam, run):
    folder, *_ = exam
    code, out, _ = run(
        "show", "--manifest", folder / "e.manifeste.json", "--student", "zoé", "--question", "2"
    )
    variant = copies_of(folder)[1].variants[1]
    assert code == 0
    assert "Durand Zoé (48214)" in out
    assert "Tailles — Question 2 (3 pt)" in out
    assert variant.family.title in out
    assert "Question 1 " not in out


SHOWN = [
    (("--student", "personne"), "Martin Alice"),
    ((), "--student NOM"),
    (("--student", "zoé", "--question", "99"), "7 questions"),
]


@pytest.mark.parametrize(("more", "told"), SHOWN)
def test_a_copy_that_is_not_there(exam, run, more, told):
    code, out, err = run("show", "--manifest", exam[0] / "e.manifeste.json", *more)
    assert (code, out) == (2, "")
    assert told in err


def test_answers_are_marked_and_analysed(exam, run):
    folder, *_ = exam
    made = Class(copies_of(folder), {"output-size.no-plus-one": 1.0}, {}, seed=2, omit=0)
    (folder / "r.csv").write_text(own_csv(made), encoding="utf-8")
    both = ("--manifest", folder / "e.manifeste.json", "--answers", folder / "r.csv")
    code, out, _ = run("mark", *both, "--output", folder / "notes.csv")
    assert (code, "Durand Zoé (48214)" in out) == (0, True)
    rows = list(csv.reader((folder / "notes.csv").open(encoding="utf-8-sig"), delimiter=";"))
    assert len(rows) == 1 + 2 * 7
    code, out, _ = run("analyse", *both, "--json", "--html", folder / "r.html")
    found = json.loads(out)
    assert (code, found["students"]) == (0, 2)
    assert any(m["id"] == "output-size.no-plus-one" and m["share"] == 1 for m in found["misconceptions"])
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run("analyse", *both, "--html", folder / "r.html")[0] == 2  # la page existe
    assert run("analyse", *both, "--html", folder / "r.html", "--force")[0] == 0


def test_the_same_class_gives_the_same_files(exam, run):
    folder, *_ = exam
    first = (folder / "e.zip").read_bytes(), (folder / "e.manifeste.json").read_bytes()
    argv = ("--recipe", folder / "examen.toml", "--class", folder / "eleves.csv", "--format", "moodle")
    assert run("generate", *argv, "--output", folder / "e.zip")[0] == 2
    assert run("generate", *argv, "--output", folder / "e.zip", "--force")[0] == 0
    assert ((folder / "e.zip").read_bytes(), (folder / "e.manifeste.json").read_bytes()) == first


OPTIONS = {
    "réparties": (("--topic", "pooling", "--total", "5", "--points", "2"), 5),
    "par famille": (("--family", "conv.out_size", "--family", "conv.params", "--count", "3"), 6),
    "sauf": (("--topic", "tailles", "--exclude", "conv.out_size", "--total", "4", "--typed"), 4),
    "dans un temps": (("--topic", "tailles", "--total", "4", "--time", "8"), 4),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_make_a_set(run, tmp_path, case):
    argv, count = OPTIONS[case]
    code, out, _ = run("generate", *argv, "--format", "moodle", "--output", tmp_path / "b.xml")
    assert (code, f"{count} questions" in out) == (0, True)
    (copy,) = read_manifest((tmp_path / "b.manifeste.json").read_text(encoding="utf-8"))[1]
    assert len({variant.hash for variant in copy.variants}) == count
    assert "--points" not in argv or set(copy.points) == {2}
    assert "conv.out_size" not in argv[3:4] or all(v.family.id != "conv.out_size" for v in copy.variants)


REFUSED = [
    (("--recipe", "examen.toml", "--topic", "pooling"), "--topic et --recipe"),
    (("--total", "3", "--points", "0"), "au moins un point"),
    (("--count", "3", "--time", "5"), "--total"),
    (("--total", "9", "--time", "1"), "de trop"),
    (("--family", "conv.outsize"), "conv.out_size"),
    (("--total", "2", "--class", "double.csv"), "lignes 1 et 2"),
    (("--recipe", "absente.toml"), "ne peut pas être lu"),
]


@pytest.mark.parametrize(("argv", "told"), REFUSED)
def test_a_refusal_writes_nothing(run, tmp_path, monkeypatch, argv, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "double.csv").write_text("Alice\nalice\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    code, out, err = run("generate", *argv, "--format", "moodle", "--output", "b.xml")
    assert (code, out) == (2, "")
    assert told in err
    assert sorted(tmp_path.iterdir()) == before


def test_neither_file_is_touched_when_one_exists(run, tmp_path):
    manifest_path(tmp_path / "b.xml").write_text("précieux", encoding="utf-8")
    code, _, err = run("generate", "--total", "2", "--format", "moodle", "--output", tmp_path / "b.xml")
    assert (code, "--force" in err) == (2, True)
    assert [p.name for p in tmp_path.iterdir()] == ["b.manifeste.json"]
    assert manifest_path(tmp_path / "b.xml").read_text(encoding="utf-8") == "précieux"


def test_points_of_a_copy_reach_the_export(tmp_path):
    made = QuestionSet("c", "s", 1, (Wanted(find("conv.out_size"), 2, points=5),), ())
    produce(made, load("moodle"), tmp_path / "b.xml", Meta())
    grades = [
        q.findtext("defaultgrade")
        for q in ET.parse(tmp_path / "b.xml").getroot()
        if q.get("type") != "category"
    ]
    assert grades == ["5", "5"]
    assert next(generate(find("conv.out_size"), 1, Key())).family.points == 1


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_killed_generation_leaves_no_half_file(tmp_path, kill):
    """Une classe assez grande pour être tuée en plein travail ; le fichier d’avant est intact."""
    roster = tmp_path / "eleves.csv"
    roster.write_text("\n".join(f"élève {i}" for i in range(5000)), encoding="utf-8")
    output = tmp_path / "e.zip"
    output.write_bytes(b"avant")
    argv = ["questions", "generate", "--family", "conv.out_size", "--count", "20", "--class", str(roster)]
    argv += ["--format", "moodle", "--output", str(output), "--force"]
    script = f"import sys\nfrom coursekit.cli import main\nsys.exit(main({argv!r}))"
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size > 10_000 for path in tmp_path.glob(".questions-*")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, kill)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert output.read_bytes() == b"avant"
    assert not manifest_path(output).exists()
    left = {path.name for path in tmp_path.iterdir()} - {"eleves.csv", "e.zip"}
    assert kill == signal.SIGKILL or not left
    assert all(name.startswith(".questions-") for name in left)


HEAVY = {"torch", "torchvision", "matplotlib", "ipywidgets", "nbgrader", "numpy", "skimage", "yaml"}


def test_nothing_heavy_is_loaded(exam):
    folder, *_ = exam
    made = Class(copies_of(folder), {}, {}, omit=0)
    (folder / "r.csv").write_text(own_csv(made), encoding="utf-8")
    both = ["--manifest", str(folder / "e.manifeste.json"), "--answers", str(folder / "r.csv")]
    commands = (
        ["check", "--family", "conv.out_size", "--draws", "2"],
        ["check", str(folder / "examen.toml"), "--class", str(folder / "eleves.csv")],
        ["mark", *both],
        ["analyse", *both, "--html", str(folder / "page.html")],
    )
    script = (
        "import sys\nfrom coursekit.cli import main\n"
        f"for argv in {commands!r}:\n    assert main(['questions', *argv]) == 0\nprint('MODULES', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.partition("MODULES")[2].split()
    assert not {name.split(".")[0] for name in loaded} & HEAVY
