"""Le livre en PDF, relu par poppler et pypdf : complet, en ordre, balisé, et rien n’y est coupé."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT
from printing import __main__ as printing
from printing.chromium import MARGIN, PROGRAMS
from printing.sources import read_toc
from pypdf import PdfReader
from pypdf.generic import Destination

A4 = (595, 842)
"""Points."""

WORD = re.compile(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>')


def squeezed(text: str) -> str:
    """Un texte sans blancs : le PDF ne garde pas les siens."""
    return re.sub(r"[\s\u200b]+", "", text)


@dataclass(frozen=True)
class Printed:
    """Le PDF, et le document dont il vient."""

    pdf: Path

    @cached_property
    def reader(self) -> PdfReader:
        return PdfReader(self.pdf)

    @cached_property
    def source(self) -> BeautifulSoup:
        return BeautifulSoup(self.pdf.with_suffix(".html").read_text(encoding="utf-8"), "html.parser")

    @cached_property
    def pages(self) -> list[str]:
        """Le texte de chaque page."""
        return self.poppler("pdftotext", "-layout", self.pdf, "-").split("\f")[:-1]

    @cached_property
    def outline(self) -> list[Destination]:
        return [entry for entry in self.reader.outline if isinstance(entry, Destination)]

    @cached_property
    def chapters(self) -> list[Tag]:
        return self.source.select(".chapter")

    @cached_property
    def numbers(self) -> dict[str, int]:
        """La page de chaque ancre, d’après le PDF lui-même."""
        return printing.page_numbers(self.pdf)

    def page_of(self, entry: Destination) -> int:
        return self.reader.get_destination_page_number(entry) + 1

    def span_of(self, chapter: Tag) -> str:
        """Le texte des pages d’un chapitre, sans leurs en-têtes ni leurs numéros, ni aucun blanc."""
        starts = [*(self.numbers[each["id"]] for each in self.chapters), len(self.pages) + 1]
        place = [each["id"] for each in self.chapters].index(chapter["id"])
        inside = (
            page.strip().split("\n")[1:-1] for page in self.pages[starts[place] - 1 : starts[place + 1] - 1]
        )
        return squeezed("".join(line for page in inside for line in page))

    @staticmethod
    def poppler(*command: object) -> str:
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def printed(built_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Le livre construit, imprimé une fois."""
    if not any(map(shutil.which, PROGRAMS)):
        pytest.skip("Chromium manque. Installez-le : sudo apt-get install chromium")
    if not shutil.which("pdftotext"):
        pytest.skip("poppler manque. Installez-le : sudo apt-get install poppler-utils")
    pdf = tmp_path_factory.mktemp("pdf") / "livre.pdf"
    command = [sys.executable, "-m", "printing", "--pages", str(built_book), "--output", str(pdf)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT / "book")}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return Printed(pdf)


def test_it_is_a_tagged_french_a4_document(printed: Printed) -> None:
    said = printed.poppler("pdfinfo", printed.pdf)
    assert re.search(r"^Tagged: +yes$", said, re.MULTILINE)
    assert re.search(r"^Title: +Réseaux convolutifs$", said, re.MULTILINE)
    assert printed.reader.trailer["/Root"]["/Lang"] == "fr"
    sizes = {tuple(map(round, page.mediabox[2:])) for page in printed.reader.pages}
    assert sizes == {A4}


def test_the_outline_is_the_table_of_contents(printed: Printed) -> None:
    titles = [" ".join(chapter.h1.get_text().split()) for chapter in printed.chapters]
    assert [" ".join(entry.title.split()) for entry in printed.outline] == titles
    assert len(titles) == len(read_toc(printing.ROOT / "_toc.yml")) + 1
    assert titles[-1] == "Solutions"


def test_each_chapter_opens_its_own_page(printed: Printed) -> None:
    starts = [printed.page_of(entry) for entry in printed.outline]
    assert all(before < after for before, after in pairwise(starts))
    for entry, start in zip(printed.outline, starts, strict=True):
        head, first, *_ = (line.strip() for line in printed.pages[start - 1].split("\n") if line.strip())
        assert squeezed(head) == squeezed(entry.title), f"en-tête de la page {start}"
        assert squeezed(entry.title).startswith(squeezed(first)), f"haut de la page {start}"


def test_every_page_but_the_first_is_numbered(printed: Printed) -> None:
    last = [page.strip().split("\n")[-1].strip() for page in printed.pages]
    assert last[1:] == [str(number) for number in range(2, len(last) + 1)]
    assert not last[0].isdigit()


def test_the_numbers_written_are_those_of_the_pages(printed: Printed) -> None:
    """Table des matières et renvois : chaque ligne porte la page où son lien mène."""
    contents = "\n".join(printed.pages[: printed.numbers[printed.chapters[0]["id"]] - 1])
    for link in printed.source.select(".book-contents a"):
        text, page = link.span.get_text(), printed.numbers[link["href"][1:]]
        assert re.search(rf"^ *{re.escape(text)} +{page}$", contents, re.MULTILINE), text
    for link in printed.source.select(".page-link"):
        place = printed.numbers[link.find_parent(class_="chapter")["id"]]
        said = f"{link.get_text()}{printed.numbers[link['href'][1:]]}"
        assert said in " ".join("".join(printed.pages[place - 1 :]).split()), said


def test_solutions_are_gathered_after_the_chapters(printed: Printed) -> None:
    exercises = printed.source.select("div.exercise")
    links = {link["href"][1:] for link in printed.source.select(".to-solution a")}
    back = {link["href"][1:] for link in printed.source.select(".to-question a")}
    assert len(links) == len(back) >= len(exercises) > 0
    assert {exercise["id"] for exercise in exercises} <= back
    end = printed.numbers[printed.chapters[-1]["id"]]
    assert all(printed.numbers[name] >= end for name in links)
    assert all(printed.numbers[name] < end for name in back)


def test_nothing_stays_folded_or_for_the_screen_only(printed: Printed) -> None:
    assert printed.source.select("details, script, button, a.headerlink, [data-ready]") == []
    assert printed.source.html["data-theme"] == "light"


def test_quizzes_leave_blanks_and_explorers_a_picture(printed: Printed) -> None:
    quizzes = printed.source.select('[data-afm="quiz"]')
    assert quizzes
    for quiz in quizzes:
        assert quiz.select(".blank, .options")
        assert not quiz.select(".answer")
    for explorer in printed.source.select('[data-afm]:not([data-afm="quiz"])'):
        assert explorer.select("figure svg, figure img"), explorer["data-afm"]
        assert squeezed(explorer.figcaption.get_text()) in printed.span_of(
            explorer.find_parent(class_="chapter")
        )


def test_no_line_of_code_is_lost(printed: Printed) -> None:
    """Chaque ligne, dans l’ordre ; une ligne repliée s’y retrouve puisque les blancs ne comptent pas."""
    lost = []
    for chapter in printed.chapters:
        text, place = printed.span_of(chapter), 0
        for line in chapter.select(".code-line"):
            wanted = squeezed(line.get_text())
            found = text.find(wanted, place)
            if found < 0:
                lost.append(f"{chapter['id']} : {line.get_text()}")
            else:
                place = found + len(wanted)
    assert lost == []


def test_every_program_was_cut_into_lines(printed: Printed) -> None:
    blocks = printed.source.select(".chapter pre")
    assert blocks
    assert [block.get_text()[:60] for block in blocks if not block.select(".code-line")] == []


def test_formulas_are_composed(printed: Printed) -> None:
    """Ni dollar ni commande LaTeX, sinon dans un programme."""
    code = squeezed("".join(line.get_text() for line in printed.source.select(".code-line, code")))
    text = "\n".join(printed.pages)
    raw = [line.strip() for line in text.split("\n") if re.search(r"\$|\\[a-zA-Z]{2}", line)]
    assert [line for line in raw if squeezed(line) not in code] == []
    assert "KaTeX_Main" in printed.poppler("pdffonts", printed.pdf)


def test_no_word_reaches_the_margins(printed: Printed) -> None:
    margin = MARGIN / 25.4 * 72
    words = WORD.findall(printed.poppler("pdftotext", "-bbox", printed.pdf, "-"))
    assert len(words) > 1000
    assert [
        w for left, right, w in words if float(left) < margin - 2 or float(right) > A4[0] - margin + 2
    ] == []


def test_no_link_leads_to_this_machine(printed: Printed) -> None:
    actions = (
        annotation.get_object().get("/A", {})
        for page in printed.reader.pages
        for annotation in page.get("/Annots", [])
    )
    schemes = {action["/URI"].split(":")[0] for action in actions if "/URI" in action}
    assert schemes <= {"https", "http", "mailto"}


def test_every_picture_is_there(printed: Printed) -> None:
    folder = printed.pdf.parent
    sources = [image["src"] for image in printed.source.select("img")]
    assert sources
    assert [source for source in sources if not (folder / source).is_file()] == []
    assert printed.source.select("img[loading]") == []
