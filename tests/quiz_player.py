"""Répondre à un quiz dans un navigateur, au clavier seulement, d’après les données d’un quiz d’entraînement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Data = dict[str, Any]

MOST_TABS = 400


def typed(value: float) -> str:
    """Un nombre comme un élève français le tape."""
    return f"{value:.12g}".replace(".", ",") if isinstance(value, float) else str(value)


def right(data: Data) -> list[Any]:
    """Les bonnes réponses : les rangs à cocher, ou un tableau de textes par case."""
    if "options" in data:
        return list(data["right"]["values"][0])
    return [given(item, item["right"]) for item in data["items"]]


def wrong(data: Data) -> tuple[list[Any], str]:
    """Une erreur connue, dans la dernière case qui en a une, et ce qu’on doit en lire (HTML)."""
    if "options" in data:
        place, say = next(iter(data["says"].items()))
        return [int(place)], say
    answers = right(data)
    place, item = next((i, item) for i, item in reversed(list(enumerate(data["items"]))) if item["wrongs"])
    error = next(one for one in item["wrongs"] if fits(one, item))
    answers[place] = given(item, error)
    return answers, error["say"]


def fits(target: Data, item: Data) -> bool:
    """Cette valeur peut-elle se taper ici ? Un tableau trop grand ne tient pas dans la grille."""
    height, width = item.get("grid", (99, 99))
    return len(target["values"]) <= height and len(target["values"][0]) <= width


def given(item: Data, target: Data) -> list[list[str]]:
    if item["kind"] == "formula":
        return [[target["text"]]]
    rows = [[typed(value) for value in row] for row in target["values"]]
    return [["×".join(rows[0])]] if item["kind"] == "shape" else rows


@dataclass
class Player:
    """Un élève sans souris."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, target: Locator) -> None:
        """Avance de champ en champ jusqu’à celui-ci, en revenant au début s’il le faut."""
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError("Cet élément ne s’atteint pas au clavier.")

    def click(self, name: str) -> None:
        """Actionne un bouton par la touche Entrée."""
        self.tab_to(self.page.get_by_role("button", name=name))
        self.press("Enter")

    def answer(self, data: Data, answers: Sequence[Any]) -> None:
        """Remplit la question montrée, et valide par Entrée."""
        if "options" in data and data["several"]:
            self._tick(answers)
        elif "options" in data:
            self._choose(self.page.locator("fieldset"), answers[0])
        else:
            fields = self.page.locator(".field")
            for place, (item, rows) in enumerate(zip(data["items"], answers, strict=True)):
                self._fill(fields.nth(place), item, rows)
        self.press("Enter")

    def _fill(self, field: Locator, item: Data, rows: list[list[str]]) -> None:
        if item["kind"] == "boolean":
            self._choose(field, 0 if rows[0][0] == "1" else 1)
            return
        height, width = item.get("grid", (1, 1))
        for i in range(height):
            for j in range(width):
                self.tab_to(field.locator("input").nth(i * width + j))
                self.press("Control+a", "Delete")
                if i < len(rows) and j < len(rows[i]):
                    self.page.keyboard.type(rows[i][j])

    def _tick(self, ranks: Sequence[int]) -> None:
        boxes = self.page.locator("fieldset input")
        for rank in range(boxes.count()):
            self.tab_to(boxes.nth(rank))
            if boxes.nth(rank).is_checked() != (rank in ranks):
                self.press("Space")

    def _choose(self, group: Locator, rank: int) -> None:
        radios = group.locator("input")
        checked = next((i for i in range(radios.count()) if radios.nth(i).is_checked()), None)
        self.tab_to(radios.nth(checked or 0))
        if checked is None:
            self.press("Space")
        for _ in range((rank - (checked or 0)) % radios.count()):
            self.press("ArrowDown")

    @property
    def verdict(self) -> tuple[str, str]:
        """Sa sorte (« right », « wrong », « unread ») et son texte."""
        place = self.page.locator(".verdict")
        return (place.get_attribute("class") or "").removeprefix(
            "verdict"
        ).strip(), place.text_content() or ""

    def plain(self, html: str) -> str:
        """Le texte d’un HTML, tel que le navigateur le lit."""
        script = "html => Object.assign(document.createElement('p'), { innerHTML: html }).textContent"
        return str(self.page.evaluate(script, html))
