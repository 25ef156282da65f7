"""Écrire une formule LaTeX en texte ordinaire : un message d’erreur s’affiche aussi dans un terminal."""

from __future__ import annotations

import re

_WORDS = {
    r"\left": "", r"\right": "", r"\,": " ", r"\;": " ", r"\!": "", r"\quad": " ", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\lceil": "⌈", r"\rceil": "⌉", r"\times": "×", r"\cdot": "·", r"\bmod": "mod", r"\sum": "Σ", r"\prod": "Π",
    r"\le": "≤", r"\ge": "≥", r"\neq": "≠", r"\approx": "≈", r"\alpha": "α", r"\beta": "β", r"\gamma": "γ",
    r"\phi": "φ", r"\theta": "θ", r"\varepsilon": "ε", r"\eta": "η", r"\rho": "ρ",
    r"\ldots": "…", r"\dots": "…", r"\infty": "∞", r"\to": "→", r"\max": "max", r"\min": "min", r"\log": "log",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-=()ijlnk", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₗₙₖ")
_SUPERSCRIPTS = str.maketrans("0123456789+-=()inlLk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿˡᴸᵏ")


def plain_text(latex: str) -> str:
    """`W_2 = \\frac{W - F}{S} + 1` devient « W₂ = (W − F)/S + 1 » ; vide si une commande n’est pas connue."""
    text = re.sub(r"\\(?:text|mathrm|operatorname)\{([^{}]*)\}", r"\1", latex)
    for command in sorted(_WORDS, key=len, reverse=True):
        end = r"(?![a-zA-Z])" if command[1].isalpha() else ""
        text = re.sub(re.escape(command) + end, _WORDS[command], text)
    text = _scripts(text)
    previous = ""
    while text != previous:  # une fraction ou une racine peut en contenir une autre
        previous = text
        text = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", _fraction, text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", text)
    text = re.sub(r"\s+", " ", text.replace("-", "−")).strip()
    text = text.replace("⌊ ", "⌊").replace(" ⌋", "⌋")
    return "" if re.search(r"[\\{}]", text) else text


def _scripts(text: str) -> str:
    text = re.sub(r"_(?:\{([^{}\\]*)\}|(\w))", lambda m: _shift(m, "_", _SUBSCRIPTS), text)
    return re.sub(r"\^(?:\{([^{}\\]*)\}|(\w))", lambda m: _shift(m, "^", _SUPERSCRIPTS), text)


def _shift(found: re.Match[str], mark: str, table: dict[int, int]) -> str:
    inner: str = found[1] if found[1] is not None else found[2]
    if all(ord(c) in table for c in inner):
        return inner.translate(table)
    return mark + inner if inner.isalpha() else f"{mark}({inner})"


def _fraction(found: re.Match[str]) -> str:
    return "/".join(part if re.fullmatch(r"[\w₀-₉²³]+", part) else f"({part})" for part in found.groups())
