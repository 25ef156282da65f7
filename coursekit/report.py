"""Mettre des lignes de table en texte, en Markdown, en HTML ou en JSON. Ici on écrit, on ne calcule pas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from coursekit.arithmetic import Formula, totals
from coursekit.layers import Row
from coursekit.tables import Entry

THIN_SPACE = "\u202f"

Cells = Sequence[str]
HEADER = ("Couche", "Type", "Sortie (C×H×W)", "Paramètres", "MAC", "Champ récepteur")
NUMERIC = (False, False, False, True, True, True)


def number(value: int) -> str:
    """`138357544 → "138 357 544"`, avec l’espace fine des milliers."""
    return f"{value:,}".replace(",", THIN_SPACE)


def magnitude(value: float) -> str:
    """Trois ou quatre chiffres significatifs et un préfixe : `15470264320 → "15,47 G"`."""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.2f}{THIN_SPACE}{prefix}".replace(".", ",")
    return f"{value:g}".replace(".", ",")


def plain(value: object) -> str:
    """Une valeur de formule comme on l’écrit en français : milliers espacés, virgule décimale."""
    if isinstance(value, int):
        return number(value)
    return f"{value:.3g}".replace(".", ",") if isinstance(value, float) else str(value)


def mistakes_table(formula: Formula[..., object], *args: Any, **kwargs: Any) -> str:
    """Table Markdown des erreurs connues d’une formule, avec le nombre que chacune donne sur cet exemple.

    Celles qui y donnent par hasard le bon nombre n’y sont pas.
    """
    arguments, right = formula.arguments(*args, **kwargs), formula(*args, **kwargs)
    found = [(m.value(arguments), m.explain(arguments)) for m in formula.misconceptions]
    lines = [f"| {plain(wrong)} | {why} |" for wrong, why in found if wrong is not None and wrong != right]
    return "\n".join(["| Vous trouvez | Ce qui s’est passé |", "|---:|---|", *lines])


def formula_card(formula: Formula[..., object], *args: Any, **kwargs: Any) -> str:
    """Fiche Markdown d’une formule : écriture, appel, explication sur un exemple, erreurs connues."""
    given = [repr(value) for value in args] + [f"{name}={value!r}" for name, value in kwargs.items()]
    return "\n".join(
        [
            f"$$ {formula.latex} $$",
            "",
            f"`{formula.id}({', '.join(given)})` : {formula.explain(*args, **kwargs)}",
            "",
            mistakes_table(formula, *args, **kwargs),
        ]
    )


def sizes(values: tuple[int, ...]) -> str:
    """`(3, 3) → "3×3"` ; rien pour un vecteur."""
    return "×".join(str(v) for v in values)


def is_printed(row: Row) -> bool:
    """Les lignes d’une diapositive : celles qui ont des paramètres ou changent la forme."""
    return row.parameters > 0 or row.input != row.output


def cells(row: Row) -> Cells:
    cost = (number(row.parameters), number(row.macs))
    return (row.name, row.kind, str(row.output), *cost, sizes(row.receptive_field))


def _total(rows: Sequence[Row]) -> Cells:
    parameters, macs = totals(tuple(rows))
    return ("Total", "", "", number(parameters), f"{number(macs)}", "")


def _pad(columns: Cells, widths: Sequence[int]) -> str:
    padded = (
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(columns, widths, NUMERIC, strict=True)
    )
    return "  ".join(padded).rstrip()


def text_table(rows: Sequence[Row], keep: Callable[[Row], bool] = is_printed) -> str:
    """Colonnes alignées, pour un terminal ; les lignes que `keep` refuse restent comptées dans le total."""
    body = [cells(row) for row in rows if keep(row)]
    everything = [HEADER, *body, _total(rows)]
    widths = [max(len(line[i]) for line in everything) for i in range(len(HEADER))]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [
        _pad(HEADER, widths),
        rule,
        *(_pad(line, widths) for line in body),
        rule,
        _pad(_total(rows), widths),
    ]
    return "\n".join(lines)


def markdown_table(rows: Sequence[Row], keep: Callable[[Row], bool] = is_printed) -> str:
    """Table Markdown, nombres alignés à droite."""
    rule = "|".join("---:" if right else "---" for right in NUMERIC)
    body = [cells(row) for row in rows if keep(row)]
    total = [f"**{cell}**" if cell else "" for cell in _total(rows)]
    return "\n".join([_line(HEADER), f"|{rule}|", *(_line(line) for line in body), _line(total)])


def _line(columns: Cells) -> str:
    return f"| {' | '.join(columns)} |"


def html_table(rows: Sequence[Row], caption: str, keep: Callable[[Row], bool] = is_printed) -> str:
    """Table HTML avec légende et en-têtes de ligne, lisible par un lecteur d’écran."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in HEADER)
    body = "".join(_html_row(cells(row)) for row in rows if keep(row))
    return (
        f'<table class="table couches"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody><tfoot>{_html_row(_total(rows))}</tfoot></table>"
    )


def _html_row(columns: Cells) -> str:
    first, *others = columns
    data = "".join(
        f'<td class="{"nombre" if right else "texte"}">{escape(cell)}</td>'
        for cell, right in zip(others, NUMERIC[1:], strict=True)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{data}</tr>'


def network_field(rows: Sequence[Row]) -> tuple[int, ...]:
    """Champ récepteur de la dernière carte, avant la vectorisation et le pooling global, qui voient tout."""
    last = _last_map(rows)
    return last.receptive_field if last else ()


def sees_everything(rows: Sequence[Row]) -> bool:
    """Si chaque unité de la dernière carte voit l’image entière, parce qu’une porte (SE) l’a résumée en chemin."""
    last = _last_map(rows)
    return last is not None and not any(field.jump for field in last.fields)


def _last_map(rows: Sequence[Row]) -> Row | None:
    maps = [row for row in rows if row.output.dims and (row.kind != "AdaptivePool" or row.fields[0].jump)]
    return maps[-1] if maps else None


def as_data(entry: Entry, rows: Sequence[Row]) -> dict[str, object]:
    """Le réseau en données simples, pour JSON : `name, source, input, parameters, macs, receptive_field, layers[]`."""
    parameters, macs = totals(tuple(rows))
    return {
        "name": entry.name,
        "source": entry.source,
        "input": list(rows[0].input.as_tuple()),
        "parameters": parameters,
        "macs": macs,
        "receptive_field": list(network_field(rows)),
        "layers": [
            {
                "name": row.name,
                "type": row.kind,
                "input": list(row.input.as_tuple()),
                "output": list(row.output.as_tuple()),
                "parameters": row.parameters,
                "macs": row.macs,
                "receptive_field": list(row.receptive_field),
            }
            for row in rows
        ],
    }


def heading(entry: Entry, rows: Sequence[Row]) -> str:
    """Ce qui précède la table dans un terminal : nom, source, entrée."""
    return f"{entry.title} ({entry.name})\nSource : {entry.source}\nEntrée : {rows[0].input} (canaux×hauteur×largeur)\n"


def summary(entry: Entry, rows: Sequence[Row]) -> str:
    """Ce qui suit la table : totaux, publications, écarts et errata."""
    parameters, macs = totals(tuple(rows))
    field = sizes(network_field(rows))
    lines = [
        "",
        f"{number(parameters)} paramètres ; {magnitude(macs)} de multiplications (MAC) pour une image ; "
        f"champ récepteur de la dernière carte : {field} pixels, padding compris.",
    ]
    lines += [f"Publié : {fact.stated} ({fact.source})." for fact in entry.published]
    lines += [f"Écart : {departure}" for departure in entry.departures]
    lines += [
        f"Erratum ({erratum.source}) : « {erratum.stated} », lire « {erratum.correct} ». {erratum.reason}"
        for erratum in entry.errata
    ]
    return "\n".join(lines)
