"""Les notebooks que le livre donne : présents, propres, exécutables, et les liens qui les ouvrent sur un serveur."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import nbformat
import pytest
import yaml
from book_visits import page_names
from bs4 import BeautifulSoup
from chapter_notebooks import check_settings
from mini_book import MiniBook
from nbclient import NotebookClient
from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
ASSIGNED = {
    "bases/tailles": "tp-tailles",
    "bases/pooling": "tp-pooling",
    "architectures/resnet": "tp-resnet",
}
MYST = re.compile(r"\{(?:glue|term|cite|numref|ref|doc)\b|^:::|^```\{", re.MULTILINE)


def menu_of(page: Path, label: str) -> dict[str, str]:
    """Les liens d’un menu d’en-tête : leur texte et leur adresse."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    button = soup.select_one(f'.article-header-buttons button[aria-label="{label}"]')
    links = button.parent.select("a") if button else []
    return {link.get_text().strip(): link["href"] for link in links}


@pytest.fixture(scope="module")
def chapters(built_book: Path) -> dict[str, dict[str, Path]]:
    """Les fichiers que chaque page fait télécharger."""
    offered = {
        name.removesuffix(".html"): menu_of(built_book / name, "Télécharger")
        for name in page_names(built_book)
    }
    return {
        page: {text: (built_book / page).parent.joinpath(href).resolve() for text, href in links.items()}
        for page, links in offered.items()
        if links
    }


@pytest.fixture(scope="module")
def notebooks(chapters: dict[str, dict[str, Path]]) -> dict[str, nbformat.NotebookNode]:
    return {
        page: nbformat.read(files["Ce chapitre (.ipynb)"], as_version=4) for page, files in chapters.items()
    }


def test_every_page_with_visible_code_gives_its_notebook(
    built_book: Path, chapters: dict[str, dict[str, Path]]
) -> None:
    pages = {
        name.removesuffix(".html"): (built_book / name).read_text(encoding="utf-8")
        for name in page_names(built_book)
    }
    assert set(chapters) == {page for page, text in pages.items() if 'class="cell_input' in text}
    assert all(file.is_file() for files in chapters.values() for file in files.values())


def test_a_chapter_gives_the_assignment_that_it_announces(chapters: dict[str, dict[str, Path]]) -> None:
    found = {
        page: file
        for page, files in chapters.items()
        for text, file in files.items()
        if text.startswith("Le devoir")
    }
    assert {page: file.stem for page, file in found.items()} == ASSIGNED
    for file in found.values():
        assert file.read_bytes() == (ROOT / "exercises" / file.stem / file.name).read_bytes()


def test_no_server_is_configured_so_none_is_offered(built_book: Path) -> None:
    assert {
        name
        for name in page_names(built_book)
        if menu_of(built_book / name, "Ouvrir dans un serveur Jupyter")
    } == set()


def test_notebooks_are_valid_and_without_outputs(notebooks: dict[str, nbformat.NotebookNode]) -> None:
    for page, notebook in notebooks.items():
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert code, page
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code), page


def test_the_text_is_markdown_that_jupyter_reads(notebooks: dict[str, nbformat.NotebookNode]) -> None:
    """Ni rôle ni directive MyST, ni HTML, ni lien vers une page du livre."""
    for page, notebook in notebooks.items():
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        prose = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", "", text, flags=re.DOTALL)
        assert MYST.search(text) is None, page
        assert re.findall(r"</?\w+[ >]|⟦|\]\((?!https?:)", prose) == [], page


def test_the_code_of_a_notebook_stands_alone(
    notebooks: dict[str, nbformat.NotebookNode], tmp_path: Path
) -> None:
    """Aucun nom indéfini, et rien de ce qui ne sert qu’au livre."""
    for page, notebook in notebooks.items():
        assert not any(re.search(r"\b(?:say|glue)\(", cell.source) for cell in notebook.cells), page
        path = tmp_path / f"{page.replace('/', '-')}.ipynb"
        nbformat.write(notebook, path)
    ruff = Path(sys.executable).parent / "ruff"
    command = [ruff, "check", "--isolated", "--select", "F821", "--config", 'builtins=["display"]', tmp_path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", ["explorateurs", "bases/pooling"])
def test_a_notebook_runs(notebooks: dict[str, nbformat.NotebookNode], page: str) -> None:
    """Les deux plus courts, avec tout ce que les autres emploient : objets interactifs, figures, quiz, PyTorch."""
    done = NotebookClient(notebooks[page], timeout=300, kernel_name="python3").execute()
    shown = {
        kind
        for cell in done.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for kind in output.get("data", {})
    }
    assert "application/vnd.jupyter.widget-view+json" in shown


@pytest.mark.parametrize("text", ["Ce chapitre (.ipynb)", "Le devoir tp-tailles (.ipynb)"])
def test_a_notebook_is_saved_from_the_disk_by_keyboard(browser: Browser, built_book: Path, text: str) -> None:
    page = browser.new_page(accept_downloads=True)
    page.goto((built_book / "bases" / "tailles.html").as_uri())
    page.locator('button[aria-label="Télécharger"]').focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=text).focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    kept = saved.value
    assert json.loads(Path(kept.path()).read_text(encoding="utf-8"))["nbformat"] == 4
    assert kept.suggested_filename.endswith("tailles.ipynb")
    page.close()


SERVED = {
    "repository_url": "https://github.com/ecole/cnn",
    "repository_branch": "main",
    "path_to_docs": "notebooks",
    "launch_buttons": {
        "notebook_interface": "jupyterlab",
        "jupyterhub_url": "https://hub.ecole.example",
        "colab_url": "https://colab.research.google.com",
    },
}
HUB = "https://hub.ecole.example/hub/user-redirect/git-pull?repo=https%3A//github.com/ecole/cnn&urlpath=lab/tree/cnn/{}&branch=main"
COLAB = "https://colab.research.google.com/github/ecole/cnn/blob/main/{}"
REQUIREMENT = "coursekit[notebook] @ git+https://github.com/ecole/coursekit"


@pytest.fixture(scope="module")
def served_book(tmp_path_factory: pytest.TempPathFactory) -> MiniBook:
    """Un petit livre dont les notebooks s’ouvrent sur deux serveurs."""
    mini = MiniBook.create(tmp_path_factory.mktemp("servi"))
    config = yaml.safe_load((mini.root / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["html_theme_options"] |= SERVED
    config["sphinx"]["config"]["notebook_requirement"] = REQUIREMENT
    (mini.root / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    folder = mini.root / "exercises" / "tp-un"
    folder.mkdir(parents=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="q1")]), folder / "tp-un.ipynb"
    )
    (folder / "mesures.csv").write_text("1,2\n", encoding="utf-8")
    mini.edit("book/filtres.md", "Du texte.", "{download}`Le devoir <../exercises/tp-un/tp-un.ipynb>`")
    done = mini.build()
    assert done.code == 0, done.text
    return mini


def test_the_links_of_a_hub_and_of_colab_are_exact(served_book: MiniBook) -> None:
    pages = served_book.root / "_build" / "html"
    chapter, assignment = "notebooks/filtres.ipynb", "notebooks/devoirs/tp-un/tp-un.ipynb"
    assert menu_of(pages / "filtres.html", "Ouvrir dans un serveur Jupyter") == {
        "Ce chapitre dans JupyterHub": HUB.format(chapter),
        "Ce chapitre dans Colab": COLAB.format(chapter),
        "Le devoir tp-un dans JupyterHub": HUB.format(assignment),
        "Le devoir tp-un dans Colab": COLAB.format(assignment),
    }
    assert (pages / chapter).is_file()
    assert (pages / assignment).is_file()
    assert menu_of(pages / "prose.html", "Ouvrir dans un serveur Jupyter") == {}


def test_on_a_server_the_first_cell_installs_the_course(served_book: MiniBook) -> None:
    folder = served_book.root / "_build" / "html" / "notebooks"
    for name in ("filtres.ipynb", "devoirs/tp-un/tp-un.ipynb"):
        notebook = nbformat.read(folder / name, as_version=4)
        nbformat.validate(notebook)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert first.source == f'%pip install --quiet "{REQUIREMENT}"'
    assert notebook.cells[-1].id == "q1"


def test_what_goes_with_an_assignment_follows_it(served_book: MiniBook) -> None:
    assert (served_book.root / "_build/html/notebooks/devoirs/tp-un/mesures.csv").read_text() == "1,2\n"


def test_a_server_without_a_repository_is_refused() -> None:
    options = {"launch_buttons": SERVED["launch_buttons"]}
    with pytest.raises(ConfigError, match=r"jupyterhub_url, colab_url.*repository_url"):
        check_settings(None, SimpleNamespace(html_theme_options=options))
    check_settings(
        None, SimpleNamespace(html_theme_options=options | {"repository_url": "https://github.com/a/b"})
    )
    check_settings(None, SimpleNamespace(html_theme_options={}))
