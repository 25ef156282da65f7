"""Une classe simulée : un vrai dossier de cours, de vraies copies, et nbgrader tel qu’il est, en ligne de commande."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUB = "# VOTRE CODE ICI"
TEXT_STUB = "VOTRE RÉPONSE ICI"


@dataclass(frozen=True)
class Grade:
    """Ce que le carnet de notes dit d’une cellule notée ; `auto` est vide quand nbgrader n’a pas de note."""

    auto: float | None
    points: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class CourseCopy:
    """Une copie du cours dans un dossier temporaire."""

    root: Path

    @classmethod
    def create(cls, root):
        stock_config(root)
        sources = shutil.ignore_patterns("*.ipynb", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / "solutions", root / "solutions", ignore=sources)
        return cls(root)

    def nbgrader(self, *arguments):
        """Lance la commande nbgrader dans le cours ; elle-même appelle `alembic`, d’où le PATH."""
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def notebook(self, step, name, student="."):
        """Le notebook d’un devoir à une étape de nbgrader : solutions, exercises, submitted ou autograded."""
        return json.loads((self.root / step / student / name / f"{name}.ipynb").read_text("utf-8"))

    def submit(self, student, name, notebook):
        folder = self.root / "submitted" / student / name
        folder.mkdir(parents=True)
        text = json.dumps(notebook, ensure_ascii=False)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "reseaux-convolutifs")

    def grade_by_hand(self, student, name, cell_id, points, comment):
        """Ce que fait l’enseignant dans formgrader : une note et un commentaire."""
        with self.gradebook() as gradebook:
            grade = gradebook.find_grade(cell_id, name, name, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.find_comment(cell_id, name, name, student).manual_comment = comment
            gradebook.db.commit()

    def grades(self, student, name):
        """Les notes d’une copie : identifiant de cellule → `Grade`."""
        with self.gradebook() as gradebook:
            grades = gradebook.find_submission(name, student).notebooks[0].grades
            return {g.name: Grade(g.auto_score, g.max_score, g.needs_manual_grade) for g in grades}

    def feedback(self, student, name):
        return (self.root / "feedback" / student / name / f"{name}.html").read_text("utf-8")


def stock_config(root):
    """Les réglages du cours, avec la notation d’origine de nbgrader."""
    course = (ROOT / "nbgrader_config.py").read_text("utf-8")
    stock = 'c.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"'
    (root / "nbgrader_config.py").write_text(f"{course}\n{stock}\n", encoding="utf-8")


def source_of(cell):
    return "".join(cell["source"])


def cell_of(notebook, cell_id):
    return next(cell for cell in notebook["cells"] if cell["id"] == cell_id)


def fill(notebook, cell_id, *answers):
    """Répond comme un élève : chaque réponse prend la place d’un emplacement vide, avec son retrait."""
    cell = cell_of(notebook, cell_id)
    filled, waiting = [], list(answers)
    lines = iter(source_of(cell).splitlines())
    for line in lines:
        if STUB in line:
            indent = line[: len(line) - len(line.lstrip())]
            filled += [indent + part if part else part for part in waiting.pop(0).splitlines()]
            assert next(lines).strip() == "pass"
        elif TEXT_STUB in line:
            filled.append(waiting.pop(0))
        else:
            filled.append(line)
    assert not waiting, f"{cell_id} : il y a plus de réponses que d’emplacements"
    cell["source"] = "\n".join(filled)
