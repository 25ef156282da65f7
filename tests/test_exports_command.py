"""`coursekit questions generate --format …` : chaque format, comme on l’emploie."""

import subprocess
import sys

import pytest

from coursekit.cli import main
from coursekit.cli.questions_generate import FORMATS as NAMED
from coursekit.questions.exports import FORMATS, load

HEAVY = ("torch", "numpy", "nbformat", "nbgrader", "matplotlib", "ipywidgets")
WRITTEN = {"qti21": b"PK", "canvas": b"PK", "jupyterquiz": b"[\n{", "notebook": b'{\n "cells"'}
"""Les premiers octets de chaque format."""
TOLD = {
    "qti21": ["les indices ne passent pas en QTI 2.1 (20 sur 20)"],
    "canvas": [
        "Canvas ne garde ni le thème ni le niveau d’une question (20 sur 20)",
        "Canvas n’a pas d’indices (20 sur 20)",
        "Canvas n’explique pas une valeur fausse à part\u00a0: "
        "toutes les erreurs connues se lisent ensemble (20 sur 20)",
    ],
    "jupyterquiz": [
        "le fichier contient les réponses en clair\u00a0: il sert à s’exercer, pas à noter (20 sur 20)",
        "jupyterquiz garde ses propres phrases en anglais («\u202fType numeric answer here\u202f») (20 sur 20)",
    ],
    "notebook": [],
}  # fmt: skip
"""Ce que la commande dit perdre de vingt questions sur la taille d’une convolution."""


def test_the_help_names_every_format(capsys):
    assert sorted(NAMED) == sorted(FORMATS)
    with pytest.raises(SystemExit):
        main(("questions", "generate", "--help"))
    said = "".join(capsys.readouterr().out.split())
    assert all(name in said for name in FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_its_own_name(name):
    assert load(name).name == name


@pytest.mark.parametrize("name", WRITTEN)
def test_generate_writes_it_and_says_what_it_loses(name, tmp_path, capsys):
    path = tmp_path / f"banque{load(name).suffix}"
    argv = ("questions", "generate", "--family", "conv.out_size", "--count", "20", "--seed", "1")
    assert main((*argv, "--format", name, "--output", str(path))) == 0
    captured = capsys.readouterr()
    assert "20 questions" in captured.out
    assert [
        line.removeprefix("À savoir\u00a0: ").removesuffix(".") for line in captured.err.splitlines()
    ] == TOLD[name]
    assert path.read_bytes().startswith(WRITTEN[name])


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_heavy_is_loaded(name, tmp_path):
    argv = ["questions", "generate", "--total", "12", "--format", name, "--output", str(tmp_path / "x")]
    script = f"import sys\nfrom coursekit.cli import main\nmain({argv!r})\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {module.split(".")[0] for module in done.stdout.split()} & set(HEAVY)
