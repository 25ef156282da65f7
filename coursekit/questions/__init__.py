"""La banque de questions : des familles à paramètres, leurs tirages, leurs exports. Sans PyTorch.

**On tire ainsi** : `generate(find("conv.out_size"), 3, Key(seed=1))` donne trois `Variant` distincts. Un `Variant`
porte `statement`, `options`, `solution`, `hints`, `figure`, `answer`, `wrongs`, et `judge(réponse)` le corrige.

**Comment on écrit une famille.** Dans le fichier de son thème, sous `bank/`, une valeur `Family(…)` ajoutée à
`FAMILIES` ; puis son oracle, dans `tests/question_oracles/`. Chacune de ses fonctions nomme les paramètres du `domain`
dont elle se sert, et eux seuls ; les textes peuvent aussi nommer `answer` et les parties.

- `domain` : `integers(2, 9)`, `choices(16, 32)`, `grid(3, 3, low=0, high=9)` ; `valid` écarte les autres.
- La réponse vient de `formula=output_size` (le cours donne alors aussi les étapes et les erreurs ; `arguments` traduit
  les paramètres si leurs noms diffèrent) ou de `answer`, qui renvoie un entier, un réel, une `Shape`, des lignes, un
  booléen, un texte (`Choice`), ou un objet de `answers` quand il faut une tolérance ou une unité.
- `mistakes` : des `Misconception(nom, fonction, explication)`, dont la fonction renvoie une valeur fausse du même type,
  ou `None`. Il en faut trois distinctes à chaque tirage pour un nombre : celles qui coïncident avec la bonne réponse,
  ou entre elles telles qu’on les montre, sont retirées, et le tirage refusé s’il en manque. `credit` donne à une erreur
  une part des points, `weight` la rend plus fréquente parmi les distracteurs. L’explication ne donne pas la réponse ;
  ses accolades citent les paramètres, une accolade de LaTeX s’y double donc.
- `statement`, `solution` (une étape par élément, la dernière dit la réponse : `answer.shown()`) et `hints` sont écrits
  dans le balisage de `text` ; les nombres s’y écrivent comme en Python, la forme française vient seule.
- `parts` : plusieurs réponses ; une partie nomme les valeurs des précédentes, et c’est le report d’erreur.
- `figure` renvoie une `Figure` (voir `figures`).

**Comment on écrit un export.** Un module de `exports/` qui offre `EXPORTER` (voir `exports.Exporter`), ajouté à
`exports.FORMATS`. `write` rend un `Variant` après l’autre avec `styles.render(texte, style)`, où le `Style` dit comment
le format écrit texte, formules, code et tables ; `check` annonce ce qu’il perd. Ce qu’il trouve dans un `Variant` :
`items` (une case à remplir chacun, avec `answer` et `wrongs`), `options` (vide si l’on tape), `hash` (son numéro).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursekit.questions import bank
from coursekit.questions.bank import find
from coursekit.questions.family import TOPICS, Family, Part
from coursekit.questions.generate import Key, ShortageError, capacity, generate
from coursekit.questions.judging import Mark, mark
from coursekit.questions.sets import Copy, QuestionSet, Wanted, manifest, read_manifest
from coursekit.questions.variant import Item, Option, Variant, Wrong

if TYPE_CHECKING:
    from coursekit.questions.bank import BANK
    from coursekit.questions.quizzes import quiz

__all__ = [
    "BANK",
    "TOPICS",
    "Copy",
    "Family",
    "Item",
    "Key",
    "Mark",
    "Option",
    "Part",
    "QuestionSet",
    "ShortageError",
    "Variant",
    "Wanted",
    "Wrong",
    "capacity",
    "find",
    "generate",
    "manifest",
    "mark",
    "quiz",
    "read_manifest",
]


def __getattr__(name: str) -> object:
    """Charge à leur premier emploi la banque entière, et `quiz`."""
    if name == "BANK":
        return bank.BANK
    if name == "quiz":
        from coursekit.questions.quizzes import quiz

        return quiz
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
