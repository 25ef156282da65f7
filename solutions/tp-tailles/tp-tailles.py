# %% [markdown]
# # TP : suivre les tailles
#
# **20 points, 75 minutes environ.** À lire avant : les chapitres *Filtres et corrélation* et *Tailles :
# padding, pas, dilatation*.
#
# Un réseau convolutif se conçoit d’abord sur le papier. Avant de l’entraîner, on sait quelle taille a chaque
# carte, combien de paramètres a chaque couche, combien elle calcule et ce que voit une unité. Vous allez
# écrire ces formules, les éprouver sur AlexNet, puis construire un petit réseau dont seule la table des
# tailles vous est donnée.
#
# | Question | Sujet | Points |
# |:-:|:--|:-:|
# | 1 | Le padding qui conserve la taille | 1 |
# | 2 | La taille de sortie d’une convolution | 3 |
# | 3 | La corrélation croisée, à la main | 3 |
# | 4 | Les tailles d’une pile de couches | 2 |
# | 5 | Paramètres et multiplications | 3 |
# | 6 | Le champ récepteur | 3 |
# | 7 | Un petit réseau d’après sa table | 3 |
# | 8 | Trois petits filtres ou un grand | 2 |

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
# Écrivez les formules vous-même : `coursekit.arithmetic` les contient toutes, et s’en servir n’apprend rien.
#
# **Notations du cours.** $W$ : taille d’entrée, en pixels ; $F$ : taille du filtre ; $P$ : padding, de chaque
# côté ; $S$ : pas (*stride*) ; $d$ : dilatation ; $C$ : canaux d’entrée ; $K$ : nombre de filtres.

# %% [markdown]
# ## Préparation
#
# Exécutez ces deux cellules : la première charge le cours, la seconde, repliée, sert à vérifier vos
# réponses.

# %% locked="preparation"
from dataclasses import replace

import torch
from torch import nn

from coursekit import arithmetic, checks, filters
from coursekit.layers import Chain, Conv, Shape

_ = torch.manual_seed(0)


# %% locked="verification" folded=true
def silent(formula):
    """Une formule du cours, dont les messages taisent l’écriture."""
    return replace(formula, latex="")


def course_correlation(image, kernel):
    return filters.correlate(image, kernel).tolist()


correlation_mistakes = (
    (
        "correlation.flipped",
        lambda image, kernel: filters.convolve(image, kernel).tolist(),
        "Vous avez retourné le filtre : c’est la convolution au sens strict. La corrélation le pose tel quel.",
    ),
    (
        "correlation.missing-last",
        lambda image, kernel: filters.correlate(image, kernel)[:-1, :-1].tolist(),
        "Il manque la dernière ligne et la dernière colonne : un filtre de F lignes a H − F + 1 positions, pas H − F.",
    ),
    (
        "correlation.transposed",
        lambda image, kernel: filters.correlate(image, kernel).T.tolist(),
        "Vous avez échangé les lignes et les colonnes du résultat : y compte les lignes, x les colonnes.",
    ),
)


def picture(rng, smallest, largest):
    """Une image de petits entiers, dont les deux côtés sont tirés."""
    height, width = rng.randint(smallest, largest), rng.randint(smallest, largest)
    return [[rng.randint(-9, 9) for _ in range(width)] for _ in range(height)]


def course_size(input_size, kernel_size, stride, padding):
    return arithmetic.output_size(input_size, kernel_size, stride, padding)


def course_sizes(input_size, layers, size):
    stack = Chain(tuple(Conv(1, *layer) for layer in layers))
    return [input_size, *(row.output.spatial[0] for row in arithmetic.walk(stack, Shape(1, (input_size,))))]


stack_mistakes = (
    (
        "stack.no-input",
        lambda input_size, layers, size: course_sizes(input_size, layers, size)[1:],
        "Il manque la taille de l’entrée, en tête de la liste.",
    ),
    (
        "stack.last-only",
        lambda input_size, layers, size: course_sizes(input_size, layers, size)[-1],
        "C’est la dernière taille seulement ; on demande toute la liste.",
    ),
    (
        "stack.no-chain",
        lambda input_size, layers, size: [input_size, *(size(input_size, *layer) for layer in layers)],
        "Chaque couche repart de l’image : or elle reçoit ce que la couche précédente a produit.",
    ),
)

# %% [markdown]
# ## Question 1 : le padding qui conserve la taille (1 point)
#
# À pas 1, une image perd des pixels au bord à chaque convolution. Écrivez `same_padding(kernel_size)`, la
# largeur $P$ du padding à ajouter **de chaque côté** pour que la sortie ait la taille de l’entrée. Le filtre
# est de taille impaire.


# %% answer="q1"
def same_padding(kernel_size):
    """Padding, en pixels de chaque côté, qui conserve la taille à pas 1."""
    ### BEGIN SOLUTION
    return (kernel_size - 1) // 2
    ### END SOLUTION


# %% tests="q1" points=1
# Vérification de la question 1 (1 point)
print(checks.function(same_padding, silent(arithmetic.same_padding), [(3,), (9,)]).require())
### BEGIN HIDDEN TESTS
odd_sizes = [(size,) for size in range(1, 32, 2)]
print(checks.function(same_padding, silent(arithmetic.same_padding), odd_sizes).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2 : la taille de sortie d’une convolution (3 points)
#
# Écrivez `conv_output_size(input_size, kernel_size, stride, padding, dilation)` : le nombre de positions que
# prend le filtre le long d’une dimension, donc la taille de la sortie. Quand le pas ne tombe pas juste,
# faites comme PyTorch : les derniers pixels sont ignorés.
#
# Les deux premiers points ne demandent pas la dilatation (`dilation` vaut alors 1) ; le troisième la demande.

# %% [markdown] hint="q2"
# Posez le filtre contre le bord gauche de l’image entourée de ses zéros. De combien de pixels peut-il encore
# avancer ? Combien de fois peut-il donc avancer de $S$ pixels ? N’oubliez pas la position de départ.
#
# Pour la dilatation : $F$ poids laissent $F - 1$ intervalles entre eux. Un filtre dilaté de $d$ écarte ces
# intervalles ; combien de pixels couvre-t-il, du premier poids au dernier ?


# %% answer="q2"
def conv_output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    """Taille de sortie, en pixels, le long d’une dimension."""
    ### BEGIN SOLUTION
    reach = dilation * (kernel_size - 1) + 1
    return (input_size + 2 * padding - reach) // stride + 1
    ### END SOLUTION


# %% tests="q2" points=2
# Vérification de la question 2, sans dilatation (2 points)
examples = [(7, 3), (224, 5), (7, 3, 2), (7, 3, 1, 1), (227, 11, 4), (8, 3, 3, 1)]
print(checks.function(conv_output_size, silent(arithmetic.output_size), examples).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        conv_output_size,
        silent(arithmetic.output_size),
        lambda rng: (rng.randint(16, 256), rng.randint(1, 7), rng.randint(1, 4), rng.randint(0, 3)),
    ).require()
)
### END HIDDEN TESTS

# %% tests="q2" points=1
# Vérification de la question 2, avec dilatation (1 point)
dilated = [(7, 3, 1, 0, 2), (32, 3, 1, 2, 2), (64, 5, 2, 4, 3)]
print(checks.function(conv_output_size, silent(arithmetic.output_size), dilated).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        conv_output_size,
        silent(arithmetic.output_size),
        lambda rng: (*(rng.randint(n, 5 * n) for n in (60, 2, 1)), rng.randint(0, 4), rng.randint(2, 5)),
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3 : la corrélation croisée, à la main (3 points)
#
# Ce qu’un réseau « convolutif » calcule est une corrélation croisée : le filtre $F$ glisse sur l’image $I$
# sans être retourné, et chaque position donne la somme des produits.
#
# $$R[y, x] = \sum_i \sum_j I[y + i, x + j] \, F[i, j]$$
#
# Écrivez `correlate(image, kernel)`, sans padding et à pas 1. L’image et le filtre sont des listes de lignes,
# et le résultat aussi : `[[1, 2], [3, 4]]` a deux lignes et deux colonnes. Ni l’image ni le filtre n’est
# forcément carré. Contentez-vous de boucles : NumPy et PyTorch cacheraient ce que l’on veut voir.

# %% [markdown] hint="q3"
# Combien de lignes a le résultat, quand l’image en a $H$ et le filtre $F$ ? Et combien de colonnes ? Écrivez
# d’abord ces deux nombres, puis deux boucles sur les positions, puis la somme sur les cases du filtre.


# %% answer="q3"
def correlate(image, kernel):
    """Corrélation croisée d’une image par un filtre, en listes de lignes."""
    ### BEGIN SOLUTION
    rows, columns = len(kernel), len(kernel[0])
    return [
        [
            sum(image[y + i][x + j] * kernel[i][j] for i in range(rows) for j in range(columns))
            for x in range(len(image[0]) - columns + 1)
        ]
        for y in range(len(image) - rows + 1)
    ]
    ### END SOLUTION


# %% tests="q3" points=3
# Vérification de la question 3 (3 points)
vertical_edge = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
step = [[9, 9, 1, 1, 1], [9, 9, 9, 1, 1], [9, 9, 9, 9, 1], [9, 9, 9, 9, 9]]
examples = [([[1, 2, 3], [4, 5, 6]], [[10, 1]]), (step, vertical_edge)]
print(checks.function(correlate, course_correlation, examples, mistakes=correlation_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        correlate,
        course_correlation,
        lambda rng: (picture(rng, 3, 7), picture(rng, 1, 3)),
        mistakes=correlation_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4 : les tailles d’une pile de couches (2 points)
#
# Convolutions et poolings suivent la même formule. Une pile se décrit donc par une liste de triplets
# $(F, S, P)$, de l’entrée vers la sortie ; voici celle d’AlexNet, jusqu’à la première couche fully-connected.
#
# Écrivez `stack_sizes(input_size, layers, size)`, qui renvoie la liste des tailles, **celle de l’entrée
# comprise**. L’argument `size` est la fonction qui donne la taille de sortie d’une couche, appelée par
# `size(input_size, kernel_size, stride, padding)`. Les tests passent celle du cours : votre réponse à la
# question 2 n’entre donc pas en compte ici, mais rien n’empêche de l’essayer.

# %% locked="alexnet"
ALEXNET = [
    (11, 4, 0),  # conv1
    (3, 2, 0),  # pool1
    (5, 1, 2),  # conv2
    (3, 2, 0),  # pool2
    (3, 1, 1),  # conv3
    (3, 1, 1),  # conv4
    (3, 1, 1),  # conv5
    (3, 2, 0),  # pool3
]


# %% answer="q4"
def stack_sizes(input_size, layers, size):
    """Tailles le long de la pile, de l’entrée à la sortie."""
    ### BEGIN SOLUTION
    sizes = [input_size]
    for kernel_size, stride, padding in layers:
        sizes.append(size(sizes[-1], kernel_size, stride, padding))
    return sizes
    ### END SOLUTION


# %% tests="q4" points=2
# Vérification de la question 4 (2 points)
stacks = [(227, ALEXNET, course_size), (32, [(5, 1, 0), (2, 2, 0)], course_size)]
print(checks.function(stack_sizes, course_sizes, stacks, mistakes=stack_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        stack_sizes,
        course_sizes,
        lambda rng: (
            rng.randint(100, 300),
            [(rng.choice((1, 3, 5)), rng.randint(1, 2), rng.randint(0, 2)) for _ in range(rng.randint(0, 4))],
            course_size,
        ),
        mistakes=stack_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5 : paramètres et multiplications (3 points)
#
# Écrivez deux fonctions pour une couche de $K$ filtres $F \times F$, avec biais, qui lit $C$ canaux :
#
# - `conv_parameters(in_channels, out_channels, kernel_size)`, le nombre de paramètres que la couche apprend
#   (1 point) ;
# - `conv_macs(in_channels, out_channels, kernel_size, output_size)`, le nombre de multiplications qu’elle
#   fait pour une image, quand sa sortie a `output_size` pixels de côté (2 points). Une multiplication suivie
#   de l’addition compte pour une ; les biais ne multiplient rien.

# %% [markdown] hint="q5"
# Un filtre a toujours la profondeur de ce qu’il lit. Comptez d’abord ce qu’il faut pour **une** valeur de la
# sortie, puis combien de valeurs la sortie contient.


# %% answer="q5"
def conv_parameters(in_channels, out_channels, kernel_size):
    """Nombre de paramètres de la couche, biais compris."""
    ### BEGIN SOLUTION
    return (in_channels * kernel_size**2 + 1) * out_channels
    ### END SOLUTION


def conv_macs(in_channels, out_channels, kernel_size, output_size):
    """Nombre de multiplications-additions de la couche, pour une image."""
    ### BEGIN SOLUTION
    return output_size**2 * out_channels * in_channels * kernel_size**2
    ### END SOLUTION


# %% tests="q5" points=1
# Vérification de la question 5, les paramètres (1 point)
layers = [(3, 8, 5), (256, 128, 1), (384, 256, 3)]
print(checks.function(conv_parameters, silent(arithmetic.conv_parameters), layers).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        conv_parameters,
        silent(arithmetic.conv_parameters),
        lambda rng: (rng.randint(1, 64), rng.randint(1, 64), rng.choice((1, 3, 5, 7))),
    ).require()
)
### END HIDDEN TESTS

# %% tests="q5" points=2
# Vérification de la question 5, les multiplications (2 points)
layers = [(3, 8, 5, 28), (256, 128, 1, 28), (256, 192, 3, 28)]
print(checks.function(conv_macs, silent(arithmetic.conv_macs), layers).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        conv_macs,
        silent(arithmetic.conv_macs),
        lambda rng: (rng.randint(2, 64), rng.randint(2, 64), rng.choice((1, 3, 5, 7)), rng.randint(2, 56)),
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6 : le champ récepteur (3 points)
#
# Une unité de la dernière couche ne voit qu’une partie de l’image : son champ récepteur. Écrivez
# `receptive_field(layers)`, sa taille en pixels de l’image, pour une pile donnée par des couples $(F, S)$, de
# l’entrée vers la sortie. Le premier point ne demande que des couches à pas 1 ; les deux autres demandent des
# pas quelconques. Une pile vide voit un pixel.

# %% [markdown] hint="q6"
# Partez d’un pixel et remontez la pile couche par couche, de l’image vers la sortie. Un filtre de taille $F$
# lit $F$ unités voisines ; de combien de pixels de l’image s’écartent deux unités voisines de ce qu’il lit ?
# Cet écart change après chaque pas.


# %% answer="q6"
def receptive_field(layers):
    """Taille du champ récepteur, en pixels de l’image."""
    ### BEGIN SOLUTION
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size
    ### END SOLUTION


# %% tests="q6" points=1
# Vérification de la question 6, à pas 1 (1 point)
stacks = [(((3, 1),),), (((3, 1), (3, 1), (3, 1)),), (((5, 1), (3, 1)),)]
print(checks.function(receptive_field, silent(arithmetic.receptive_field), stacks).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        receptive_field,
        silent(arithmetic.receptive_field),
        lambda rng: (tuple((rng.randint(1, 7), 1) for _ in range(rng.randint(0, 6))),),
    ).require()
)
### END HIDDEN TESTS

# %% tests="q6" points=2
# Vérification de la question 6, avec des pas (2 points)
stacks = [(((3, 1), (2, 2), (3, 1)),), (((3, 2), (3, 2), (3, 2)),), (((7, 2), (3, 2), (3, 1), (3, 1)),)]
print(checks.function(receptive_field, silent(arithmetic.receptive_field), stacks).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        receptive_field,
        silent(arithmetic.receptive_field),
        lambda rng: (tuple((rng.randint(2, 7), rng.randint(1, 3)) for _ in range(rng.randint(2, 6))),),
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 7 : un petit réseau d’après sa table (3 points)
#
# Voici la table d’un réseau. Les tailles de sortie y sont, pas les paddings : à vous de les trouver.
#
# | Couche | Réglages | Sortie (C×H×W) |
# |:--|:--|:-:|
# | entrée | image RVB | 3×64×64 |
# | `conv1` | 16 filtres 5×5, pas 2, puis ReLU | 16×32×32 |
# | `pool1` | maximum 2×2, pas 2 | 16×16×16 |
# | `conv2` | 32 filtres 3×3, dilatation 2, puis ReLU | 32×16×16 |
# | `gap` | moyenne de chaque carte | 32 |
# | `fc` | fully-connected | `num_classes` |
#
# Écrivez `SmallNet(num_classes)`, un `nn.Module`. Son attribut `features` va de l’image à la sortie de
# `conv2` (un `nn.Sequential` convient) ; son attribut `fc` est la dernière couche. Grâce à la moyenne de
# chaque carte, le réseau accepte des images d’autres tailles.

# %% [markdown] hint="q7"
# Pour chaque convolution, cherchez le $P$ qui donne la taille annoncée : vos réponses aux questions 1 et 2
# s’en chargent. Une dilatation de 2 étend un filtre 3×3 sur cinq pixels. La moyenne de chaque carte s’écrit
# `x.mean(dim=(2, 3))`.


# %% answer="q7"
class SmallNet(nn.Module):
    """Deux convolutions, une moyenne par carte, un classificateur linéaire."""

    def __init__(self, num_classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=2, dilation=2),
            nn.ReLU(),
        )
        self.fc = nn.Linear(32, num_classes)
        ### END SOLUTION

    def forward(self, x):
        """x : N×3×H×W ; renvoie N×num_classes."""
        ### BEGIN SOLUTION
        x = self.features(x)
        return self.fc(x.mean(dim=(2, 3)))
        ### END SOLUTION


# %% tests="q7" points=1
# Vérification de la question 7, les tailles (1 point)
features = getattr(SmallNet(10), "features", None)
print(checks.module(features, input_shape=(3, 64, 64), output_shape=(32, 16, 16)).require())
### BEGIN HIDDEN TESTS
print(checks.module(features, input_shape=(3, 96, 80), output_shape=(32, 24, 20)).require())
### END HIDDEN TESTS

# %% tests="q7" points=2
# Vérification de la question 7, le réseau entier (2 points)
weights = arithmetic.conv_parameters(3, 16, 5) + arithmetic.conv_parameters(16, 32, 3)
net_parameters = weights + arithmetic.linear_parameters(32, 10)
net_shapes = {"input_shape": (3, 64, 64), "output_shape": (10,)}
print(checks.module(SmallNet(10), **net_shapes, parameters=net_parameters).require())
### BEGIN HIDDEN TESTS
for num_classes, input_shape in ((10, (3, 64, 64)), (7, (3, 96, 80))):
    course_net = nn.Sequential(
        nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=3, padding=2, dilation=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, num_classes),
    )
    print(checks.module(SmallNet(num_classes), input_shape=input_shape, reference=course_net).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 8 : trois petits filtres ou un grand (2 points)
#
# VGG remplace un filtre 7×7 par trois couches 3×3 empilées, à pas 1, toutes à $C$ canaux en entrée et en
# sortie. En quatre à six phrases, dans la cellule suivante :
#
# 1. montrez que les deux voient la même partie de l’image ;
# 2. chiffrez l’économie de poids, en pourcentage ;
# 3. donnez un avantage qui n’est pas une économie, et un inconvénient.
#
# Cette réponse est lue et notée à la main.

# %% [markdown] manual="q8" points=2
# ### BEGIN SOLUTION
# **Réponse possible.** Chaque couche 3×3 à pas 1 ajoute deux pixels au champ récepteur :
# $1 + 3 \times 2 = 7$, comme un filtre 7×7. Sans les biais, la pile a $3 \times 9\,C^2 = 27\,C^2$ poids et le
# grand filtre $49\,C^2$ : on en économise $1 - 27/49$, soit 45 %. La pile applique trois ReLU au lieu d’une :
# elle exprime des fonctions plus riches. En revanche, deux cartes intermédiaires de plus sont à garder en
# mémoire pour la rétropropagation, et les trois couches s’exécutent l’une après l’autre.
#
# **Barème.** Un demi-point par élément :
#
# - le champ récepteur de 7 est *calculé*, et non affirmé ;
# - l’économie de 45 % vient du rapport 27/49 (les biais peuvent être négligés, à condition de le dire) ;
# - un avantage juste : plus de non-linéarités, ou une régularisation par la factorisation du grand filtre ;
# - un inconvénient juste : mémoire des activations, couches en série, ou réseau plus profond donc plus
#   délicat à entraîner.
# ### END SOLUTION
