"""Des questions faites pour casser un export : un type de réponse chacune, et partout les signes qui gênent un format.

`RAW` est le texte tel qu’un élève doit le lire, `HARD` le même en balisage. `NASTY` a une famille par type de réponse,
hors de la banque ; `nasty_variants()` en donne les questions, et `bank_variants()` celles de la banque.
"""

from fractions import Fraction

from coursekit.arithmetic import Misconception
from coursekit.questions import BANK, Family, Key, Part, generate
from coursekit.questions.answers import Choice, Choices, FormulaText, Integer, MatrixAnswer, Real, TensorShape
from coursekit.questions.domain import choices
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.questions.text import escape

RAW = (
    'Élève naïf, œuvre à 100\u202f%\u00a0: « guillemets », "droits", \u0027simples\u0027 et l’autre, '
    "{ } = ~ # : \\ < & > % _ ^ $ * | ` @ [ ] // -> %50% &amp; <b> ]]> {{ x }} \\n \\frac −7 …"
)
"""Ce qui se lit : accents, guillemets, et tout signe qu’un format se réserve."""

HARD = escape(RAW)
MATH = r"\frac{a_{1}}{b} < \{c\} \sim d"
DISPLAY = r"\begin{pmatrix} 1 & -2 \\ 0{,}5 & \#3 \end{pmatrix}"
CODE = '{"a": x[:, 0] = ~b & #c < d \\n}'
FEEDBACK = HARD.replace("{", "{{").replace("}", "}}")
"""`HARD` pour l’explication d’une erreur, où les accolades citent un paramètre."""

STATEMENT = f"""= Question $n=@N@$ : {HARD}

// Une formule ${MATH}$, du code `{CODE}`, du **gras é=~**.

$${DISPLAY}$$

| Couche | Taille |
|---|---|
| $x_1$ ~ a | {HARD} |

- un : {{}}
- deux = `#`"""

TINY = 0.000012345


def statement(n):
    return STATEMENT.replace("@N@", str(n))


def picture(n):
    return Figure(svg(40, 20, f'<text x="20" y="15">{n}</text>', RAW), RAW)


def mistakes(*wrongs):
    """Une erreur connue par valeur fausse ; toutes s’expliquent par le texte difficile."""
    return tuple(
        Misconception(
            f"nasty.wrong-{i}", (lambda w: lambda: w)(wrong), f"Erreur {i} : {FEEDBACK} ${{{{x}}}}$"
        )
        for i, wrong in enumerate(wrongs)
    )


def nasty(kind, answer, wrongs, **more):
    return Family(
        id=f"nasty.{kind}",
        title=f"Piège : {RAW}",
        topic="tailles",
        level=3,
        time_s=60,
        objectives=(HARD,),
        domain={"n": choices(3, 5)},
        tags=("étiquette : {~=#}",),
        statement=statement,
        answer=answer,
        mistakes=mistakes(*wrongs),
        solution=lambda n: (f"Étape ${n}$ : {HARD}", f"Enfin, ${MATH}$."),
        hints=(f"Indice : {HARD}",),
        **more,
    )


def part(name, answer, wrongs, **more):
    return Part(name=name, prompt=f"{HARD} ${MATH}$ ?", answer=answer, mistakes=mistakes(*wrongs), **more)


ROWS = ((Fraction(-1), Fraction(1, 4)), (Fraction(100_000), Fraction(0)))
WRONG_ROWS = (((1, 2), (3, 4), (5, 6)), ((0, 0), (0, 0), (0, 0)), ((-1, 1), (1, -1), (9, 9)))
PARTS = (
    part("first", lambda n: Real(-TINY * n), (-1.5, 0.25), share=2),
    part("second", lambda n: TensorShape((n, 2, 3)), ((1, 1, 1), (2, 2, 2))),
    part("third", lambda first: first < 0, (False,)),
    part("fourth", lambda: FormulaText("a*b", ("a", "b")), ("a+b",)),
    part("fifth", lambda n: Real(50.5 * n, "%"), (1.5,)),
)

NASTY = (
    nasty("integer", lambda n: Integer(-19_273_856 * n), (-1, 0, 12_345), figure=picture, points=3),
    nasty(
        "tiny",
        lambda n: Real(-TINY * n),
        (-TINY / 10, TINY, -123_456.5),
        credit={"nasty.wrong-0": Fraction(1, 2)},
    ),
    nasty("percent", lambda n: Real(Fraction(100, n), "%"), (0.5, 99.9, 3.25)),
    nasty("shape", lambda n: TensorShape((12_345, n, 96)), ((1, 1, 1), (96, 12_345, 3), (7, 96))),
    nasty("matrix", lambda n: MatrixAnswer((*ROWS, (Fraction(n, 3), Fraction(-n)))), WRONG_ROWS),
    nasty("boolean", lambda n: n > 3, (False, True)),
    nasty(
        "choice",
        lambda: Choice(f"=Juste {HARD} ${MATH}$"),
        (f"~Faux {HARD}", f"%50%Moitié `{CODE}`", f"#$-1{{,}}5$ {HARD}"),
    ),
    nasty(
        "choices",
        lambda: Choices((f"Vrai A {HARD}", f"Vrai B ${MATH}$")),
        (f"Faux C {HARD}", "Faux D `}`", "Faux E : ~="),
    ),
    nasty(
        "formula",
        lambda: FormulaText("(W-F)/S+1", ("W", "F", "S"), latex=r"\frac{W-F}{S}+1"),
        ("(W-F)/S", "W/S", "W*F+S"),
    ),
    nasty("parts", None, (), parts=PARTS),
)


def nasty_variants(form=None, count=2):
    """Les questions difficiles, `count` par famille."""
    return [v for family in NASTY for v in generate(family, count, Key(seed=1), form=form)]


def bank_variants(form=None, seeds=range(3)):
    """Les questions distinctes que donnent ces graines, toutes familles de la banque."""
    found = (v for family in BANK for seed in seeds for v in generate(family, 1, Key(seed=seed), form=form))
    return list({variant.note: variant for variant in found}.values())
