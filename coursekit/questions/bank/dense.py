"""DenseNet : concaténer plutôt qu’additionner, et ce que cela fait aux canaux."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Choices
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family, Part

CONNECTIONS = Family(
    id="densenet.connections",
    title="Connexions d’un bloc dense",
    topic="residuel",
    level=1,
    time_s=60,
    source="CNN II, « DenseNet »",
    objectives=("Décrire un bloc dense.",),
    domain={"layers": integers(3, 40)},
    answer=lambda layers: layers * (layers + 1) // 2,
    mistakes=(
        Misconception(
            "connections.without-input",
            lambda layers: layers * (layers - 1) // 2,
            "Vous avez oublié l’entrée du bloc : toutes les couches la lisent aussi.",
        ),
        Misconception(
            "connections.chain",
            lambda layers: layers,
            "C’est une chaîne, où chaque couche ne lit que la précédente. Ici, elle lit toutes celles qui la "
            "précèdent.",
        ),
        Misconception(
            "connections.square",
            lambda layers: layers**2,
            "Chaque couche ne lit que ce qui la précède, pas ce qui la suit.",
        ),
        Misconception(
            "connections.one-more",
            lambda layers: (layers + 1) * (layers + 2) // 2,
            "Vous avez compté une couche de trop.",
        ),
    ),
    statement=lambda layers: (
        f"Un bloc dense a {layers} couches. Chacune lit l’entrée du bloc et les sorties de toutes les couches qui la "
        "précèdent. Combien y a-t-il de connexions vers ces couches, en tout ?"
    ),
    solution=lambda layers, answer: (
        "La première couche lit une chose (l’entrée), la deuxième deux, et ainsi de suite.",
        f"$1 + 2 + \\dots + {layers} = {layers}\\times{layers + 1} / 2 =$ {answer.shown()}.",
    ),
    hints=("Combien la première couche lit-elle de volumes ? et la deuxième ?",),
)

CHANNELS = Family(
    id="densenet.channels",
    title="Canaux lus par une couche d’un bloc dense",
    topic="residuel",
    level=1,
    time_s=75,
    source="CNN II, « DenseNet »",
    objectives=("Suivre le nombre de canaux dans un bloc dense.",),
    domain={
        "entering": choices(16, 24, 32, 64, 96, 128),
        "growth": choices(8, 12, 20, 40, 48),
        "rank": integers(3, 24),
    },
    answer=lambda entering, growth, rank: entering + (rank - 1) * growth,
    mistakes=(
        Misconception(
            "dense-channels.own-output",
            lambda entering, growth, rank: entering + rank * growth,
            "Vous avez compté aussi les canaux que cette couche va produire.",
        ),
        Misconception(
            "dense-channels.no-entry",
            lambda growth, rank: (rank - 1) * growth,
            "Vous avez oublié les {entering} canaux de l’entrée du bloc : eux aussi sont concaténés.",
        ),
        Misconception(
            "dense-channels.added",
            lambda entering: entering,
            "Les canaux resteraient les mêmes si l’on additionnait, comme dans un ResNet. Ici, on concatène.",
        ),
        Misconception(
            "dense-channels.last-only",
            lambda entering, growth: entering + growth,
            "Vous n’avez concaténé que la sortie de la couche précédente : il y a aussi toutes celles d’avant.",
        ),
        Misconception(
            "dense-channels.multiplied",
            lambda entering, growth, rank: entering * (rank - 1) + growth,
            "C’est le taux de croissance que chaque couche ajoute, pas les canaux de l’entrée.",
        ),
    ),
    statement=lambda entering, growth, rank: (
        f"Un bloc dense reçoit {entering} canaux, et chacune de ses couches en produit $k = {growth}$. "
        f"Combien de canaux la couche numéro {rank} lit-elle ? (La première porte le numéro 1.)"
    ),
    solution=lambda entering, growth, rank, answer: (
        f"Avant elle, {rank - 1} couches ont produit {growth} canaux chacune.",
        f"Avec ceux de l’entrée : ${entering} + {rank - 1}\\times{growth} =$ {answer.shown()} canaux.",
    ),
    hints=("Combien de couches précèdent celle-ci ?",),
)

TRANSITION = Family(
    id="densenet.transition",
    title="Une transition de DenseNet",
    topic="residuel",
    level=2,
    time_s=180,
    points=3,
    source="CNN II, « DenseNet » ; Huang et al. (2017), section 3",
    objectives=("Suivre la forme d’un volume à travers un bloc dense et sa transition.",),
    domain={
        "entering": choices(32, 64, 96, 128, 256),
        "layers": choices(4, 6, 8, 12, 16, 24),
        "growth": choices(12, 16, 24, 32, 48),
        "theta": choices(0.5, 0.25, 0.75),
    },
    statement=lambda entering, layers, growth, theta: (
        f"Un bloc dense de {layers} couches reçoit {entering} canaux ; chaque couche y ajoute $k = {growth}$ "
        "canaux. La "
        f"transition qui le suit est une convolution $1\\times1$ sans biais, qui multiplie le nombre de canaux par "
        f"$\\theta = {theta}$ (arrondi vers le bas), puis un average pooling $2\\times2$."
    ),
    parts=(
        Part(
            name="stacked",
            prompt="Combien de canaux sortent du bloc dense ?",
            answer=lambda entering, layers, growth: entering + layers * growth,
            mistakes=(
                Misconception(
                    "transition.no-entry",
                    lambda layers, growth: layers * growth,
                    "Vous avez oublié les {entering} canaux de l’entrée, qui restent dans la concaténation.",
                ),
                Misconception(
                    "transition.one-layer-short",
                    lambda entering, layers, growth: entering + (layers - 1) * growth,
                    "C’est ce que lit la dernière couche ; à la sortie du bloc, ses {growth} canaux s’y ajoutent.",
                ),
                Misconception(
                    "transition.last-layer",
                    lambda growth: growth,
                    "C’est ce que produit la dernière couche seule. La sortie du bloc concatène tout.",
                ),
            ),
        ),
        Part(
            name="kept",
            prompt="Combien de canaux sortent de la transition ?",
            answer=lambda stacked, theta: int(stacked * theta),
            mistakes=(
                Misconception(
                    "transition.pooling-halves",
                    lambda stacked, theta: int(stacked * theta) // 2,
                    "Le pooling réduit la hauteur et la largeur, pas le nombre de canaux.",
                ),
                Misconception(
                    "transition.removed",
                    lambda stacked, theta: int(stacked * (1 - theta)) if theta != 0.5 else None,
                    "C’est ce que la transition retire : $\\theta$ est la part qu’elle garde.",
                ),
                Misconception(
                    "transition.no-compression",
                    lambda stacked: stacked,
                    "Vous n’avez pas compressé : la convolution 1×1 ne rend qu’une part $\\theta$ des canaux.",
                ),
            ),
        ),
        Part(
            name="weights",
            prompt="Combien de poids la convolution $1\\times1$ a-t-elle ?",
            answer=lambda stacked, kept: stacked * kept,
            mistakes=(
                Misconception(
                    "transition.one-filter",
                    lambda stacked: stacked,
                    "C’est un seul filtre : la couche en a un par canal de sortie.",
                ),
                Misconception(
                    "transition.square",
                    lambda stacked: stacked**2,
                    "Vous avez gardé autant de filtres que de canaux lus.",
                ),
                Misconception(
                    "transition.pooled-weights",
                    lambda stacked, kept: 4 * stacked * kept,
                    "Le pooling 2×2 n’a pas de poids.",
                ),
            ),
        ),
    ),
    solution=lambda entering, layers, growth, theta, stacked, answer: (
        f"Le bloc concatène son entrée et {layers} fois {growth} canaux : ${entering} + {layers}\\times{growth} =$ "
        f"{answer.answers[0][1].shown()}.",
        f"La transition en garde ${theta}\\times{stacked}$, soit {answer.answers[1][1].shown()} ; le pooling n’y "
        "change rien.",
        f"Chaque filtre $1\\times1$ a un poids par canal lu : {answer.answers[0][1].shown()} × "
        f"{answer.answers[1][1].shown()} = {answer.answers[2][1].shown()} poids.",
    ),
    hints=("Un pooling n’a pas de poids et garde les canaux.",),
)


TRUE_STATEMENTS = Family(
    id="densenet.true_statements",
    title="Concaténer ou additionner",
    topic="residuel",
    level=2,
    time_s=75,
    source="CNN II, « DenseNet »",
    objectives=("Comparer DenseNet et ResNet.",),
    answer=lambda: Choices(
        (
            "Une couche lit les cartes des couches précédentes telles qu’elles ont été produites.",
            "Les volumes concaténés doivent avoir la même hauteur et la même largeur.",
            "Le nombre de canaux lus augmente d’une couche à la suivante.",
        )
    ),
    mistakes=(
        Misconception(
            "dense-statements.same-channels",
            lambda: "Les volumes réunis doivent avoir le même nombre de canaux.",
            "C’est l’addition d’un ResNet qui le demande ; on peut concaténer 64 canaux et 32 canaux.",
        ),
        Misconception(
            "dense-statements.no-transition",
            lambda: "Un seul bloc dense couvre tout le réseau, du premier pooling au dernier.",
            "Un bloc garde la taille des cartes : il faut changer de bloc, par une transition, pour la réduire.",
        ),
        Misconception(
            "dense-statements.wide",
            lambda: "Chaque couche produit autant de canaux qu’elle en lit.",
            "Les couches sont au contraire étroites : chacune produit k canaux, 12 ou 32 par exemple.",
        ),
    ),
    statement=lambda: "Quelles affirmations sont vraies dans un bloc dense de DenseNet ?",
    solution=lambda: (
        "Concaténer n’altère pas ce que les couches ont produit, mais demande des cartes de même taille.",
        "Chaque couche ajoute $k$ canaux à ce que lira la suivante ; $k$ reste petit, et une transition sépare les "
        "blocs.",
    ),
    hints=("Que demande une concaténation aux volumes qu’elle réunit ? Et une addition ?",),
)

FAMILIES = (CONNECTIONS, CHANNELS, TRANSITION, TRUE_STATEMENTS)
