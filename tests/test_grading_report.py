"""Le rapport d’une classe : ce qu’il compte, ce qu’il écrit, et une page où rien de ce qu’écrit un élève n’agit."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import violations

from coursekit.grading.exchange import Limits
from coursekit.grading.report import Question, Row, Summary
from coursekit.grading.report.charts import description
from coursekit.grading.report.data import write_csv, write_json
from coursekit.grading.report.ledger import Ledger
from coursekit.grading.report.outcome import Outcome
from coursekit.grading.report.page import write_html
from coursekit.grading.report.rows import FAILED
from coursekit.grading.report.text import attention, summary_text
from coursekit.grading.report.words import VERDICTS, duration, number, plural
from coursekit.grading.vocabulary import Status

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "<script>document.title='prise'</script><img src=x onerror=alert(1)>"
BIDI = "\N{RIGHT-TO-LEFT OVERRIDE}eca\x1b[31m"
WALLS = {"network": True, "memory": False}


def questions(first: float, second: float | None) -> tuple[Question, ...]:
    return (
        Question("q1", 2.0, first, "ok", in_process=first == 2),
        Question("q2", 4.0, second, "error" if second == 0 else "ok", "" if second else HOSTILE),
        Question("libre", 3.0, None, manual=True),
    )


ROWS = (
    Row("Zoé", 9.0, 6.0, questions=questions(2, 4), walls=WALLS, seconds={"tests": 0.5}, needs_manual=True),
    Row("abel", 9.0, 0.0, "timeout", "Trop longue.", questions=questions(0, 0), walls=WALLS),
    Row("Éloïse Nuñez", 9.0, 1.5, questions=questions(1.5, 0), walls=WALLS, earlier=True, penalty=0.5),
    Row(f"=1+1{BIDI}", 9.0, 0.0, "unreadable", HOSTILE, remarks=(HOSTILE,)),
    Row("perdu", 9.0, None, FAILED, "Le disque."),
)


def outcome(rows: tuple[Row, ...] = ROWS, **more: object) -> Outcome:
    summary = Summary.of(rows)
    return Outcome(
        "tp « un »", "cours", lambda: iter(rows), summary, dict(summary.walls), Limits(), 12.0, **more
    )


def written(write, made: Outcome) -> str:
    file = io.StringIO()
    write(made, file)
    return file.getvalue()


def test_the_summary_counts_one_copy_at_a_time():
    summary = Summary.of(ROWS)
    assert dict(summary.verdicts) == {"ok": 2, "timeout": 1, "unreadable": 1, FAILED: 1}
    assert (summary.copies, summary.looks, summary.earlier, summary.manual) == (5, 3, 1, 1)
    assert summary.scores.mean == pytest.approx(7.5 / 4)
    assert summary.questions["q1"].bins == [1, 0, 0, 1, 1]
    assert (summary.questions["q1"].none, summary.questions["q1"].full) == (1, 1)
    assert summary.questions["libre"].waiting == 3
    assert summary.walls == WALLS


def test_every_status_has_its_french_word():
    assert set(map(str, Status)) | {FAILED} == set(VERDICTS)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0 s"), (9.94, "9,9 s"), (75, "1 min 15 s"), (3600, "1 h 0 min 0 s")]
)
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_numbers_and_plurals():
    assert [number(value) for value in (0, 1.5, -0.25, 2 / 3)] == ["0", "1,5", "−0,25", "0,67"]
    assert [plural(count, "copie") for count in (0, 1, 2)] == ["0 copie", "1 copie", "2 copies"]


def test_json_has_what_scripts_read():
    read = json.loads(written(write_json, outcome()))
    assert [one["student"] for one in read["submissions"]] == [row.student for row in ROWS]
    assert read["limits"] == WALLS
    zoe, abel, *_, lost = read["submissions"]
    assert (zoe["score"], zoe["max_score"], zoe["verdict"], zoe["message"]) == (6.0, 9.0, "ok", "")
    assert zoe["questions"]["q1"] == {
        "score": 2.0,
        "max_score": 2.0,
        "ending": "ok",
        "message": "",
        "to_check": True,
    }
    assert abel["verdict"] == "timeout"
    assert lost["score"] is None


def test_json_of_an_empty_class():
    assert json.loads(written(write_json, outcome(())))["submissions"] == []


def test_csv_opens_in_a_french_spreadsheet_and_holds_no_formula():
    rows = list(csv.reader(io.StringIO(written(write_csv, outcome())), delimiter=";"))
    assert rows[0][-3:] == ["q1", "q2", "libre"]
    assert rows[3][:5] == ["Éloïse Nuñez", "1,5", "9", "0,5", "notée"]
    assert rows[4][0].startswith("'=")
    assert rows[5][1] == ""


def test_the_terminal_says_who_needs_a_look_and_what_did_not_hold():
    assert attention(ROWS[1]) == "abel : trop longue, 0/9. Trop longue."
    assert "\x1b" not in attention(ROWS[3])
    text = summary_text(outcome())
    assert "notée 2, trop longue 1, illisible 1, non notée 1" in text
    assert "À vérifier : q1" in text
    assert "Limite qui ne tenait pas : memory" in text
    assert "ISOLATION" not in text


def test_a_run_without_isolation_is_marked_everywhere():
    rows = (Row("a", 9.0, 9.0, isolated=False),)
    assert "SANS ISOLATION" in summary_text(outcome(rows))
    assert json.loads(written(write_json, outcome(rows)))["isolation"] is False
    assert "Sans isolation." in written(write_html, outcome(rows))


def test_the_page_escapes_what_students_write():
    page = written(write_html, outcome())
    assert "<script>document" not in page
    assert "<img" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert "\x1b" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_each_chart_says_what_it_shows():
    summary = Summary.of(ROWS)
    said = description("q1", summary.questions["q1"])
    assert said.startswith("q1 : moyenne 1,17 sur 2. 1 copie sans point, 1 avec tous.")
    assert written(write_html, outcome()).count('role="img" aria-label="') == 3


def test_the_ledger_keeps_the_last_word_and_survives_a_cut(tmp_path):
    path = tmp_path / "registre.jsonl"
    with Ledger(path) as ledger:
        ledger.write(ROWS[0], "clé")
        ledger.write(ROWS[1], "clé 1")
        ledger.write(ROWS[2], "clé 2")
        ledger.write(ROWS[1], "clé 3")
    with path.open("ab") as file:
        file.write(b'{"key": "coup')
    with Ledger(path) as ledger:
        assert ledger.find("Zoé", "clé") == ROWS[0]
        assert ledger.find("abel", "clé 1") is None
        assert ledger.find("abel", "clé 3") == ROWS[1]
        assert ledger.find("inconnu") is None
        ledger.write(ROWS[3], "clé 4")
        assert ledger.find(ROWS[3].student, "clé 4") == ROWS[3]
        assert ledger.find(ROWS[2].student, "clé 2") == ROWS[2]


def test_the_ledger_does_not_grow_for_ever(tmp_path):
    path = tmp_path / "registre.jsonl"
    for _ in range(5):
        with Ledger(path) as ledger:
            for _ in range(3):
                ledger.write(ROWS[0], "clé")
    assert path.read_bytes().count(b"\n") <= 2


@pytest.fixture
def page(browser: Browser, tmp_path: Path):
    path = tmp_path / "notes.html"
    path.write_text(written(write_html, outcome()), encoding="utf-8")

    def opened(scheme="light", width=1200) -> Page:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, locale="fr"
        )
        made = context.new_page()
        made.asked = []
        made.on("request", lambda request: made.asked.append(request.url))
        made.goto(path.as_uri())
        return made

    return opened


def students(page: Page) -> list[str]:
    return page.locator("tbody tr:visible th").all_text_contents()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing(page, scheme, width):
    opened = page(scheme, width)
    for details in opened.locator("details").all():
        details.locator("summary").click()
    assert violations(opened) == []


def test_a_telephone_does_not_scroll_sideways(page):
    opened = page(width=390)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_asks_for_nothing_and_runs_nothing_of_the_students(page):
    opened = page()
    assert [url for url in opened.asked if not url.startswith("file:")] == []
    assert len(opened.asked) == 1
    assert opened.title() == "Notes : tp « un »"


def test_the_table_sorts_from_the_keyboard(page):
    opened = page()
    opened.locator("th[data-key=student] button").focus()
    opened.keyboard.press("Enter")
    assert students(opened)[1:] == ["abel", "Éloïse Nuñez", "perdu", "Zoé"]
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    opened.keyboard.press("Space")
    assert students(opened)[0] == "Zoé"
    assert opened.locator("th[data-key=score]").get_attribute("aria-sort") == "descending"
    assert opened.locator("th[data-key=student]").get_attribute("aria-sort") is None


def test_the_filters_choose_copies(page):
    opened = page()
    opened.locator("input[value=ok]").uncheck()
    assert len(students(opened)) == 3
    assert opened.locator("#shown").text_content() == "3 sur 5"
    opened.locator("input[value=ok]").check()
    opened.locator("input[name=check]").check()
    assert "Éloïse Nuñez" not in students(opened)
