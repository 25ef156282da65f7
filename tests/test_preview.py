"""`questions preview` : ce qu’une question dit se lit, se filtre et s’écarte ; `generate --reject` en tient compte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe import violations

from coursekit.cli import main
from coursekit.errors import ArgumentError
from coursekit.questions import Key, QuestionSet, ShortageError, Wanted, find, generate, read_manifest
from coursekit.questions.mathml import MATHML
from coursekit.questions.preview import page, read_rejected, rejected_line
from coursekit.questions.styles import render_inline

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ASKED = {
    "conv.out_size": None,
    "conv.stride_fits": None,
    "vgg.stack_params": None,
    "pool.max_values": "choice",
}
VARIANTS = [v for name, form in ASKED.items() for v in generate(find(name), 3, Key(seed=4), form=form)]  # type: ignore[arg-type]


def written(rejected: frozenset[str] = frozenset()) -> str:
    return b"".join(page(VARIANTS, "Essai", rejected)).decode()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    path = tmp_path / "apercu.html"
    path.write_text(written(), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    shown, asked = context.new_page(), []
    shown.set_default_timeout(5000)
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(path.as_uri())
    yield shown
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def visible(shown: Page) -> int:
    return shown.locator(".card:visible").count()


def test_every_variant_tells_everything() -> None:
    source = written()
    assert source.count("<article") == len(VARIANTS)
    for variant in VARIANTS:
        assert variant.hash in source
        for known in variant.wrongs if not variant.options else [o.wrong for o in variant.options if o.wrong]:
            assert render_inline(known.feedback, MATHML) in source
            assert known.misconception.id in source
    assert "http" not in re.sub(r'xmlns="http://www\.w3\.org/\S+"', "", source)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("topic", "pooling", 3),
        ("level", "1", sum(v.family.level == 1 for v in VARIANTS)),
        ("family", "conv.out_size", 3),
        ("state", "rejected", 0),
        ("state", "kept", 12),
    ],
)
def test_a_filter_keeps_what_it_says(opened: Page, name: str, value: str, wanted: int) -> None:
    assert visible(opened) == len(VARIANTS)
    opened.locator(f"select[name={name}]").select_option(value)
    assert visible(opened) == wanted
    assert f"{wanted} question" in (opened.locator(".count").text_content() or "")


def test_the_search_ignores_accents_and_joins_words(opened: Page) -> None:
    box = opened.get_by_label("Chercher")
    box.fill("repondez zzz")
    assert visible(opened) == 0
    box.fill("MAX-POOL")
    assert visible(opened) == 3
    box.fill(f"{VARIANTS[0].hash}")
    assert visible(opened) == 1


def test_what_is_ticked_is_downloaded_then_never_given(opened: Page, tmp_path: Path) -> None:
    for rank in (0, 2):
        opened.locator(".reject input").nth(rank).check()
    assert "2 écartées" in (opened.locator(".count").text_content() or "")
    with opened.expect_download() as download:
        opened.get_by_role("button", name="Télécharger").click()
    path = tmp_path / "ecartees.txt"
    download.value.save_as(path)
    out = read_rejected(path)
    assert out == {VARIANTS[0].hash, VARIANTS[2].hash}
    again = written(out)
    assert again.count(" checked>") == 2
    opened.reload()
    assert opened.locator(".reject input:checked").count() == 2, "le choix survit à la fermeture"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(opened: Page, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.locator(".reject input").first.check()
    opened.get_by_role("button", name="Tout déplier").click()
    assert opened.locator("details:not([open])").count() == 0
    assert violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390


def test_paper_unfolds_solutions_and_leaves_out_what_is_rejected(opened: Page) -> None:
    opened.locator(".reject input").first.check()
    opened.emulate_media(media="print")
    assert visible(opened) == len(VARIANTS) - 1
    assert not opened.locator(".filters").is_visible()
    assert opened.locator(".card .answer:visible").count() == len(VARIANTS) - 1


# ── Les listes et les commandes ──────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "liste.txt"
    path.write_text(
        f"# une remarque\n\n{rejected_line(VARIANTS[0])}\n  {VARIANTS[1].hash}\n", encoding="utf-8"
    )
    assert read_rejected(path) == {VARIANTS[0].hash, VARIANTS[1].hash}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"conv.out_size\n", "ligne 1"),
        (b"# ok\n0123456789abcdeg\n", "ligne 2"),
        (b"\xff\xfe\x00", "UTF-8"),
        (None, "lu"),
    ],
)
def test_a_bad_list_is_refused(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "liste.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArgumentError, match=says):
        read_rejected(path)


def test_a_set_never_gives_a_rejected_question() -> None:
    family = find("conv.same_padding")
    everything = [v.hash for v in generate(family, 4, Key(seed=1))]
    made = QuestionSet("cours", "série", 1, (Wanted(family, 3),))
    first = [v.hash for v in made.copy("").variants]
    kept = QuestionSet("cours", "série", 1, (Wanted(family, 3),), rejected=frozenset(first))
    try:
        second = [v.hash for v in kept.copy("").variants]
    except ShortageError:
        second = []
    assert everything
    assert not set(first) & set(second)


def test_the_commands_work_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html, exam, again, out = (tmp_path / name for name in ("a.html", "e.xml", "f.xml", "liste.txt"))
    assert (
        main(["questions", "preview", "--family", "conv.out_size", "--count", "4", "--output", str(html)])
        == 0
    )
    assert "4 questions" in capsys.readouterr().out
    ask = [
        "questions",
        "generate",
        "--family",
        "conv.out_size",
        "--count",
        "5",
        "--seed",
        "2",
        "--format",
        "moodle",
    ]
    assert main([*ask, "--output", str(exam)]) == 0
    given = variants_of(exam)
    out.write_text("\n".join(given[:2]), encoding="utf-8")
    assert main([*ask, "--reject", str(out), "--output", str(again)]) == 0
    assert not set(given[:2]) & set(variants_of(again))
    assert len(variants_of(again)) == 5


def variants_of(exam: Path) -> list[str]:
    manifest = exam.with_name(f"{exam.stem}.manifeste.json").read_text(encoding="utf-8")
    _, [copy] = read_manifest(manifest)
    return [variant.hash for variant in copy.variants]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--count", "0"], "--count 0"),
        (["--family", "conv.out_siz"], "conv.out_size"),
        (["--reject", "absent.txt"], "absent.txt"),
    ],
)
def test_a_bad_request_says_what_to_do(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["questions", "preview", "--output", str(tmp_path / "a.html"), *more]) != 0
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
