"""Ce que fait chaque sous-commande : lire les arguments, appeler la bibliothèque, écrire."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from coursekit.errors import ArgumentError
from coursekit.layers import Row, Shape


def _json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def models(arguments: Namespace) -> int:
    from coursekit import report
    from coursekit.tables import find, names

    entries = [find(name) for name in names(arguments.family)]
    counts = [entry.totals() for entry in entries]
    if arguments.json:
        _json(
            [
                {
                    "name": entry.name,
                    "family": entry.stem,
                    "title": entry.title,
                    "source": entry.source,
                    "input": list(entry.input.as_tuple()),
                    "parameters": parameters,
                    "macs": macs,
                }
                for entry, (parameters, macs) in zip(entries, counts, strict=True)
            ]
        )
        return 0
    width = max(len(entry.name) for entry in entries)
    for entry, (parameters, macs) in zip(entries, counts, strict=True):
        cost = f"{report.magnitude(parameters):>9} paramètres  {report.magnitude(macs):>9} MAC"
        print(f"{entry.name:<{width}}  {cost}  {entry.title}")
    return 0


def read_input(text: str, default: Shape) -> Shape:
    """Lit `--input` : « 224 » ou « 224x320 » (hauteur, largeur).

    Raises:
        ArgumentError: ce ne sont pas une ou deux tailles.
    """
    parts = text.lower().replace("×", "x").split("x")
    if not all(part.strip().isdecimal() for part in parts) or len(parts) not in (1, default.dims):
        raise ArgumentError(f"--input {text} : donnez une taille (224) ou hauteur et largeur (224x320).")
    values = tuple(int(part) for part in parts)
    return Shape(default.channels, values * default.dims if len(values) == 1 else values)


def describe(arguments: Namespace) -> int:
    from coursekit import report
    from coursekit.tables import find

    entry = find(arguments.name)
    shape = entry.input if arguments.input is None else read_input(arguments.input, entry.input)
    rows = entry.rows(shape, arguments.classes)
    keep: Callable[[Row], bool] = (lambda _row: True) if arguments.all else report.is_printed
    if arguments.json:
        _json(report.as_data(entry, rows))
    elif arguments.markdown:
        print(report.markdown_table(rows, keep))
    elif arguments.html:
        print(report.html_table(rows, f"{entry.title}, entrée {shape}", keep))
    else:
        print(report.heading(entry, rows))
        print(report.text_table(rows, keep))
        print(report.summary(entry, rows))
    return 0


def compare(arguments: Namespace) -> int:
    from coursekit.cli.compare import compare_networks, plot, render

    networks = compare_networks(arguments.names, arguments.charted)
    if arguments.json:
        _json([network.as_data() for network in networks])
    else:
        print(render(networks, markdown=arguments.markdown))
    if arguments.plot:
        plot(networks, Path(arguments.plot))
        print(f"Tracé : {arguments.plot}", file=sys.stderr)
    return 0


def doctor(arguments: Namespace) -> int:
    from dataclasses import asdict

    from coursekit.doctor import examine, is_healthy, render

    findings = examine()
    if arguments.json:
        _json([asdict(finding) for finding in findings])
    else:
        print(render(findings))
    return 0 if is_healthy(findings) else 1


def release(arguments: Namespace) -> int:
    from coursekit import course

    root = Path(arguments.course)
    if arguments.check:
        differences = course.check(root)
        print("\n".join(differences) if differences else "Les exercices sont à jour.")
        return 1 if differences else 0
    for path in course.release(root, arguments.names or None):
        print(f"Dérivé : {path}")
    return 0


def questions(arguments: Namespace) -> int:
    from coursekit.cli.questions import run

    return run(arguments)


def grade(arguments: Namespace) -> int:
    from coursekit.cli.grade import grade as run

    return run(arguments)


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "models": models,
    "describe": describe,
    "compare": compare,
    "doctor": doctor,
    "release": release,
    "grade": grade,
    "questions": questions,
}
