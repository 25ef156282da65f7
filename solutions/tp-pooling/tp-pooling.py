# %% [markdown]
# # TP : le pooling, de la fenêtre à la tête du réseau
#
# **20 points, 75 minutes environ.** À lire avant : les chapitres *Tailles : padding, pas, dilatation* et
# *Pooling*.
#
# Un pooling n’a rien à apprendre, et tient en une ligne de PyTorch. Vous allez l’écrire sans cette ligne :
# d’abord par des boucles, puis sans boucle ; vous ferez remonter le gradient vous-même, vous tirerez au sort,
# et vous remplacerez la tête d’un réseau par une moyenne. Enfin, vous lirez une mesure de ce que vaut
# l’invariance par translation.
#
# | Question | Sujet | Points |
# |:-:|:--|:-:|
# | 1 | La taille de sortie | 2 |
# | 2 | Max pooling, par des boucles | 3 |
# | 3 | Average pooling, sans boucle | 3 |
# | 4 | Le gradient du max pooling | 3 |
# | 5 | Le pooling stochastique | 3 |
# | 6 | Une tête à moyenne globale | 3 |
# | 7 | Ce que vaut l’invariance | 3 |

# %% [markdown]
# ## Comment travailler
#
# - Écrivez votre réponse à la place de `pass`, sous `# VOTRE CODE ICI`. Ne supprimez ni ne déplacez aucune
#   cellule.
# - Exécutez ensuite la cellule qui suit votre réponse. Un ✓ dit qu’elle est juste ; sinon, une phrase dit ce
#   qui ne va pas. Recommencez autant de fois que vous voulez.
# - Cette cellule ne montre qu’une partie des tests. À la correction, vos fonctions sont essayées sur d’autres
#   valeurs : une réponse qui ne vaut que pour l’exemple ne suffit pas.
# - Chaque question se corrige à part : une erreur à l’une n’en coûte pas une deuxième ailleurs.
# - Un indice replié accompagne les questions les plus longues. Il ne coûte rien.
# - Avant de rendre le notebook, relancez-le en entier (menu *Noyau*, *Redémarrer et tout exécuter*).
#
# Écrivez les calculs vous-même : les couches de pooling de `torch.nn`, et les fonctions de
# `coursekit.arithmetic`, les font déjà, et s’en servir n’apprend rien.
#
# **Notations du cours.** $W$ : taille d’entrée, en pixels ; $F$ : taille de la fenêtre ; $P$ : padding, de
# chaque côté ; $S$ : pas (*stride*) ; $C$ : canaux ; $K$ : nombre de classes.

# %% [markdown]
# ## Préparation
#
# Exécutez ces deux cellules : la première charge le cours, la seconde, repliée, sert à vérifier vos
# réponses.

# %% locked="preparation"
from dataclasses import replace

import torch
from torch import nn

from coursekit import arithmetic, checks

_ = torch.manual_seed(0)

# %% locked="verification" folded=true
pool_size = replace(arithmetic.pool_output_size, latex="")  # ses messages taisent la formule


def course_max(image, kernel_size, stride):
    return [[int(value) for value in row] for row in arithmetic.max_pool(image, kernel_size, stride)]


def course_average(x, kernel_size, stride):
    return nn.functional.avg_pool2d(x, kernel_size, stride)


def picture(rng, smallest, largest):
    """Une carte de petits entiers, dont les deux côtés sont tirés."""
    height, width = rng.randint(smallest, largest), rng.randint(smallest, largest)
    return [[rng.randint(-9, 9) for _ in range(width)] for _ in range(height)]


def volume(rng, *sides):
    return torch.rand(*sides, generator=torch.Generator().manual_seed(rng.randrange(10**6)))


def sent_back(pool, image, gradient):
    """Le gradient que rend un pooling, calculé par PyTorch."""
    x = torch.tensor([image], dtype=torch.float64, requires_grad=True)
    pool(x).backward(torch.tensor([gradient], dtype=torch.float64))
    return x.grad[0]


def course_gradient(image, gradient, kernel_size, stride):
    return sent_back(nn.MaxPool2d(kernel_size, stride), image, gradient).tolist()


def shared(image, gradient, kernel_size, stride):
    return sent_back(nn.AvgPool2d(kernel_size, stride), image, gradient)


def winners(image, gradient, kernel_size, stride):
    ones = [[1.0 for _ in row] for row in gradient]
    return (sent_back(nn.MaxPool2d(kernel_size, stride), image, ones) > 0).double()


def last_gradient_only(image, gradient, kernel_size, stride):
    x = torch.tensor([image], dtype=torch.float64)
    _, places = nn.functional.max_pool2d(x, kernel_size, stride, return_indices=True)
    kept = dict(zip(places.flatten().tolist(), (value for row in gradient for value in row), strict=True))
    flat = torch.zeros(x.numel(), dtype=torch.float64)
    for place, value in kept.items():
        flat[place] = value
    return flat.reshape(x.shape[1:]).tolist()


ceiling_mistakes = (
    (
        "pool-size.floor",
        lambda size, kernel, stride, padding, ceil_mode: arithmetic.pool_output_size(
            size, kernel, stride, padding
        ),
        "Vous arrondissez toujours vers le bas : `ceil_mode=True` garde une dernière fenêtre incomplète.",
    ),
    (
        "pool-size.ghost",
        lambda size, kernel, stride, padding, ceil_mode: -(-(size + 2 * padding - kernel) // stride) + 1,
        "Vous gardez une fenêtre qui commence après la fin de l’image : elle ne lirait aucun pixel.",
    ),
)

max_mistakes = (
    (
        "max-pool.min",
        lambda image, kernel, stride: [
            [-value for value in row]
            for row in course_max([[-v for v in line] for line in image], kernel, stride)
        ],
        "Vous gardez la plus petite valeur de chaque fenêtre.",
    ),
    (
        "max-pool.stride-one",
        lambda image, kernel, stride: course_max(image, kernel, 1),
        "Vous avancez d’un pixel à la fois : la fenêtre doit avancer de S pixels.",
    ),
    (
        "max-pool.adjacent",
        lambda image, kernel, stride: course_max(image, kernel, kernel),
        "Vos fenêtres sont toujours jointives : le pas S peut différer de F.",
    ),
    (
        "max-pool.corner",
        lambda image, kernel, stride: [
            [image[y * stride][x * stride] for x in range(len(row))]
            for y, row in enumerate(course_max(image, kernel, stride))
        ],
        "Vous gardez le coin de chaque fenêtre, pas son maximum.",
    ),
    (
        "max-pool.mean",
        lambda image, kernel, stride: [
            [float(value) for value in row] for row in arithmetic.average_pool(image, kernel, stride)
        ],
        "Vous faites la moyenne de chaque fenêtre : c’est un average pooling.",
    ),
)

average_mistakes = (
    (
        "average-pool.sum",
        lambda x, kernel, stride: kernel**2 * course_average(x, kernel, stride),
        "Vous additionnez sans diviser : la moyenne d’une fenêtre divise par son nombre de valeurs, F².",
    ),
    (
        "average-pool.side",
        lambda x, kernel, stride: kernel * course_average(x, kernel, stride),
        "Vous divisez par F : une fenêtre F × F contient F² valeurs.",
    ),
    (
        "average-pool.channels",
        lambda x, kernel, stride: course_average(x, kernel, stride).mean(dim=1, keepdim=True),
        "Vous mélangez les canaux : chaque canal se résume seul, et leur nombre ne change pas.",
    ),
    (
        "average-pool.max",
        lambda x, kernel, stride: nn.functional.max_pool2d(x, kernel, stride),
        "Vous gardez le maximum de chaque fenêtre : on demande la moyenne.",
    ),
    (
        "average-pool.adjacent",
        lambda x, kernel, stride: course_average(x, kernel, kernel),
        "Vos fenêtres sont toujours jointives : le pas S peut différer de F.",
    ),
)

gradient_mistakes = (
    (
        "max-gradient.spread",
        lambda *arguments: shared(*arguments).tolist(),
        "Vous partagez le gradient entre les cases de la fenêtre : c’est ce que fait un average pooling.",
    ),
    (
        "max-gradient.everywhere",
        lambda image, gradient, kernel, stride: (
            kernel**2 * shared(image, gradient, kernel, stride)
        ).tolist(),
        "Vous recopiez le gradient dans toute la fenêtre. Une case qui n’est pas le maximum ne change pas la sortie.",
    ),
    (
        "max-gradient.value",
        lambda *arguments: (winners(*arguments) * torch.tensor(arguments[0])).tolist(),
        "Vous renvoyez les activations : la case gagnante reçoit le gradient de la sortie.",
    ),
    (
        "max-gradient.product",
        lambda *arguments: (torch.tensor(course_gradient(*arguments)) * torch.tensor(arguments[0])).tolist(),
        "Vous multipliez le gradient par l’activation. La sortie copie le maximum : sa dérivée vaut 1.",
    ),
    (
        "max-gradient.overwritten",
        last_gradient_only,
        "Une case qui gagne dans deux fenêtres ne garde que le dernier gradient : les gradients s’ajoutent.",
    ),
)


def course_probabilities(window):
    return [float(chance) for chance in arithmetic.stochastic_probabilities(window)]


def course_expectation(window):
    return float(arithmetic.stochastic_expectation(window))


probability_mistakes = (
    (
        "stochastic-pool.uniform",
        lambda window: [1 / len(window) for _ in window],
        "Toutes vos valeurs ont la même chance. La probabilité est proportionnelle à l’activation.",
    ),
    (
        "stochastic-pool.over-max",
        lambda window: [value / max(window) for value in window],
        "Vous divisez par la plus grande activation : vos probabilités n’ont pas 1 pour somme.",
    ),
    (
        "stochastic-pool.softmax",
        lambda window: torch.softmax(torch.tensor(window, dtype=torch.float64), dim=0).tolist(),
        "C’est un softmax. Ici, une activation nulle n’est jamais tirée, et l’exponentielle n’a pas lieu d’être.",
    ),
)

expectation_mistakes = (
    (
        "stochastic-pool.mean",
        lambda window: sum(window) / len(window),
        "C’est la moyenne ordinaire : chaque valeur doit compter selon sa probabilité d’être tirée.",
    ),
    (
        "stochastic-pool.max",
        max,
        "C’est le maximum : au test, toutes les valeurs contribuent.",
    ),
    (
        "stochastic-pool.squares",
        lambda window: sum(value**2 for value in window),
        "Il manque la division par la somme des activations.",
    ),
)


def course_dense(channels, side, num_classes):
    return arithmetic.linear_parameters(channels * side**2, num_classes)


def course_gap(channels, num_classes):
    return arithmetic.linear_parameters(channels, num_classes)


dense_mistakes = (
    (
        "head.no-bias",
        lambda channels, side, num_classes: channels * side**2 * num_classes,
        "Vous avez oublié les biais : un par classe.",
    ),
    (
        "head.side-once",
        lambda channels, side, num_classes: arithmetic.linear_parameters(channels * side, num_classes),
        "Une carte de côté H a H² valeurs : comptez la hauteur et la largeur.",
    ),
    (
        "head.no-flatten",
        lambda channels, side, num_classes: course_gap(channels, num_classes),
        "Vous ne lisez qu’une valeur par canal : sans moyenne globale, la couche lit toutes les positions.",
    ),
)

gap_mistakes = (
    (
        "head.no-bias",
        lambda channels, num_classes: channels * num_classes,
        "Vous avez oublié les biais : un par classe.",
    ),
    (
        "head.nothing",
        lambda channels, num_classes: 0,
        "La moyenne n’a pas de paramètre, mais la couche fully-connected qui la suit en a.",
    ),
)

# %% [markdown]
# ## Question 1 : la taille de sortie (2 points)
#
# Écrivez `pool_output_size(input_size, kernel_size, stride, padding, ceil_mode)`, la taille de sortie d’un
# pooling le long d’une dimension, avec les règles de PyTorch :
#
# - si `stride` vaut `None`, les fenêtres sont jointives ;
# - quand le pas ne tombe pas juste, on arrondit vers le bas, ou vers le haut si `ceil_mode` est vrai ;
# - même alors, une fenêtre qui commencerait après l’image et son padding gauche est supprimée.
#
# Le premier point ne demande pas `ceil_mode` ; le second le demande.

# %% [markdown] hint="q1"
# Collez la fenêtre contre le bord gauche de l’image entourée de son padding. De combien de pixels peut-elle
# encore avancer ? Combien de pas cela fait-il ? N’oubliez pas la position de départ.
#
# Pour `ceil_mode` : en Python, `-(-a // b)` arrondit le quotient vers le haut. La dernière fenêtre commence
# au pixel $(n - 1) \times S$ de l’image complétée ; à partir de quel pixel n’y a-t-il plus d’image ?


# %% answer="q1"
def pool_output_size(input_size, kernel_size, stride=None, padding=0, ceil_mode=False):
    """Taille de sortie d’un pooling, en pixels, le long d’une dimension."""
    ### BEGIN SOLUTION
    step = kernel_size if stride is None else stride
    room = input_size + 2 * padding - kernel_size
    if not ceil_mode:
        return room // step + 1
    size = -(-room // step) + 1
    return size - 1 if (size - 1) * step >= input_size + padding else size
    ### END SOLUTION


# %% tests="q1" points=1
# Vérification de la question 1, arrondi vers le bas (1 point)
examples = [(224, 2), (55, 3, 2), (112, 3, 2), (112, 3, 2, 1), (13, 2)]
print(checks.function(pool_output_size, pool_size, examples).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        pool_output_size,
        pool_size,
        lambda rng: (rng.randint(16, 256), rng.randint(2, 6), rng.choice((None, 1, 2, 3)), rng.randint(0, 1)),
    ).require()
)
### END HIDDEN TESTS

# %% tests="q1" points=1
# Vérification de la question 1, avec ceil_mode (1 point)
examples = [(112, 3, 2, 0, True), (55, 3, 2, 0, True), (6, 2, 4, 1, True)]
print(checks.function(pool_output_size, pool_size, examples, mistakes=ceiling_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        pool_output_size,
        pool_size,
        lambda rng: (rng.randint(6, 64), rng.randint(2, 5), rng.randint(1, 6), rng.randint(0, 1), True),
        mistakes=ceiling_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2 : max pooling, par des boucles (3 points)
#
# Écrivez `max_pool(image, kernel_size, stride)`, sans padding. La carte est une liste de lignes, et le
# résultat aussi ; elle n’est pas forcément carrée. Des boucles suffisent : NumPy et PyTorch cacheraient ce
# que l’on veut voir.

# %% [markdown] hint="q2"
# Combien de lignes et de colonnes a le résultat ? Écrivez d’abord ces deux nombres, puis deux boucles sur les
# positions. La fenêtre de la position $(y, x)$ commence à la ligne $y \times S$ et à la colonne
# $x \times S$.


# %% answer="q2"
def max_pool(image, kernel_size, stride):
    """Le maximum de chaque fenêtre, en listes de lignes."""
    ### BEGIN SOLUTION
    rows = (len(image) - kernel_size) // stride + 1
    columns = (len(image[0]) - kernel_size) // stride + 1
    return [
        [
            max(image[y * stride + i][x * stride + j] for i in range(kernel_size) for j in range(kernel_size))
            for x in range(columns)
        ]
        for y in range(rows)
    ]
    ### END SOLUTION


# %% tests="q2" points=3
# Vérification de la question 2 (3 points)
slide = [[5, 3, 0, 3], [4, 0, 9, 4], [2, 4, 1, 2], [1, 3, 2, 3]]
examples = [(slide, 2, 2), ([[1, 2, 3, 4, 5], [0, 9, 0, 0, 0], [-1, -2, -3, -4, -5]], 3, 2)]
print(checks.function(max_pool, course_max, examples, mistakes=max_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        max_pool,
        course_max,
        lambda rng: (picture(rng, 4, 8), rng.randint(2, 3), rng.randint(1, 3)),
        mistakes=max_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3 : average pooling, sans boucle (3 points)
#
# Les cartes d’un réseau sont des tenseurs de lot × canaux × hauteur × largeur, et une boucle Python y serait
# bien trop lente. Écrivez `average_pool(x, kernel_size, stride)`, sans boucle ni couche de pooling.
#
# La méthode `x.unfold(dimension, taille, pas)` y aide : elle découpe une dimension en fenêtres, et met leur
# contenu dans une nouvelle dimension, la dernière. Elle ne copie rien. Un vecteur de 6 valeurs devient ainsi
# un tableau de 3 fenêtres de 2 valeurs :

# %%
print(torch.arange(6).unfold(0, 2, 2))

# %% [markdown]
# Deux points pour des fenêtres jointives, un point pour un pas quelconque.

# %% [markdown] hint="q3"
# Appliquez `unfold` à la hauteur (dimension 2), puis à la largeur (dimension 3) : la forme devient
# lot × canaux × lignes × colonnes × $F$ × $F$. Quelles dimensions faut-il résumer ? `mean` accepte une liste
# de dimensions.


# %% answer="q3"
def average_pool(x, kernel_size, stride):
    """x : N×C×H×W ; renvoie N×C×h×w, la moyenne de chaque fenêtre."""
    ### BEGIN SOLUTION
    windows = x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride)
    return windows.mean(dim=(-2, -1))
    ### END SOLUTION


# %% tests="q3" points=2
# Vérification de la question 3, fenêtres jointives (2 points)
examples = [(torch.tensor(slide, dtype=torch.float32)[None, None], 2, 2), (torch.rand(2, 3, 6, 9), 3, 3)]
print(checks.function(average_pool, course_average, examples, mistakes=average_mistakes[:-1]).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        average_pool,
        course_average,
        lambda rng: (
            volume(rng, rng.randint(1, 3), rng.randint(2, 4), rng.randint(6, 9), 8),
            *(rng.choice((2, 3)),) * 2,
        ),
        mistakes=average_mistakes[:-1],
    ).require()
)
### END HIDDEN TESTS

# %% tests="q3" points=1
# Vérification de la question 3, avec un pas quelconque (1 point)
examples = [(torch.rand(1, 2, 7, 9), 3, 2), (torch.rand(2, 3, 8, 6), 2, 1)]
print(checks.function(average_pool, course_average, examples, mistakes=average_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        average_pool,
        course_average,
        lambda rng: (
            volume(rng, 2, rng.randint(2, 4), rng.randint(6, 9), 8),
            rng.choice((2, 4)),
            rng.choice((1, 3)),
        ),
        mistakes=average_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4 : le gradient du max pooling (3 points)
#
# La rétropropagation apporte un gradient à chaque valeur de la sortie. Écrivez
# `max_pool_gradient(image, gradient, kernel_size, stride)`, le gradient que reçoit la carte d’entrée. La
# carte, le gradient de la sortie et le résultat sont des listes de lignes ; le résultat a les dimensions de
# la carte.
#
# À égalité dans une fenêtre, la première case gagne, dans l’ordre de lecture. Les deux premiers points
# demandent des fenêtres jointives, le troisième des fenêtres qui se chevauchent.

# %% [markdown] hint="q4"
# Partez d’un tableau de zéros de la taille de la carte. Pour chaque fenêtre, trouvez la position de son
# maximum : `max(positions, key=…)` rend la première, en cas d’égalité. Que se passe-t-il quand une même case
# gagne dans deux fenêtres ?


# %% answer="q4"
def max_pool_gradient(image, gradient, kernel_size, stride):
    """Gradient de la carte d’entrée, en listes de lignes."""
    ### BEGIN SOLUTION
    result = [[0 for _ in row] for row in image]
    for y, line in enumerate(gradient):
        for x, value in enumerate(line):
            places = [
                (y * stride + i, x * stride + j) for i in range(kernel_size) for j in range(kernel_size)
            ]
            row, column = max(places, key=lambda place: image[place[0]][place[1]])
            result[row][column] += value
    return result
    ### END SOLUTION


# %% tests="q4" points=2
# Vérification de la question 4, fenêtres jointives (2 points)
examples = [(slide, [[4, -8], [12, 2]], 2, 2), ([[1, 1, 0, 5], [1, 1, 7, 2]], [[3, -1]], 2, 2)]
print(
    checks.function(max_pool_gradient, course_gradient, examples, mistakes=gradient_mistakes[:-1]).require()
)
### BEGIN HIDDEN TESTS
print(
    checks.function(
        max_pool_gradient,
        course_gradient,
        lambda rng: (
            [[rng.randint(-9, 9) for _ in range(6)] for _ in range(4)],
            [[rng.choice((-3, -2, 2, 3)) for _ in range(3)] for _ in range(2)],
            2,
            2,
        ),
        mistakes=gradient_mistakes[:-1],
    ).require()
)
### END HIDDEN TESTS

# %% tests="q4" points=1
# Vérification de la question 4, fenêtres qui se chevauchent (1 point)
examples = [
    ([[0, 0, 9, 0, 0], [0] * 5, [0] * 5], [[5, 2]], 3, 2),
    ([[1, 2, 3], [4, 9, 5], [6, 7, 8]], [[1, 2], [3, 4]], 2, 1),
]
print(checks.function(max_pool_gradient, course_gradient, examples, mistakes=gradient_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        max_pool_gradient,
        course_gradient,
        lambda rng: (
            [[rng.randint(-9, 9) for _ in range(7)] for _ in range(5)],
            [[rng.randint(1, 5) for _ in range(3)] for _ in range(2)],
            3,
            2,
        ),
        mistakes=gradient_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5 : le pooling stochastique (3 points)
#
# Une fenêtre est donnée par la liste de ses activations, positives ou nulles. Écrivez
#
# - `probabilities(window)`, la liste des probabilités de tirer chaque valeur (1 point) ;
# - `expected_output(window)`, la sortie au test (1 point).
#
# Le dernier point demande que les deux fonctions acceptent une fenêtre entièrement nulle : chaque valeur y a
# la même chance, et la sortie vaut 0.


# %% answer="q5"
def probabilities(window):
    """La probabilité de tirer chaque valeur de la fenêtre."""
    ### BEGIN SOLUTION
    total = sum(window)
    return [value / total if total else 1 / len(window) for value in window]
    ### END SOLUTION


def expected_output(window):
    """La sortie au test : la moyenne que pondèrent ces probabilités."""
    ### BEGIN SOLUTION
    total = sum(window)
    return sum(value**2 for value in window) / total if total else 0
    ### END SOLUTION


# %% tests="q5" points=1
# Vérification de la question 5, les probabilités (1 point)
examples = [([5, 3, 4, 0],), ([0, 3, 9, 4],), ([2, 4, 1, 3],), ([1, 2, 2, 3],)]
print(checks.function(probabilities, course_probabilities, examples, mistakes=probability_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        probabilities,
        course_probabilities,
        lambda rng: ([rng.randint(1, 9), *(rng.randint(0, 9) for _ in range(rng.choice((3, 8))))],),
        mistakes=probability_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q5" points=1
# Vérification de la question 5, la sortie au test (1 point)
print(checks.function(expected_output, course_expectation, examples, mistakes=expectation_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        expected_output,
        course_expectation,
        lambda rng: ([rng.randint(1, 9), *(rng.randint(0, 9) for _ in range(rng.choice((3, 8))))],),
        mistakes=expectation_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q5" points=1
# Vérification de la question 5, une fenêtre nulle (1 point)
print(checks.function(probabilities, course_probabilities, [([0, 0, 0, 0],)]).require())
print(checks.function(expected_output, course_expectation, [([0, 0, 0, 0],)]).require())
### BEGIN HIDDEN TESTS
nine_zeros = [([0] * 9,), ([0, 0, 3, 1],)]
print(checks.function(probabilities, course_probabilities, nine_zeros).require())
print(checks.function(expected_output, course_expectation, nine_zeros).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6 : une tête à moyenne globale (3 points)
#
# La dernière carte d’un réseau a $C$ canaux et `side` pixels de côté ; il faut $K$ scores de classes. Deux
# têtes sont possibles : aplatir puis une couche fully-connected, ou moyenner chaque carte puis une couche
# fully-connected. Les deux ont des biais. Écrivez
#
# - `dense_head_parameters(channels, side, num_classes)` et `gap_head_parameters(channels, num_classes)`,
#   leurs nombres de paramètres (1 point) ;
# - `GlobalHead(channels, num_classes)`, un `nn.Module` qui est la seconde, et rend les scores sans softmax
#   (2 points).


# %% answer="q6"
def dense_head_parameters(channels, side, num_classes):
    """Paramètres d’une couche fully-connected posée sur la carte aplatie."""
    ### BEGIN SOLUTION
    return (channels * side**2 + 1) * num_classes
    ### END SOLUTION


def gap_head_parameters(channels, num_classes):
    """Paramètres d’une couche fully-connected posée sur les moyennes des cartes."""
    ### BEGIN SOLUTION
    return (channels + 1) * num_classes
    ### END SOLUTION


class GlobalHead(nn.Module):
    """La moyenne de chaque carte, puis un classificateur linéaire."""

    def __init__(self, channels, num_classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.fc = nn.Linear(channels, num_classes)
        ### END SOLUTION

    def forward(self, x):
        """x : N×channels×H×W ; renvoie N×num_classes."""
        ### BEGIN SOLUTION
        return self.fc(x.mean(dim=(2, 3)))
        ### END SOLUTION


# %% tests="q6" points=1
# Vérification de la question 6, les paramètres (1 point)
heads = [(512, 7, 1000), (256, 6, 10)]
narrow = [(512, 1000), (2048, 1000)]
print(checks.function(dense_head_parameters, course_dense, heads, mistakes=dense_mistakes).require())
print(checks.function(gap_head_parameters, course_gap, narrow, mistakes=gap_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        dense_head_parameters,
        course_dense,
        lambda rng: (rng.randint(2, 64), rng.randint(2, 14), rng.randint(2, 50)),
        mistakes=dense_mistakes,
    ).require()
)
print(
    checks.function(
        gap_head_parameters,
        course_gap,
        lambda rng: (rng.randint(2, 64), rng.randint(2, 50)),
        mistakes=gap_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q6" points=2
# Vérification de la question 6, le module (2 points)
head = GlobalHead(32, 10)
print(
    checks.module(head, input_shape=(32, 7, 7), output_shape=(10,), parameters=course_gap(32, 10)).require()
)
### BEGIN HIDDEN TESTS
for channels, classes, maps in ((32, 10, (7, 7)), (6, 3, (5, 9))):
    course_head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))
    student_head = GlobalHead(channels, classes)
    print(checks.module(student_head, input_shape=(channels, *maps), reference=course_head).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 7 : ce que vaut l’invariance (3 points)
#
# La cellule suivante décale soixante-quatre cartes de 1 à 4 pixels vers la droite, les réduit, et mesure deux
# choses :
#
# - l’**écart**, entre la carte réduite d’avant et celle d’après, rapporté à la norme de celle d’avant ;
# - le **reste**, l’écart qui subsiste quand on fait glisser la carte réduite d’un nombre entier de cases, au
#   mieux.

# %%
generator = torch.Generator().manual_seed(0)
noise = torch.rand(64, 1, 72, 72, generator=generator)
smooth = nn.functional.avg_pool2d(noise, 5, stride=1, padding=2)  # des taches de quelques pixels
scenes = torch.relu((smooth - smooth.mean()) / smooth.std())[..., 4:-4, :]


def shifted(pixels):
    """Ce que voit une fenêtre de 64 pixels quand la scène glisse de `pixels` vers la droite."""
    return scenes[..., 4 - pixels : 68 - pixels]


def gap(after, before):
    change = (after - before).flatten(1).norm(dim=1) / before.flatten(1).norm(dim=1)
    return change.mean().item()


def rest(reduce, pixels):
    before, after = reduce(shifted(0)), reduce(shifted(pixels))
    width = before.shape[-1]
    return min(gap(after[..., slide:], before[..., : width - slide]) for slide in range(min(5, width)))


reductions = {
    "un pixel sur deux": lambda maps: maps[..., ::2, ::2],
    "max 2 × 2": nn.MaxPool2d(2),
    "moyenne 2 × 2": nn.AvgPool2d(2),
    "max 4 × 4": nn.MaxPool2d(4),
    "moyenne globale": nn.AdaptiveAvgPool2d(1),
}
for name, reduce in reductions.items():
    changes = [f"{gap(reduce(shifted(pixels)), reduce(shifted(0))):.2f}" for pixels in (1, 2, 3, 4)]
    rests = [f"{rest(reduce, pixels):.2f}" for pixels in (1, 2, 3, 4)]
    print(f"{name:18} écart {' '.join(changes)}   reste {' '.join(rests)}")

# %% [markdown]
# En six à neuf phrases, dans la cellule suivante, et en citant les nombres mesurés :
#
# 1. le max pooling 2 × 2 rend-il le réseau invariant par translation ? Comparez-le au sous-échantillonnage et
#    à la fenêtre 4 × 4 ;
# 2. pourquoi le reste de certains décalages est-il nul, et pas celui des autres ?
# 3. que gagne et que perd la moyenne globale ?
#
# Cette réponse est lue et notée à la main.

# %% [markdown] manual="q7" points=3
# ### BEGIN SOLUTION
# **Réponse possible.** Non : un décalage d’un seul pixel change encore nettement la sortie du max pooling
# 2 × 2, et l’écart croît avec le décalage. Il est plus petit que celui du sous-échantillonnage, qui réduit
# autant sans rien résumer : c’est donc le résumé qui amortit, et non la réduction. La fenêtre 4 × 4 amortit
# davantage : la tolérance est de l’ordre de la fenêtre. Le reste est nul quand le décalage est un multiple du
# pas : les fenêtres contiennent alors exactement les mêmes pixels, une case plus loin, et la carte ne fait que
# glisser (équivariance). Sinon, les pixels sont regroupés autrement, et aucun glissement entier n’y remédie :
# c’est le repliement d’un sous-échantillonnage sans lissage. La moyenne globale ne change presque pas, et
# seulement à cause des pixels qui entrent et sortent ; en échange, elle oublie toute position, ce qui ne
# convient ni à la détection ni à la segmentation.
#
# **Barème.** Un point par partie :
#
# - l’invariance est dite partielle, avec au moins deux nombres de la table, et la comparaison attribue l’effet
#   au résumé ou à la taille de la fenêtre (un demi-point sans nombre) ;
# - le multiple du pas est reconnu et expliqué par le contenu des fenêtres (un demi-point s’il est seulement
#   constaté) ;
# - la moyenne globale : un gain (stabilité, taille d’image libre, ou moins de paramètres) et une perte (la
#   position), un demi-point chacun.
# ### END SOLUTION
