"""Réglages de nbgrader pour ce cours : où sont les devoirs, ce que lit l’élève, et en combien de temps on exécute."""

from pathlib import Path

from coursekit.course.feedback import TEMPLATES

root = Path(__file__).parent
c = get_config()  # noqa: F821 : nbgrader la fournit

c.CourseDirectory.course_id = "reseaux-convolutifs"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# nbgrader distribue les fichiers qui accompagnent un devoir : surtout pas le texte qui contient les solutions.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "feedback",
    *sorted(path.name for path in root.glob("solutions/*/*.py") if path.stem == path.parent.name),
]
c.NbGrader.logfile = ""

# Un emplacement vide ne lève pas d’erreur : le vérificateur dit en français qu’il n’y a pas de réponse.
c.ClearSolutions.code_stub = {"python": "# VOTRE CODE ICI\npass"}
c.ClearSolutions.text_stub = "VOTRE RÉPONSE ICI"

# La notation du cours, en parallèle et dans un bac à sable, derrière `nbgrader autograde` et formgrader.
c.Autograde.exporter_class = "coursekit.grading.hook.Grading"
c.Execute.timeout = 60
c.Execute.error_on_timeout = {
    "ename": "DureeDepassee",
    "evalue": "Cette cellule n’a pas fini à temps : il y a sans doute une boucle qui ne s’arrête pas.",
    "traceback": ["Cette cellule n’a pas fini à temps : il y a sans doute une boucle qui ne s’arrête pas."],
}
# Les noms que Moodle donne aux fichiers remis : « Nom Prénom_48213_assignsubmission_file_tp-tailles.ipynb ».
c.FileNameCollectorPlugin.named_regexp = r".*_(?P<student_id>\d+)_assignsubmission_file_(?P<file_id>.*)"

c.OverwriteCells.add_missing_cells = True
c.OverwriteCells.missing_cell_notification = (
    "La cellule {cell_id} manquait dans la copie ; elle a été remise.\n\n"
)

c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "coursekit.course.feedback.hide_tests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.GenerateFeedback.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
c.GenerateFeedback.HTMLExporter.language_code = "fr"
