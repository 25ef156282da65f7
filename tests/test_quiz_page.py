"""Le quiz dans une page : au clavier, sans réseau ni noyau, servi ou lu sur le disque, clair ou sombre, sans script,
sur un téléphone et sur papier."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe import violations
from book_visits import LOCAL
from local_server import served
from quiz_player import Player, right, wrong

from coursekit import afm
from coursekit.afm import Widget
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions import BANK, Family, Key, Variant, Wanted, find, generate, quiz
from coursekit.questions.answers import FormulaText
from coursekit.questions.mathml import MATHML
from coursekit.questions.quizzes.fallback import fallback
from coursekit.questions.quizzes.payload import payload
from coursekit.questions.styles import PLAIN, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FORMULA = Family(
    id="essai.formule", title="La formule", topic="tailles", level=1, time_s=1, objectives=("o",),
    statement=lambda: "Écrivez la taille de sortie avec $W$, $F$ et $S$.",
    answer=lambda: FormulaText("(W-F)/S+1", ("W", "F", "S")),
    mistakes=(), least=0, forms=("typed",), solution=lambda: "$(W-F)/S+1$", hints=("Comptez les places.",),
)  # fmt: skip

FAMILIES: dict[str, tuple[Family, Any]] = {
    "integer": (find("conv.out_size"), "typed"),
    "shape": (find("conv.out_tensor"), "typed"),
    "matrix": (find("pool.max_values"), "typed"),
    "boolean": (find("resnet.identity_weights"), None),
    "parts": (find("vgg.stack_params"), None),
    "choice": (find("conv.stride_fits"), None),
    "choices": (find("resnet.true_statements"), None),
    "formula": (FORMULA, None),
}
"""Une famille par sorte de réponse."""

DRAWN: tuple[tuple[Variant, ...], ...] = tuple(
    tuple(generate(family, 1 if kind in ("choices", "formula") else 3, Key(seed=1), form=form))
    for kind, (family, form) in FAMILIES.items()
)
STATE = payload("Essai", DRAWN, graded=False)
FORMULA_TEXTS = ("1 + (W − F)/S", "(W − F)/S")


def page_of(graded: bool) -> str:
    drawn = tuple(variants[:1] for variants in DRAWN) if graded else DRAWN
    return Widget(
        "quiz", payload("Essai", drawn, graded=graded), fallback("Essai", drawn, graded=graded)
    ).page("Essai")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("quiz")
    (place / "entrainement.html").write_text(page_of(graded=False), encoding="utf-8")
    (place / "note.html").write_text(page_of(graded=True), encoding="utf-8")
    return place


@pytest.fixture(scope="module", params=["file", "http"])
def root(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "file":
        yield folder.as_uri() + "/"
    else:
        with served(folder) as address:
            yield address


def open_page(context: BrowserContext, root: str, name: str) -> tuple[Page, list[str]]:
    """La page, et ce qu’elle aurait demandé ailleurs ou fait échouer : tout y est noté, rien ne sort."""
    page, faults = context.new_page(), []
    page.set_default_timeout(5000)
    page.route(
        lambda url: not url.startswith((root, *LOCAL)),
        lambda route: (faults.append(route.request.url), route.abort()),
    )
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.goto(root + name)
    page.wait_for_selector("[data-ready]")
    return page, faults


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 900, "height": 900})
    yield made
    made.close()


def answers_of(place: int) -> tuple[Any, Any, str]:
    """Les données d’une question, ses bonnes réponses, une erreur connue et ce qu’elle vaut d’explication."""
    data = STATE["questions"][place]["variants"][0]
    if data["items"] and data["items"][0]["kind"] == "formula":
        return data, [[[FORMULA_TEXTS[0]]]], ([[[FORMULA_TEXTS[1]]]], "Ce n’est pas la bonne réponse.")  # type: ignore[return-value]
    return data, right(data), wrong(data)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["entrainement.html", "note.html"])
def test_every_kind_is_answered_with_the_keyboard_alone(
    context: BrowserContext, root: str, name: str
) -> None:
    page, faults = open_page(context, root, name)
    player = Player(page)
    for place, kind in enumerate(FAMILIES):
        data, good, (bad, say) = answers_of(place)
        player.answer(data, bad)
        sort, text = player.verdict
        assert sort == "wrong", kind
        assert player.plain(say) in text, kind
        player.answer(data, good)
        assert player.verdict[0] == "right", kind
        assert (
            page.locator(".score").text_content()
            == f"{place + 1} juste{'s' if place else ''} sur {len(FAMILIES)}"
        )
        if place + 1 < len(FAMILIES):
            player.click("Suivante")
            assert f"Question {place + 2} sur {len(FAMILIES)}" in page.evaluate(
                "document.activeElement.textContent"
            )
    assert faults == []


def test_the_answer_box_keeps_the_focus_and_the_verdict_is_spoken(
    context: BrowserContext, folder: Path
) -> None:
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    box = page.get_by_label("Votre réponse")
    box.fill("abc")
    page.keyboard.press("Enter")
    assert page.get_by_role("status").filter(has_text="n’est pas un nombre").count() == 1
    assert Player(page).verdict[0] == "unread"
    assert box.evaluate("element => element === document.activeElement")
    page.keyboard.type("1")
    assert Player(page).verdict == ("", "")
    assert page.locator(".marks .tried").count() == 0


def test_hints_come_one_by_one_then_the_solution(context: BrowserContext, folder: Path) -> None:
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    player, variant = Player(page), DRAWN[0][0]
    for shown, hint in enumerate(variant.hints, start=1):
        player.click("Indice")
        assert page.locator(".help > div").count() == shown
        assert player.plain(render(hint, MATHML)) in (page.locator(".help").text_content() or "")
    assert page.get_by_role("button", name="Indice").get_attribute("aria-disabled") == "true"
    page.keyboard.press("Enter")
    assert page.locator(".help > div").count() == len(variant.hints)
    assert not page.locator(".solution").is_visible()
    player.click("Voir la solution")
    assert page.locator(".solution").is_visible()
    assert variant.answer.shown() in (page.locator(".solution .answer").text_content() or "")
    assert page.get_by_role("button", name="Cacher la solution").get_attribute("aria-expanded") == "true"
    player.answer(STATE["questions"][0]["variants"][0], right(STATE["questions"][0]["variants"][0]))
    assert page.locator(".score").text_content() == f"0 juste sur {len(FAMILIES)}", (
        "la solution était visible"
    )


def test_another_variant_needs_no_kernel(context: BrowserContext, folder: Path) -> None:
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    player, seen = Player(page), []
    for data in STATE["questions"][0]["variants"]:
        assert player.plain(data["statement"]) == page.locator(".statement").text_content()
        player.answer(data, right(data))
        assert player.verdict[0] == "right"
        seen.append(data["statement"])
        player.click("Une autre variante")
        assert page.evaluate("document.activeElement.tagName") == "LEGEND"
    assert len(set(seen)) == 3
    assert player.plain(seen[0]) == page.locator(".statement").text_content()


def test_both_decimal_marks_and_thin_spaces_are_accepted(context: BrowserContext, tmp_path: Path) -> None:
    variant = next(v for v in generate(find("vgg.stack_params"), 20) if "," in v.items[2].answer.typed())
    drawn = ((variant,),)
    (tmp_path / "q.html").write_text(
        Widget("quiz", payload("q", drawn, graded=False), "").page("q"), encoding="utf-8"
    )
    page, _ = open_page(context, tmp_path.as_uri() + "/", "q.html")
    inputs = page.locator(".field input")
    for text in (variant.items[2].answer.typed(), variant.items[2].answer.typed().replace(",", ".")):
        for box, item in zip(inputs.all(), variant.items, strict=True):
            box.fill(item.answer.shown())
        inputs.nth(2).fill(text)
        page.keyboard.press("Enter")
        assert Player(page).verdict[0] == "right", text


# ── Ce qu’un quiz noté ne dit pas ────────────────────────────────────────────────────────────────────────────────


def test_a_graded_page_hides_answers_feedbacks_and_solutions() -> None:
    source = page_of(graded=True)
    clear = page_of(graded=False)
    for variants in DRAWN:
        offered = {render(option.text, PLAIN) for option in variants[0].options}
        for text in {render(step, PLAIN) for step in variants[0].solution} - offered:
            assert text[:60] not in source, text
        for known in variants[0].wrongs:
            text = known.feedback.partition("$")[0].partition("`")[0]
            if len(text) > 20:
                assert json.dumps(text, ensure_ascii=False)[1:-1] in clear
                assert text not in source
    state = json.loads(source.partition('type="application/json">')[2].partition("</script>")[0])
    assert "values" not in json.dumps(state)
    assert all(len(question["variants"]) == 1 for question in state["questions"])


def test_two_graded_quizzes_have_different_salts() -> None:
    [first], [second] = (
        [
            item
            for q in payload(title, DRAWN[:1], graded=True)["questions"]
            for item in q["variants"][0]["items"]
        ]
        for title in ("Essai", "Autre")
    )
    assert not set(first["right"]["tags"]) & set(second["right"]["tags"])


# ── Ce que voient tous les lecteurs ──────────────────────────────────────────────────────────────────────────────


def next_question(page: Page) -> None:
    """Passe à la suivante ; sans attendre, car le bouton de la dernière question reste sans effet."""
    page.get_by_role("button", name="Suivante").click(force=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, folder: Path, scheme: Any, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    page.add_style_tag(content=":root { color-scheme: light dark; }")
    for place in range(len(FAMILIES)):
        page.get_by_role("button", name="Vérifier").click()
        for name in ("Indice", "Voir la solution"):
            if (button := page.get_by_role("button", name=name)).count():
                button.click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        next_question(page)
    context.close()


def test_the_axe_test_can_fail(context: BrowserContext, folder: Path) -> None:
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    page.evaluate("document.querySelector('label').removeAttribute('for')")
    assert violations(page)


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_motion_follows_the_reader_s_wish(browser: Browser, folder: Path, wish: Any, moves: bool) -> None:
    context = browser.new_context(reduced_motion=wish)
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    duration = page.locator("button.main").evaluate("button => getComputedStyle(button).transitionDuration")
    assert (duration != "0s") == moves
    context.close()


def test_without_scripts_everything_is_there(browser: Browser, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "entrainement.html").as_uri())
    assert page.locator(".coursekit-fallback > ol > li").count() == len(FAMILIES)
    for fold in page.locator("details").all():
        assert not fold.locator(".answer").is_visible()
        fold.locator("summary").click()
        assert fold.locator(".answer").is_visible()
    page.goto((folder / "note.html").as_uri())
    assert page.locator(".coursekit-fallback > ol > li").count() == len(FAMILIES)
    assert page.locator("details").count() == 0
    context.close()


def test_paper_gets_the_static_form(context: BrowserContext, folder: Path) -> None:
    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    assert page.locator(".coursekit-quiz").is_visible()
    assert not page.locator(".coursekit-fallback").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".coursekit-quiz").is_visible()
    assert page.locator(".coursekit-fallback").is_visible()


def test_no_plain_space_where_french_wants_another(context: BrowserContext, folder: Path) -> None:
    from french_prose import faults_of

    page, _ = open_page(context, folder.as_uri() + "/", "entrainement.html")
    for _ in FAMILIES:
        page.get_by_role("button", name="Vérifier").click()
        shown = page.locator(".coursekit-quiz").inner_text()
        assert faults_of(list(enumerate(shown.splitlines()))) == []
        next_question(page)


def test_a_widget_that_fails_leaves_its_fallback(context: BrowserContext, tmp_path: Path) -> None:
    source = page_of(graded=False).replace('"questions":[', '"questionz":[', 1)
    (tmp_path / "q.html").write_text(source, encoding="utf-8")
    page = context.new_page()
    page.goto((tmp_path / "q.html").as_uri())
    assert page.locator(".coursekit-fallback > ol > li").count() == len(FAMILIES)
    assert page.locator(".coursekit-fallback").is_visible()
    assert page.locator(".coursekit-quiz").count() == 0


# ── Les scripts ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "most"), [("quiz", 9 * 1024), ("host", 2 * 1024)])
def test_scripts_stay_light(name: str, most: int) -> None:
    assert len(gzip.compress(afm.module(name).encode(), 9)) <= most


def test_the_module_is_one_file_that_imports_nothing() -> None:
    text = afm.module("quiz")
    assert "import " not in text.replace("important", "")
    assert text.count("export default") == 1
    assert "export" not in afm.classic("quiz").replace("exporté", "")


def test_jupyter_gets_a_live_view_and_the_book_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anywidget", reason="anywidget manque : pip install -e .[dev]")
    shown = quiz("conv.out_size")
    view = "application/vnd.jupyter.widget-view+json"
    monkeypatch.setenv(afm.STATIC, "static")
    assert set(shown._repr_mimebundle_()) == {"text/html", "text/plain"}
    monkeypatch.delenv(afm.STATIC)
    assert view in shown._repr_mimebundle_()


# ── Ce qu’on demande ─────────────────────────────────────────────────────────────────────────────────────────────


def titles(widget: Widget) -> list[str]:
    return [question["title"] for question in widget.state["questions"]]


def test_what_is_asked_is_what_is_shown() -> None:
    size, tensor = find("conv.out_size"), find("conv.out_tensor")
    assert titles(quiz("conv.out_size", tensor)) == [size.title, tensor.title]
    assert titles(quiz(Wanted(size, 2, "choice"))) == [size.title] * 2
    assert titles(quiz("conv.out_size", "conv.out_tensor", count=3)) == [size.title, tensor.title, size.title]
    assert len(titles(quiz(topic="tailles"))) == 5
    levels = {family.title: family.level for family in BANK if family.topic == "tailles"}
    assert {levels[title] for title in titles(quiz(topic="tailles", level=(1, 2), count=4))} <= {1, 2}
    assert quiz("conv.out_size", form="choice").state["questions"][0]["variants"][0]["options"]
    assert quiz("conv.out_size", seed=1).state == quiz("conv.out_size", seed=1).state
    assert quiz("conv.out_size", seed=1).state != quiz("conv.out_size", seed=2).state


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (lambda: quiz("conv.out_siz"), UnknownNameError, "conv.out_size"),
        (lambda: quiz(topic="taille"), UnknownNameError, "tailles"),
        (lambda: quiz(), ArgumentError, "un thème"),
        (lambda: quiz("conv.out_size", count=0), ArgumentError, "count = 0"),
        (lambda: quiz("conv.out_size", variants=0), ArgumentError, "variants = 0"),
        (lambda: quiz("resnet.true_statements", count=2), ArgumentError, "resnet.true_statements"),
        (lambda: quiz(topic="filtres", level=9), ArgumentError, "niveau"),
    ],
)
def test_what_cannot_be_asked_is_explained(ask: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        ask()
