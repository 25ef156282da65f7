"""La roue se construit, s’installe dans un environnement vide, et compter n’y demande rien d’autre."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    """Un environnement neuf où seule la roue est installée, sans aucune dépendance."""
    folder = tmp_path_factory.mktemp("roue")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    binaries = folder / "venv" / "bin"
    subprocess.run([binaries / "pip", "install", "--no-index", wheel], check=True, capture_output=True)
    return binaries


def run(binaries, *argv):
    return subprocess.run([binaries / "coursekit", *argv], capture_output=True, text=True, cwd=binaries)


def test_describe_works_in_an_empty_environment(empty_environment):
    done = run(empty_environment, "describe", "alexnet")
    assert done.returncode == 0, done.stderr
    assert "62 378 344" in done.stdout


def test_doctor_says_what_to_install(empty_environment):
    done = run(empty_environment, "doctor")
    assert done.returncode == 0, done.stderr
    assert "pip install 'coursekit[torch]'" in done.stdout


def test_building_a_network_says_what_to_install(empty_environment):
    code = "from coursekit import models; models.build('lenet5')"
    done = subprocess.run([empty_environment / "python", "-c", code], capture_output=True, text=True)
    assert "pip install 'coursekit[torch]'" in done.stderr
