"""Ce que les tests partagent : le mode strict, le livre construit, un navigateur."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Ajoute `--strict-skips`, que `make test STRICT=1` donne."""
    parser.addoption("--strict-skips", action="store_true", help="un test sauté compte comme un échec")


def pytest_configure() -> None:
    """Sous xdist, partage les cœurs entre les processus : deux fois deux fils sur deux cœurs se gênent.

    PyTorch lit cette variable en se chargeant, donc plus tard.
    """
    if processes := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
        threads = max(1, (os.cpu_count() or 1) // int(processes))
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))


TOGETHER = (
    "test_assignments",
    "test_book_cache",
    "test_book_pages",
    "test_chapter_notebooks",
    "test_exports_amc",
    "test_exports_html",
    "test_exports_latex",
    "test_exports_moodle",
    "test_exports_notebook",
    "test_grade_command",
    "test_grading_collect",
    "test_grading_commit",
    "test_grading_dask",
    "test_grading_end_to_end",
    "test_grading_feedback",
    "test_grading_hook",
    "test_grading_kills",
    "test_grading_postgres",
    "test_pdf",
    "test_wheel",
)
"""Les fichiers dont les tests partagent une préparation coûteuse : chacun reste dans un même processus."""


def group_of(item: pytest.Item) -> str | None:
    """Ce qui doit rester dans un même processus avec `item` : un fichier, ou les tests d’une entrée du catalogue."""
    if item.path.stem in TOGETHER:
        return item.path.stem
    entry = (
        item.callspec.params.get("entry")
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else None
    )
    return f"{item.path.stem}-{entry.name}" if entry is not None else None


@pytest.hookimpl(tryfirst=True)  # avant xdist, qui lit les groupes
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Avec `--dist loadgroup`, tout le reste se répartit test par test."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and (group := group_of(item)):
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Le ramasse-miettes ne reparcourt plus ce qui est chargé, et passe moins souvent : un dixième du temps."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def refuse_skip(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    """Fait d’un saut un échec qui en dit la raison ; les échecs attendus (`xfail`) ne sont pas des sauts."""
    if config.getoption("strict_skips") and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"Test sauté, ce que --strict-skips refuse. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Applique le mode strict à chaque test."""
    report = yield
    refuse_skip(report, item.config)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """Applique le mode strict aux modules sautés en entier (`importorskip`)."""
    report = yield
    refuse_skip(report, collector.config)
    return report


@pytest.fixture(scope="session")
def built_book() -> Path:
    """Le dossier des pages construites par `make livre`."""
    pages = ROOT / "_build" / "html"
    if not (pages / "index.html").is_file():
        pytest.skip("Le livre n’est pas construit. Construisez-le : make livre")
    return pages


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Un Chromium sans fenêtre, celui du système."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright manque : pip install -e .[dev]"
    )
    from printing import chromium

    program = next(filter(None, map(shutil.which, chromium.PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium manque. Installez-le : sudo apt-get install chromium")
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Un cours nbgrader sans aucune copie, à copier."""
    from graded_course import template

    return template(tmp_path_factory.mktemp("modele"))
