# %% [markdown]
# # TP : ResNet, du bloc au réseau entraîné
#
# **20 points, deux heures environ.** À lire avant : les chapitres *Tailles : padding, pas, dilatation*, *Pooling* et
# *ResNet*.
#
# Un bloc résiduel ajoute son entrée à ce qu’il calcule. Cette addition semble anodine ; elle décide pourtant des
# tailles, du nombre de paramètres, du chemin que prend le gradient, et de la profondeur qu’un réseau supporte. Vous
# allez écrire ce bloc et ses variantes, entraîner un réseau de 32 couches qui n’apprendrait presque rien sans ses
# raccourcis, puis mesurer et tracer ce que devient le gradient de la première couche.
#
# | Question | Sujet | Points |
# |:-:|:--|:-:|
# | 1 | Les formes d’un bloc | 2 |
# | 2 | Bloc de base ou bottleneck : les paramètres | 2 |
# | 3 | Les raccourcis A et B | 2 |
# | 4 | Le bloc de base | 3 |
# | 5 | Le bottleneck et la préactivation | 2 |
# | 6 | Le gradient, chemin par chemin | 2 |
# | 7 | Partir de l’identité | 1 |
# | 8 | Un ResNet entraîné | 3 |
# | 9 | Le gradient de la première couche | 3 |

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
# Écrivez les blocs vous-même : `coursekit.models` les contient tous, et les recopier n’apprend rien. À partir de la
# question 7, l’énoncé vous donne le bloc du cours.
#
# **Notations du cours.** $C$ : canaux ; $H$, $W$ : hauteur et largeur ; $F$ : taille du filtre ; $P$ : padding ;
# $S$ : pas (*stride*) ; $x$ : l’entrée d’un bloc ; $\mathcal{F}(x)$ : ce que calcule sa branche. Toute convolution
# d’un bloc est sans biais (`bias=False`) et suivie d’une normalisation par lot, dont le décalage tient lieu de biais.

# %% [markdown]
# ## Préparation
#
# Exécutez ces deux cellules : la première charge le cours, la seconde, repliée, sert à vérifier vos
# réponses.

# %% locked="preparation"
from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
from itertools import combinations
from math import comb, prod

import matplotlib.pyplot as plt
import torch
from IPython.display import Markdown, display
from torch import nn

from coursekit import arithmetic, checks
from coursekit.data import TEST, Batches, Formes, Images, sample
from coursekit.interpret import gradient_by_depth
from coursekit.models import preact, resnet
from coursekit.training import Cosine, Recipe, Sgd, fit

_ = torch.manual_seed(0)

# %% locked="verification" folded=true


def course_shape(input_shape, out_channels, stride):
    _, *sides = input_shape
    return [out_channels, *(arithmetic.output_size(side, 3, stride, 1) for side in sides)]


shape_mistakes = (
    (
        "block-shape.floor",
        lambda shape, filters, stride: [filters, *(side // stride for side in shape[1:])],
        "Vous divisez en arrondissant vers le bas. Avec un padding de 1, le filtre se pose aussi sur le dernier pixel "
        "d’un côté impair : refaites le calcul avec la formule de la taille de sortie.",
    ),
    (
        "block-shape.both-strides",
        lambda shape, filters, stride: course_shape(course_shape(shape, filters, stride), filters, stride),
        "Vous réduisez deux fois : seule la première convolution porte le pas.",
    ),
    (
        "block-shape.no-stride",
        lambda shape, filters, stride: [filters, *shape[1:]],
        "Vous gardez la taille de l’entrée : un pas supérieur à 1 la réduit.",
    ),
    (
        "block-shape.input-channels",
        lambda shape, filters, stride: course_shape(shape, shape[0], stride),
        "Vous gardez les canaux de l’entrée : une convolution produit une carte par filtre.",
    ),
    (
        "block-shape.no-padding",
        lambda shape, filters, stride: [filters, *((side - 3) // stride - 1 for side in shape[1:])],
        "Vous avez oublié le padding d’un pixel : sans lui, chaque couche rogne le bord.",
    ),
    (
        "block-shape.layout",
        lambda shape, filters, stride: [*course_shape(shape, filters, stride)[1:], filters],
        "Ce sont les bons nombres dans l’ordre H, W, C : PyTorch met les canaux d’abord.",
    ),
)


def branch_shapes(input_shape, layers):
    shapes = [list(input_shape)]
    for filters, kernel_size, stride, padding in layers:
        _, *sides = shapes[-1]
        shapes.append(
            [filters, *(arithmetic.output_size(side, kernel_size, stride, padding) for side in sides)]
        )
    return shapes


def course_fits(input_shape, layers):
    return branch_shapes(input_shape, layers)[-1] == list(input_shape)


def draw_branch(rng):
    """Une branche de deux ou trois couches, qui garde la forme une fois sur deux environ."""
    channels, side = rng.choice((16, 32)), rng.randint(9, 16)
    layers = [
        (
            rng.choice((8, channels)),
            kernel_size,
            rng.choice((1, 1, 1, 1, 2)),
            rng.choice((kernel_size // 2,) * 3 + (1,)),
        )
        for kernel_size in rng.choice(((3, 3), (1, 3, 1), (5, 3)))
    ]
    last = rng.choice((channels, channels, channels, 2 * channels))
    return (channels, side, side), [*layers[:-1], (last, *layers[-1][1:])]


fit_mistakes = (
    (
        "identity.channels-only",
        lambda shape, layers: branch_shapes(shape, layers)[-1][0] == shape[0],
        "Vous ne comparez que les canaux : la hauteur et la largeur doivent convenir aussi.",
    ),
    (
        "identity.sides-only",
        lambda shape, layers: branch_shapes(shape, layers)[-1][1:] == list(shape[1:]),
        "Vous ne comparez que la hauteur et la largeur : les canaux s’additionnent un à un, il en faut autant.",
    ),
    (
        "identity.every-layer",
        lambda shape, layers: all(found == list(shape) for found in branch_shapes(shape, layers)),
        "Vous exigez que chaque couche garde la forme. Seules s’additionnent l’entrée et la sortie de la branche : un "
        "bottleneck change de canaux en chemin, et les rend à la fin.",
    ),
    (
        "identity.strides-only",
        lambda shape, layers: all(stride == 1 for _, _, stride, _ in layers),
        "Vous ne regardez que les pas : le padding et le nombre de filtres changent aussi la forme.",
    ),
)


def tensors(block):
    """Les paramètres d’un bloc du cours, par leur nom ; sur l’appareil « meta », ils ne pèsent rien."""
    with torch.device("meta"):
        return dict(block().named_parameters())


def count(block, kept=lambda name, tensor: True):
    return sum(tensor.numel() for name, tensor in tensors(block).items() if kept(name, tensor))


def basic(in_channels, out_channels, stride):
    return lambda: resnet.BasicBlock(in_channels, out_channels, stride)


def bottleneck(in_channels, channels, stride):
    return lambda: resnet.Bottleneck(in_channels, channels, stride)


def made_by(block):
    """Les canaux que le bloc produit : ceux de sa dernière convolution, raccourci excepté."""
    return [tensor for name, tensor in tensors(block).items() if name.startswith("conv")][-1].shape[0]


def projecting(block, rule):
    """Ce que compte qui ne projette que si `rule(canaux lus, canaux produits, pas)`."""

    def mistaken(fed, width, stride):
        made = made_by(block(fed, width, stride))
        branch = count(block(fed, width, stride), lambda name, tensor: not name.startswith("shortcut"))
        return branch + rule(fed, made, stride) * (fed * made + 2 * made)

    return mistaken


def parameter_mistakes(block):
    """Les erreurs communes aux deux blocs ; `block` construit celui de l’énoncé."""
    return (
        (
            "block-parameters.no-norm",
            lambda *settings: count(block(*settings), lambda name, tensor: tensor.ndim == 4),
            "Vous ne comptez que les filtres : chaque normalisation apprend deux nombres par canal.",
        ),
        (
            "block-parameters.half-norm",
            lambda *settings: count(block(*settings), lambda name, tensor: "bias" not in name),
            "Une normalisation apprend deux nombres par canal, un facteur et un décalage : vous n’en comptez qu’un.",
        ),
        (
            "block-parameters.bias",
            lambda *settings: (
                count(block(*settings)) + count(block(*settings), lambda name, tensor: "bias" in name)
            ),
            "Vous comptez un biais par filtre : ces convolutions n’en ont pas, la normalisation s’en charge.",
        ),
        (
            "block-parameters.no-projection",
            projecting(block, lambda fed, made, stride: False),
            "Vous oubliez le raccourci : quand la forme change, c’est une projection, qui a des paramètres.",
        ),
        (
            "block-parameters.always-projection",
            projecting(block, lambda fed, made, stride: True),
            "Vous comptez toujours une projection : si la forme ne change pas, le raccourci est l’identité.",
        ),
        (
            "block-parameters.stride-projection",
            projecting(block, lambda fed, made, stride: stride > 1),
            "Vous ne comptez la projection que si le pas dépasse 1 : elle sert aussi quand les canaux changent.",
        ),
        (
            "block-parameters.channel-projection",
            projecting(block, lambda fed, made, stride: fed != made),
            "Vous ne comptez la projection que si les canaux changent : elle sert aussi quand le pas dépasse 1.",
        ),
    )


basic_mistakes = (
    *parameter_mistakes(basic),
    (
        "block-parameters.second-input",
        lambda fed, filters, stride: count(basic(fed, filters, stride)) + 9 * filters * (fed - filters),
        "Votre seconde convolution lit les canaux de l’entrée : elle lit ce que la première a produit.",
    ),
)

bottleneck_mistakes = (
    *parameter_mistakes(bottleneck),
    (
        "bottleneck-parameters.wide-3x3",
        lambda fed, width, stride: (
            # chaque couche travaille sur quatre fois plus de canaux
            count(bottleneck(fed, width, stride)) + 3 * fed * width + (9 * 15 + 12) * width**2 + 12 * width
        ),
        "Votre convolution 3×3 travaille sur tous les canaux : la première couche les a réduits pour elle.",
    ),
)


def shortcut_a(x, out_channels, stride):
    return resnet.PadShortcut(out_channels - x.shape[1], stride)(x)


def padded(x, out_channels, before=0):
    extra = out_channels - x.shape[1] - before
    return nn.functional.pad(x, (0, 0, 0, 0, before, extra))


pad_mistakes = (
    (
        "shortcut-a.zeros-first",
        lambda x, filters, stride: padded(x[..., ::stride, ::stride], filters, filters - x.shape[1]),
        "Vos canaux nuls sont devant : ceux de l’entrée doivent garder leur place, les premiers.",
    ),
    (
        "shortcut-a.crop",
        lambda x, filters, stride: padded(
            x[..., : -(-x.shape[2] // stride), : -(-x.shape[3] // stride)], filters
        ),
        "Vous gardez un coin de la carte : prenez un pixel sur S, d’un bord à l’autre.",
    ),
    (
        "shortcut-a.average",
        lambda x, filters, stride: padded(
            nn.functional.avg_pool2d(x, stride, stride, ceil_mode=True), filters
        ),
        "Vous faites la moyenne de chaque fenêtre : prenez un pixel sur S, tel quel.",
    ),
    (
        "shortcut-a.max",
        lambda x, filters, stride: padded(
            nn.functional.max_pool2d(x, stride, stride, ceil_mode=True), filters
        ),
        "Vous gardez le maximum de chaque fenêtre : prenez un pixel sur S, tel quel.",
    ),
    (
        "shortcut-a.repeat",
        lambda x, filters, stride: x[..., ::stride, ::stride].repeat(1, -(-filters // x.shape[1]), 1, 1)[
            :, :filters
        ],
        "Vous recopiez les canaux de l’entrée : complétez par des zéros.",
    ),
)


def projection(fed, filters, stride, kernel_size=1, bias=False):
    return nn.Conv2d(fed, filters, kernel_size, stride, padding=kernel_size // 2, bias=bias)


def shortcut_mistakes(fed, filters, stride):
    """Les raccourcis faux ; la projection, elle, n’a sa place que si la forme change."""
    norm = nn.BatchNorm2d(filters)
    changes = fed != filters or stride > 1
    return (
        (
            "shortcut-b.identity",
            nn.Identity(),
            "Votre raccourci est l’identité, alors que la forme change : l’addition serait impossible.",
        )
        if changes
        else (
            "shortcut-b.always",
            nn.Sequential(projection(fed, filters, stride), norm),
            "Votre raccourci projette alors que la forme ne change pas : l’identité suffit, et le gradient y passe "
            "sans obstacle.",
        ),
        (
            "shortcut-b.no-norm",
            projection(fed, filters, stride),
            "Il manque une normalisation après la projection : la branche en a une, et les deux s’additionnent.",
        ),
        (
            "shortcut-b.relu",
            nn.Sequential(projection(fed, filters, stride), norm, nn.ReLU()),
            "Vous mettez une ReLU sur le raccourci : elle en retirerait tout ce qui est négatif.",
        ),
        (
            "shortcut-b.bias",
            nn.Sequential(projection(fed, filters, stride, bias=True), norm),
            "Votre projection a un biais, que la normalisation qui suit annule : bias=False.",
        ),
        (
            "shortcut-b.large-kernel",
            nn.Sequential(projection(fed, filters, stride, kernel_size=3), norm),
            "Votre projection lit 3×3 pixels : un filtre 1×1 suffit à changer de canaux, neuf fois moins cher.",
        ),
        (
            "shortcut-b.pooling",
            nn.Sequential(nn.AvgPool2d(stride, ceil_mode=True), projection(fed, filters, 1), norm),
            "Vous réduisez par une moyenne avant la projection, comme certaines variantes : ici la projection porte "
            "elle-même le pas.",
        ),
    )


class Variant(resnet.BasicBlock):
    """Les couches du bloc de base, assemblées autrement : `combine(bloc, x)` fait le calcul."""

    def __init__(self, combine, *settings):
        super().__init__(*settings)
        self.combine = combine

    def forward(self, x):
        return self.combine(self, x)


def linear_branch(block, x):
    return block.bn2(block.conv2(block.bn1(block.conv1(x))))


def late_stride(*settings):
    """Le pas est porté par la seconde convolution."""
    block = resnet.BasicBlock(*settings)
    block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return block


def block_mistakes(*settings):
    return (
        (
            "block.plain",
            resnet.PlainBasicBlock(*settings),
            "Il manque le raccourci : ce bloc rend ReLU(F(x)), et non ReLU(F(x) + x).",
        ),
        (
            "block.relu-before-add",
            Variant(lambda block, x: block.residual(x).relu() + block.shortcut(x), *settings),
            "Votre ReLU vient avant l’addition. La branche ne pourrait alors qu’augmenter x : additionnez d’abord.",
        ),
        (
            "block.no-last-relu",
            Variant(lambda block, x: block.residual(x) + block.shortcut(x), *settings),
            "Il manque la ReLU finale, après l’addition (le bloc qui s’en passe est celui à préactivation).",
        ),
        (
            "block.no-inner-relu",
            Variant(lambda block, x: (linear_branch(block, x) + block.shortcut(x)).relu(), *settings),
            "Il manque la ReLU entre les deux convolutions : sans elle, la branche n’est qu’une fonction affine.",
        ),
        (
            "block.two-relus",
            Variant(lambda block, x: (block.residual(x).relu() + block.shortcut(x)).relu(), *settings),
            "Il y a une ReLU de trop, avant l’addition : la branche ne pourrait plus rien retrancher à x.",
        ),
        (
            "block.overwritten",
            Variant(lambda block, x: (2 * block.residual(x)).relu(), *settings),
            "Vous ajoutez la branche à elle-même : la variable x ne contient plus l’entrée quand vous l’ajoutez.",
        ),
        (
            "block.late-stride",
            late_stride(*settings),
            "Votre seconde convolution porte le pas : c’est la première, pour que la seconde coûte moins.",
        ),
        (
            "block.concatenation",
            Variant(
                lambda block, x: torch.cat((block.residual(x), block.shortcut(x)), dim=1).relu(), *settings
            ),
            "Vous concaténez les canaux, comme DenseNet : un bloc résiduel additionne.",
        ),
    )


def bottleneck_block_mistakes(*settings):
    return (
        (
            "bottleneck.late-stride",
            resnet.Bottleneck(*settings, stride_on_3x3=True),
            "Votre convolution 3×3 porte le pas : c’est la variante de torchvision. Dans l’article, comme ici, la "
            "première couche 1×1 le porte.",
        ),
        (
            "bottleneck.plain",
            resnet.PlainBottleneck(*settings),
            "Il manque le raccourci : ce bloc rend ReLU(F(x)), et non ReLU(F(x) + x).",
        ),
    )


class PreactVariant(preact.BasicUnit):
    """Les couches du bloc à préactivation, assemblées autrement."""

    def __init__(self, combine, channels):
        super().__init__(channels, channels)
        self.combine = combine

    def forward(self, x):
        return self.combine(self, x)


def activated(block, x):
    return block.bn1(x).relu()


def preact_mistakes(channels):
    return (
        (
            "preact.postactivation",
            resnet.BasicBlock(channels, channels),
            "C’est le bloc de la question 4 : ici, normalisation et ReLU viennent avant chaque convolution.",
        ),
        (
            "preact.last-relu",
            PreactVariant(lambda block, x: (block.residual(activated(block, x)) + x).relu(), channels),
            "Il y a une ReLU après l’addition : sans elle, l’identité traverse le bloc, et le gradient avec elle.",
        ),
        (
            "preact.activated-shortcut",
            PreactVariant(
                lambda block, x: block.residual(activated(block, x)) + activated(block, x), channels
            ),
            "Vous ajoutez l’entrée activée : quand la forme ne change pas, c’est x lui-même qu’il faut ajouter.",
        ),
        (
            "preact.relu-first",
            PreactVariant(
                lambda block, x: block.conv2(block.bn2(block.conv1(block.bn1(x.relu())).relu())) + x,
                channels,
            ),
            "Vos ReLU précèdent les normalisations : c’est dans l’ordre inverse, normalisation puis ReLU.",
        ),
        (
            "preact.plain",
            PreactVariant(lambda block, x: block.residual(activated(block, x)), channels),
            "Il manque l’addition de x : la branche est juste, mais le bloc n’est pas résiduel.",
        ),
    )


def course_factor(slopes, shortcut):
    return prod((1 + slope if shortcut else slope) for slope in slopes)


factor_mistakes = (
    (
        "gradient.no-shortcut",
        lambda slopes, shortcut: prod(slopes),
        "Vous ne tenez pas compte du raccourci : la dérivée de y + w·y par rapport à y n’est pas w.",
    ),
    (
        "gradient.sum",
        lambda slopes, shortcut: 1 + sum(slopes) if shortcut else prod(slopes),
        "Vous additionnez les pentes : les couches se composent, et leurs dérivées se multiplient.",
    ),
    (
        "gradient.one-shortcut",
        lambda slopes, shortcut: shortcut + prod(slopes),
        "Vous ne mettez qu’un raccourci, autour de toute la pile : chaque couche a le sien.",
    ),
    (
        "gradient.added-one",
        lambda slopes, shortcut: prod(slopes) + len(slopes) * shortcut,
        "Vous ajoutez 1 après avoir multiplié : le 1 de chaque raccourci est dans son facteur.",
    ),
)


def course_paths(slopes):
    lengths = range(len(slopes) + 1)
    return [sum(prod(crossed) for crossed in combinations(slopes, length)) for length in lengths]


path_mistakes = (
    (
        "paths.counted",
        lambda slopes: [comb(len(slopes), length) for length in range(len(slopes) + 1)],
        "Vous comptez les chemins : on demande ce qu’ils apportent, le produit des pentes que chacun traverse.",
    ),
    (
        "paths.no-identity",
        lambda slopes: course_paths(slopes)[1:],
        "Il manque le chemin de longueur 0, qui ne prend que des raccourcis : il apporte 1.",
    ),
    (
        "paths.consecutive",
        lambda slopes: [
            1,
            *(
                sum(prod(slopes[start : start + length]) for start in range(len(slopes) - length + 1))
                for length in range(1, len(slopes) + 1)
            ),
        ],
        "Vous ne prenez que des couches consécutives : un chemin peut sauter n’importe lesquelles.",
    ),
    (
        "paths.prefixes",
        lambda slopes: [prod(slopes[:length]) for length in range(len(slopes) + 1)],
        "Vous ne suivez qu’un chemin par longueur, celui des premières couches : il y en a bien davantage.",
    ),
    (
        "paths.mean",
        lambda slopes: [
            total / comb(len(slopes), length) for length, total in enumerate(course_paths(slopes))
        ],
        "Vous faites la moyenne des chemins d’une même longueur : on demande leur somme.",
    ),
)


def asleep(block):
    """Juge ce qui vaut 0 au départ, dans un bloc dont les couches portent les noms du cours."""
    if not isinstance(block, resnet.BasicBlock):
        return checks.Verdict(False, "Partez du bloc du cours : votre classe doit en hériter.")
    zero = {name for name, value in block.state_dict().items() if "weight" in name and not value.any()}
    if zero == {"bn2.weight"}:
        return checks.Verdict(True, "Oui : seule la dernière normalisation part de 0.")
    if "bn1.weight" in zero:
        why = (
            "Vous annulez la première normalisation : la ReLU qui la suit ne reçoit que des 0, son gradient est nul, "
            "et les convolutions n’apprendraient jamais rien."
        )
        return checks.Verdict(False, why, misconception="zero-init.first-norm")
    if any("conv" in name for name in zero):
        why = "Vous annulez une convolution : annulez plutôt le facteur de la normalisation qui la suit."
        return checks.Verdict(False, why, misconception="zero-init.convolution")
    if zero:
        why = "Vous annulez le raccourci : c’est la branche qui doit partir de 0."
        return checks.Verdict(False, why, misconception="zero-init.shortcut")
    why = "Aucun facteur de normalisation ne part de 0 : la branche compte dès le départ."
    return checks.Verdict(False, why, misconception="zero-init.missing")


def quietly(train, images):
    """Entraîne sans rien montrer : une barre de progression n’a pas sa place dans un test."""
    with redirect_stderr(StringIO()):
        return train(images.x, images.y)


@torch.no_grad()
def learned(network, unseen, least):
    """Juge un réseau entraîné, sur des images qu’il n’a pas vues."""

    def refused(misconception, why):
        return checks.Verdict(False, why, misconception=misconception)

    if not isinstance(network, nn.Module):
        return refused("training.no-network", "train ne renvoie pas un réseau : a-t-elle un return ?")
    scores, classes = network(unseen.x), len(unseen.classes)
    if scores.shape != (len(unseen), classes):
        shape = tuple(scores.shape)
        why = f"Pour {len(unseen)} images, votre réseau rend la forme {shape} : on attend {classes} scores par image."
        return refused("training.shape", why)
    if not scores.isfinite().all():
        why = "Les scores ne sont plus des nombres : l’entraînement a divergé. Le pas est-il trop grand ?"
        return refused("training.diverged", why)
    if not torch.allclose(network(unseen.x[:8]), scores[:8], rtol=1e-3, atol=1e-3):
        why = (
            "Les scores d’une image dépendent des autres images du lot : votre réseau est resté en mode entraînement. "
            "Renvoyez network.eval()."
        )
        return refused("training.train-mode", why)
    right = (scores.argmax(dim=1) == unseen.y).float().mean().item()
    if right >= least:
        return checks.Verdict(True, f"Oui : {100 * right:.0f} % d’images bien classées.")
    told = f"Votre réseau ne classe bien que {100 * right:.0f} % des images ; il en faut {100 * least:.0f} %."
    if scores.amin() >= 0 and torch.allclose(scores.sum(dim=1), torch.ones(len(unseen)), atol=1e-3):
        why = f"{told} Il rend des probabilités : l’entropie croisée de PyTorch applique déjà le softmax."
        return refused("training.softmax", why)
    if right < 2 / classes:
        why = f"{told} C’est presque du hasard : les poids changent-ils, et les étiquettes sont-elles les bonnes ?"
        return refused("training.nothing-learned", why)
    why = f"{told} C’est ce que donne, à cette profondeur, un réseau sans raccourcis ou un pas qui ne décroît pas."
    return refused("training.too-low", why)


# %% [markdown]
# ## Question 1 : les formes d’un bloc (2 points)
#
# La branche d’un bloc de base est faite de deux convolutions 3×3 de padding 1. La première a le pas $S$ et produit
# `out_channels` cartes ; la seconde a le pas 1 et en garde autant. Écrivez `block_shape(input_shape, out_channels,
# stride)`, la forme de ce qui sort de la branche. Une forme est un triplet $(C, H, W)$, et l’image n’est pas forcément
# carrée.
#
# La diapositive du cours pose ensuite la question : quelle doit être la taille de $\mathcal{F}(x)$, pour que le
# raccourci puisse être l’identité ? Répondez par une fonction, `identity_fits(input_shape, layers)`, qui dit si
# l’entrée d’une branche peut s’ajouter telle quelle à sa sortie (`True` ou `False`). La branche est une liste de
# quadruplets $(K, F, S, P)$, de l’entrée vers la sortie, où $K$ est le nombre de filtres : un bottleneck sur 256
# canaux, par exemple, est `[(64, 1, 1, 0), (64, 3, 1, 1), (256, 1, 1, 0)]`.
#
# Un point par fonction.

# %% [markdown] hint="q1"
# Une convolution 3×3 de padding 1 conserve la taille à pas 1. À pas $S$, le filtre se pose tous les $S$ pixels, en
# commençant par le premier : combien de fois, sur 7 pixels à pas 2 ?
#
# Pour l’identité, suivez la forme d’une couche à l’autre ; deux tenseurs s’additionnent si leurs formes sont égales.


# %% answer="q1"
def block_shape(input_shape, out_channels, stride):
    """Forme (C, H, W) de la sortie de la branche d’un bloc de base."""
    ### BEGIN SOLUTION
    _, height, width = input_shape
    return (out_channels, (height - 1) // stride + 1, (width - 1) // stride + 1)
    ### END SOLUTION


def identity_fits(input_shape, layers):
    """L’entrée peut-elle s’ajouter telle quelle à la sortie de la branche ?"""
    ### BEGIN SOLUTION
    channels, height, width = input_shape
    for filters, kernel_size, stride, padding in layers:
        channels = filters
        height = (height + 2 * padding - kernel_size) // stride + 1
        width = (width + 2 * padding - kernel_size) // stride + 1
    return (channels, height, width) == tuple(input_shape)
    ### END SOLUTION


# %% tests="q1" points=1
# Vérification de la question 1, la forme de la sortie (1 point)
examples = [((64, 56, 56), 64, 1), ((64, 56, 56), 128, 2), ((16, 7, 10), 32, 2), ((3, 15, 15), 8, 3)]
print(checks.function(block_shape, course_shape, examples, mistakes=shape_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        block_shape,
        course_shape,
        lambda rng: (
            (rng.randint(1, 64), rng.randint(9, 65), rng.randint(9, 65)),
            rng.randint(1, 64),
            rng.randint(1, 3),
        ),
        mistakes=shape_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q1" points=1
# Vérification de la question 1, l’identité (1 point)
reducing = [(64, 1, 1, 0), (64, 3, 1, 1), (256, 1, 1, 0)]
branches = [
    ((256, 56, 56), reducing),
    ((64, 56, 56), reducing),
    ((64, 56, 56), [(64, 3, 2, 1), (64, 3, 1, 1)]),
    ((64, 56, 56), [(64, 3, 1, 0), (64, 3, 1, 1)]),
    ((64, 56, 56), [(64, 3, 1, 1), (64, 5, 1, 2)]),
]
print(checks.function(identity_fits, course_fits, branches, mistakes=fit_mistakes).require())
### BEGIN HIDDEN TESTS
print(checks.function(identity_fits, course_fits, draw_branch, mistakes=fit_mistakes).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 2 : bloc de base ou bottleneck, les paramètres (2 points)
#
# Comptez tout ce que le bloc apprend : les filtres, sans biais, et les deux nombres par canal de chaque normalisation.
# Le raccourci compte aussi. C’est l’identité, qui n’apprend rien, quand l’entrée et la sortie ont la même forme ;
# sinon, c’est une projection, c’est-à-dire une convolution 1×1 de pas $S$ et sa normalisation. Écrivez
#
# - `basic_parameters(in_channels, out_channels, stride)`, pour deux convolutions 3×3 à `out_channels` filtres
#   (1 point) ;
# - `bottleneck_parameters(in_channels, channels, stride)`, pour une convolution 1×1 et une convolution 3×3 à
#   `channels` filtres chacune, puis une convolution 1×1 à `4 * channels` filtres (1 point).
#
# Comparez ensuite les deux blocs sur 256 canaux, en entrée comme en sortie : c’est ce rapport qui a permis 152 couches.

# %% [markdown] hint="q2"
# Une fonction auxiliaire rend les deux réponses courtes : le nombre de paramètres d’une convolution de taille $F$, de
# $C$ canaux vers $K$, et de sa normalisation. Un test dit ensuite s’il faut une projection : la forme change si les
# canaux changent **ou** si le pas dépasse 1.


# %% answer="q2"
def basic_parameters(in_channels, out_channels, stride):
    """Nombre de paramètres d’un bloc de base, raccourci compris."""
    ### BEGIN SOLUTION
    first = 9 * in_channels * out_channels + 2 * out_channels
    second = 9 * out_channels**2 + 2 * out_channels
    projects = in_channels != out_channels or stride > 1
    return first + second + projects * (in_channels * out_channels + 2 * out_channels)
    ### END SOLUTION


def bottleneck_parameters(in_channels, channels, stride):
    """Nombre de paramètres d’un bottleneck, raccourci compris."""
    ### BEGIN SOLUTION
    made = 4 * channels
    reducing = in_channels * channels + 2 * channels
    filtering = 9 * channels**2 + 2 * channels
    restoring = channels * made + 2 * made
    projects = in_channels != made or stride > 1
    return reducing + filtering + restoring + projects * (in_channels * made + 2 * made)
    ### END SOLUTION


# %% tests="q2" points=1
# Vérification de la question 2, le bloc de base (1 point)
blocks = [(64, 64, 1), (64, 128, 2), (64, 64, 2), (16, 32, 1)]
print(
    checks.function(
        basic_parameters, lambda *settings: count(basic(*settings)), blocks, mistakes=basic_mistakes
    ).require()
)
### BEGIN HIDDEN TESTS
print(
    checks.function(
        basic_parameters,
        lambda *settings: count(basic(*settings)),
        lambda rng: (rng.choice((8, 16, 32)), rng.choice((8, 16, 32)), rng.randint(1, 2)),
        mistakes=basic_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q2" points=1
# Vérification de la question 2, le bottleneck (1 point)
blocks = [(256, 64, 1), (64, 64, 1), (256, 128, 2), (256, 64, 2)]
print(
    checks.function(
        bottleneck_parameters,
        lambda *settings: count(bottleneck(*settings)),
        blocks,
        mistakes=bottleneck_mistakes,
    ).require()
)
### BEGIN HIDDEN TESTS
print(
    checks.function(
        bottleneck_parameters,
        lambda *settings: count(bottleneck(*settings)),
        lambda rng: (rng.choice((16, 32, 64)), rng.choice((4, 8, 16)), rng.randint(1, 2)),
        mistakes=bottleneck_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 3 : les raccourcis A et B (2 points)
#
# Au début d’un étage, la branche rend moins de pixels et davantage de canaux : l’identité ne peut plus s’y ajouter.
# L’article propose deux remèdes.
#
# - **Option A**, sans paramètre : prendre un pixel sur $S$, dans les deux directions, en partant du premier ; puis
#   ajouter des canaux nuls, après ceux de l’entrée. Écrivez `pad_shortcut(x, out_channels, stride)`, qui le fait sur un
#   tenseur de lot × canaux × hauteur × largeur (1 point).
# - **Option B**, celle des grands ResNet : une projection, c’est-à-dire une convolution 1×1 de pas $S$, sans biais,
#   suivie d’une normalisation par lot. Écrivez `make_shortcut(in_channels, out_channels, stride)`, qui construit et
#   renvoie ce module ; si la forme ne change pas, elle renvoie `nn.Identity()` (1 point).

# %% [markdown] hint="q3"
# Une tranche `a[::3]` prend un élément sur trois. `nn.functional.pad(x, …)` lit ses nombres en partant de la dernière
# dimension, deux par dimension : avant et après. Pour les canaux, ce sont donc les cinquième et sixième nombres.


# %% answer="q3"
def pad_shortcut(x, out_channels, stride):
    """x : N×C×H×W ; renvoie N×out_channels×h×w, sans paramètre."""
    ### BEGIN SOLUTION
    kept = x[:, :, ::stride, ::stride]
    return nn.functional.pad(kept, (0, 0, 0, 0, 0, out_channels - x.shape[1]))
    ### END SOLUTION


def make_shortcut(in_channels, out_channels, stride):
    """Le raccourci de l’option B, un nn.Module."""
    ### BEGIN SOLUTION
    if in_channels == out_channels and stride == 1:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )
    ### END SOLUTION


# %% tests="q3" points=1
# Vérification de la question 3, l’option A (1 point)
maps = torch.arange(1.0, 2 * 3 * 6 * 7 + 1).reshape(2, 3, 6, 7)
examples = [(maps, 6, 2), (maps, 8, 2), (maps, 5, 1)]
print(checks.function(pad_shortcut, shortcut_a, examples, mistakes=pad_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        pad_shortcut,
        shortcut_a,
        lambda rng: (
            torch.rand(
                2, 4, rng.randint(6, 9), 8, generator=torch.Generator().manual_seed(rng.randrange(10**6))
            ),
            rng.randint(6, 9),
            rng.randint(2, 3),
        ),
        mistakes=pad_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q3" points=1
# Vérification de la question 3, l’option B (1 point)
for settings in ((16, 32, 2), (16, 16, 2), (16, 16, 1)):
    print(
        checks.module(
            make_shortcut(*settings),
            input_shape=(16, 8, 8),
            reference=resnet.make_shortcut("B", *settings),
            mistakes=shortcut_mistakes(*settings),
        ).require()
    )
### BEGIN HIDDEN TESTS
for settings in ((16, 32, 1), (32, 16, 2), (32, 32, 3), (32, 32, 1)):
    print(
        checks.module(
            make_shortcut(*settings),
            input_shape=(settings[0], 9, 7),
            reference=resnet.make_shortcut("B", *settings),
            mistakes=shortcut_mistakes(*settings),
        ).require()
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Question 4 : le bloc de base (3 points)
#
# Écrivez `BasicBlock(in_channels, out_channels, stride)`, un `nn.Module` qui calcule
#
# $$y = \text{ReLU}\bigl(\mathcal{F}(x) + r(x)\bigr)$$
#
# où la branche $\mathcal{F}$ est faite, dans cet ordre, d’une convolution 3×3 de pas `stride`, d’une normalisation,
# d’une ReLU, d’une convolution 3×3 de pas 1 et d’une normalisation. Le raccourci $r$ vous est donné : pour que votre
# réponse à la question 3 n’entre pas en compte ici, construisez-le dans `__init__` par
# `course_shortcut(in_channels, out_channels, stride)`. C’est l’identité ou une projection, selon le cas.
#
# Deux points pour un bloc qui garde la forme, un point pour un bloc qui la change.


# %% locked="raccourci"
def course_shortcut(in_channels, out_channels, stride):
    """Le raccourci du cours : l’identité, ou la projection qui la remplace quand la forme change."""
    return resnet.make_shortcut("B", in_channels, out_channels, stride)


# %% [markdown] hint="q4"
# Dans `forward`, donnez un autre nom que `x` à ce que calcule la branche : le raccourci a encore besoin de l’entrée.
# Une seule des deux convolutions porte le pas, et une seule lit `in_channels` canaux.


# %% answer="q4"
class BasicBlock(nn.Module):
    """Deux convolutions 3×3 et un raccourci."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = course_shortcut(in_channels, out_channels, stride)
        ### END SOLUTION

    def forward(self, x):
        """x : N×in_channels×H×W ; renvoie N×out_channels×h×w."""
        ### BEGIN SOLUTION
        made = torch.relu(self.bn1(self.conv1(x)))
        made = self.bn2(self.conv2(made))
        return torch.relu(made + self.shortcut(x))
        ### END SOLUTION


# %% tests="q4" points=2
# Vérification de la question 4, sans changement de forme (2 points)
print(
    checks.module(
        BasicBlock(16, 16),
        input_shape=(16, 8, 8),
        parameters=count(basic(16, 16, 1)),
        reference=resnet.BasicBlock(16, 16),
        mistakes=block_mistakes(16, 16),
    ).require()
)
### BEGIN HIDDEN TESTS
print(
    checks.module(
        BasicBlock(24, 24, 1),
        input_shape=(24, 7, 10),
        reference=resnet.BasicBlock(24, 24, 1),
        mistakes=block_mistakes(24, 24, 1),
    ).require()
)
### END HIDDEN TESTS

# %% tests="q4" points=1
# Vérification de la question 4, avec changement de forme (1 point)
print(
    checks.module(
        BasicBlock(16, 32, 2),
        input_shape=(16, 8, 8),
        parameters=count(basic(16, 32, 2)),
        reference=resnet.BasicBlock(16, 32, 2),
        mistakes=block_mistakes(16, 32, 2),
    ).require()
)
### BEGIN HIDDEN TESTS
for settings in ((8, 24, 1), (16, 16, 2), (8, 16, 3)):
    print(
        checks.module(
            BasicBlock(*settings),
            input_shape=(settings[0], 9, 11),
            reference=resnet.BasicBlock(*settings),
            mistakes=block_mistakes(*settings),
        ).require()
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Question 5 : le bottleneck et la préactivation (2 points)
#
# Écrivez deux variantes du bloc. Le raccourci du cours vous est toujours donné.
#
# - `Bottleneck(in_channels, channels, stride)` : convolution 1×1 vers `channels` canaux, convolution 3×3, convolution
#   1×1 vers `4 * channels` canaux, chacune normalisée, une ReLU après chacune des deux premières et une après
#   l’addition. Comme dans l’article, la **première** convolution porte le pas (1 point).
# - `PreactBlock(channels)` : le bloc de base à préactivation, qui garde la forme. Normalisation et ReLU passent
#   **devant** chaque convolution, et il n’y a plus rien après l’addition (1 point) :
#
# $$y = x + \text{conv}\Bigl(\text{ReLU}\bigl(\text{BN}(\text{conv}(\text{ReLU}(\text{BN}(x))))\bigr)\Bigr)$$


# %% answer="q5"
class Bottleneck(nn.Module):
    """Réduire, filtrer, rendre ; et un raccourci."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        self.branch = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, 4 * channels, 1, bias=False),
            nn.BatchNorm2d(4 * channels),
        )
        self.shortcut = course_shortcut(in_channels, 4 * channels, stride)
        ### END SOLUTION

    def forward(self, x):
        """x : N×in_channels×H×W ; renvoie N×4·channels×h×w."""
        ### BEGIN SOLUTION
        return torch.relu(self.branch(x) + self.shortcut(x))
        ### END SOLUTION


class PreactBlock(nn.Module):
    """Normalisation et ReLU avant chaque convolution, rien après l’addition."""

    def __init__(self, channels):
        super().__init__()
        ### BEGIN SOLUTION
        self.branch = nn.Sequential(
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        )
        ### END SOLUTION

    def forward(self, x):
        """x : N×C×H×W ; renvoie la même forme."""
        ### BEGIN SOLUTION
        return x + self.branch(x)
        ### END SOLUTION


# %% tests="q5" points=1
# Vérification de la question 5, le bottleneck (1 point)
for settings in ((32, 8, 1), (16, 8, 2)):
    print(
        checks.module(
            Bottleneck(*settings),
            input_shape=(settings[0], 8, 8),
            parameters=count(bottleneck(*settings)),
            reference=resnet.Bottleneck(*settings),
            mistakes=bottleneck_block_mistakes(*settings),
        ).require()
    )
### BEGIN HIDDEN TESTS
for settings in ((24, 6, 2), (8, 6, 1)):
    print(
        checks.module(
            Bottleneck(*settings),
            input_shape=(settings[0], 9, 11),
            reference=resnet.Bottleneck(*settings),
            mistakes=bottleneck_block_mistakes(*settings),
        ).require()
    )
### END HIDDEN TESTS

# %% tests="q5" points=1
# Vérification de la question 5, la préactivation (1 point)
print(
    checks.module(
        PreactBlock(16),
        input_shape=(16, 8, 8),
        parameters=count(lambda: preact.BasicUnit(16, 16)),
        reference=preact.BasicUnit(16, 16),
        mistakes=preact_mistakes(16),
    ).require()
)
### BEGIN HIDDEN TESTS
print(
    checks.module(
        PreactBlock(6),
        input_shape=(6, 9, 7),
        reference=preact.BasicUnit(6, 6),
        mistakes=preact_mistakes(6),
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 6 : le gradient, chemin par chemin (2 points)
#
# Réduisons chaque couche à un nombre : une couche ordinaire remplace $y$ par $w\,y$, une couche résiduelle par
# $y + w\,y$. Une pile est alors donnée par la liste de ses pentes $w_1, \dots, w_L$. Écrivez
#
# - `gradient_factor(slopes, shortcut)`, la dérivée de la sortie de la pile par rapport à son entrée ; `shortcut` dit si
#   les couches sont résiduelles (1 point) ;
# - `paths_by_length(slopes)`, la liste de ce qu’apportent à cette dérivée, dans la pile **résiduelle**, les chemins de
#   longueur 0, 1, …, $L$ (1 point).
#
# Un chemin va de l’entrée à la sortie ; devant chaque couche, il la traverse ou prend son raccourci. Sa longueur est le
# nombre de couches qu’il traverse, et ce qu’il apporte est le produit de leurs pentes. Il y a $2^L$ chemins : la somme
# de toute la liste est donc la dérivée elle-même. Avec les pentes 2 et 3, par exemple, la liste est `[1, 5, 6]`.

# %% [markdown] hint="q6"
# Pour les chemins, inutile de les énumérer. Partez de `[1]`, la liste d’une pile vide, et ajoutez les couches une à
# une : un chemin de longueur $k$ vient d’un chemin de longueur $k$ qui a pris le raccourci, ou d’un chemin de longueur
# $k - 1$ qui a traversé la couche.


# %% answer="q6"
def gradient_factor(slopes, shortcut):
    """Dérivée de la sortie d’une pile de couches par rapport à son entrée."""
    ### BEGIN SOLUTION
    factor = 1
    for slope in slopes:
        factor *= 1 + slope if shortcut else slope
    return factor
    ### END SOLUTION


def paths_by_length(slopes):
    """Ce qu’apportent ensemble les chemins de chaque longueur, de 0 au nombre de couches."""
    ### BEGIN SOLUTION
    totals = [1]
    for slope in slopes:
        taken, crossed = [*totals, 0], [0, *totals]
        totals = [a + slope * b for a, b in zip(taken, crossed, strict=True)]
    return totals
    ### END SOLUTION


# %% tests="q6" points=1
# Vérification de la question 6, la dérivée (1 point)
stacks = [([2, 3], False), ([2, 3], True), ([0.5] * 10, False), ([0.5] * 10, True), ([-1, 4, 2], True)]
print(checks.function(gradient_factor, course_factor, stacks, mistakes=factor_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        gradient_factor,
        course_factor,
        lambda rng: ([rng.choice((-3, -2, 2, 3)) for _ in range(rng.randint(2, 8))], rng.random() < 0.7),
        mistakes=factor_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% tests="q6" points=1
# Vérification de la question 6, les chemins (1 point)
stacks = [([2, 3],), ([1, 1, 1, 1],), ([2, -3, 5, 7],), ([0.5, 0.5, 0.5],)]
print(checks.function(paths_by_length, course_paths, stacks, mistakes=path_mistakes).require())
### BEGIN HIDDEN TESTS
print(
    checks.function(
        paths_by_length,
        course_paths,
        lambda rng: ([rng.choice((-3, -2, 2, 3)) for _ in range(rng.randint(3, 7))],),
        mistakes=path_mistakes,
    ).require()
)
### END HIDDEN TESTS

# %% [markdown]
# ## Question 7 : partir de l’identité (1 point)
#
# Si la dernière normalisation de chaque branche multiplie par 0 au départ, la branche ne compte pas : le bloc rend
# $\text{ReLU}(x)$, et un réseau de cent couches commence aussi simplement qu’un réseau peu profond. L’entraînement
# éveille ensuite chaque branche. Écrivez `ZeroInitBlock`, un bloc du cours qui part ainsi ; il doit rester capable
# d’apprendre.

# %% locked="bloc"
CourseBlock = resnet.BasicBlock  # ses couches : `conv1`, `bn1`, `relu1`, `conv2`, `bn2`, `shortcut`, `relu2`


# %% answer="q7"
class ZeroInitBlock(CourseBlock):
    """Le bloc de base, dont la branche ne compte pas au départ."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__(in_channels, out_channels, stride)
        ### BEGIN SOLUTION
        nn.init.zeros_(self.bn2.weight)
        ### END SOLUTION


# %% tests="q7" points=1
# Vérification de la question 7 (1 point)
print(asleep(ZeroInitBlock(8, 8)).require())
positive = torch.rand(2, 8, 5, 5)
print(checks.tensor(ZeroInitBlock(8, 8)(positive).detach(), positive).require())
### BEGIN HIDDEN TESTS
print(asleep(ZeroInitBlock(8, 16, 2)).require())
for settings in ((8, 8, 1), (8, 16, 2)):
    print(
        checks.module(
            ZeroInitBlock(*settings), input_shape=(8, 6, 6), reference=resnet.BasicBlock(*settings)
        ).require()
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Question 8 : un ResNet entraîné (3 points)
#
# Les images sont celles de *Formes* : douze formes texturées, en couleurs, sur 16×16 pixels. Voici le réseau, celui de
# l’article pour CIFAR-10, deux fois plus étroit ; ses convolutions et sa couche fully-connected font 32 couches.
#
# | Partie | Contenu | Sortie (C×H×W) |
# |:--|:--|:-:|
# | entrée | image RVB | 3×16×16 |
# | début | 8 filtres 3×3 sans biais, normalisation, ReLU | 8×16×16 |
# | étage 1 | 5 blocs à 8 canaux | 8×16×16 |
# | étage 2 | 5 blocs à 16 canaux, le premier de pas 2 | 16×8×8 |
# | étage 3 | 5 blocs à 32 canaux, le premier de pas 2 | 32×4×4 |
# | fin | moyenne de chaque carte, puis fully-connected | `num_classes` |
#
# - Écrivez `SmallResNet(num_classes)`, fait de `CourseBlock` (1 point). Sa sortie est faite de scores, sans softmax.
# - Écrivez `train(images, labels)`, qui entraîne un réseau sur ces images et le renvoie **en mode évaluation**
#   (2 points). Il doit bien classer au moins 60 % d’images qu’il n’a jamais vues, et la cellule de tests doit finir en
#   une minute.
#
# Une recette qui convient : trois époques, des lots de 64, la descente de gradient avec inertie de pas 0,02, un
# échauffement de dix itérations, puis un cosinus qui ramène ce pas à 0. `Recipe`, `Sgd` et `Cosine` la décrivent ;
# `fit(network, data, recipe)` la suit, où `data` est `Batches(Images(images, labels, FORMES.classes), 64)`. Vous pouvez
# aussi écrire la boucle.
#
# Avec cette recette, sept réseaux tirés de graines différentes ont bien classé de 76 à 97 % des images ; sur quatre
# graines, leurs jumeaux sans raccourcis, de 13 à 48 %. Le bloc de la question 7 n’aide pas ici : sur un entraînement si
# court, ses branches s’éveillent trop tard (80 et 78 % sur deux graines où le bloc ordinaire donne 93 et 96 %, avec
# quatre époques au pas 0,05).

# %% locked="formes"
FORMES = Formes(
    size=16,
    rotation=20,
    clutter=0,
    contrast=(0.4, 0.5),
    texture_contrast=0.2,
    background=0.05,
    noise=0.02,
)
drawn = sample(FORMES, 4000)
unseen = sample(FORMES, 1000, start=TEST)
print(f"{len(drawn)} images, {len(FORMES.classes)} classes : {', '.join(FORMES.classes)}")

# %% [markdown] hint="q8"
# Un étage est un `nn.Sequential` de cinq blocs : le premier porte le pas et le changement de canaux, les quatre autres
# gardent la forme. Une fonction, ou une boucle sur les triplets (canaux lus, canaux produits, pas), évite d’écrire
# quinze lignes.
#
# `Recipe(epochs=3, optimizer=Sgd(lr=0.02), schedule=Cosine(warmup=10))` est la recette ; `network.eval()` change le
# mode, et renvoie le réseau.


# %% answer="q8"
class SmallResNet(nn.Module):
    """Le ResNet à 32 couches de la table."""

    def __init__(self, num_classes):
        super().__init__()
        ### BEGIN SOLUTION
        blocks = []
        for channels, filters, stride in ((8, 8, 1), (8, 16, 2), (16, 32, 2)):
            blocks.append(CourseBlock(channels, filters, stride))
            blocks += [CourseBlock(filters, filters) for _ in range(4)]
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(32, num_classes)
        ### END SOLUTION

    def forward(self, x):
        """x : N×3×16×16 ; renvoie N×num_classes."""
        ### BEGIN SOLUTION
        return self.fc(self.blocks(self.stem(x)).mean(dim=(2, 3)))
        ### END SOLUTION


def train(images, labels):
    """images : N×3×16×16, labels : N étiquettes ; renvoie un réseau entraîné, en mode évaluation."""
    ### BEGIN SOLUTION
    network = SmallResNet(len(FORMES.classes))
    data = Batches(Images(images, labels, FORMES.classes), 64)
    recipe = Recipe(epochs=3, optimizer=Sgd(lr=0.02), schedule=Cosine(warmup=10))
    fit(network, data, recipe)
    return network.eval()
    ### END SOLUTION


# %% tests="q8" points=1
# Vérification de la question 8, le réseau (1 point)
stages = (
    [basic(8, 8, 1)] * 5
    + [basic(8, 16, 2)]
    + [basic(16, 16, 1)] * 4
    + [basic(16, 32, 2)]
    + [basic(32, 32, 1)] * 4
)
net_parameters = 3 * 9 * 8 + 2 * 8 + sum(map(count, stages)) + 33 * 12
print(
    checks.module(
        SmallResNet(12), input_shape=(3, 16, 16), output_shape=(12,), parameters=net_parameters
    ).require()
)
### BEGIN HIDDEN TESTS


def course_net(num_classes, strides=(1, 2, 2), block=resnet.BasicBlock):
    sides = zip((8, 8, 16), (8, 16, 32), strides, strict=True)
    return nn.Sequential(
        resnet.conv3x3(3, 8),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        *(resnet.stage(block, 5, fed, made, stride, 1) for fed, made, stride in sides),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, num_classes),
    )


net_mistakes = (
    (
        "network.no-stride",
        course_net(7, (1, 1, 1)),
        "Vos étages gardent tous la taille de l’image : le premier bloc des étages 2 et 3 a le pas 2.",
    ),
)
print(
    checks.module(
        SmallResNet(7), input_shape=(3, 16, 16), reference=course_net(7), mistakes=net_mistakes
    ).require()
)
### END HIDDEN TESTS

# %% tests="q8" points=2
# Vérification de la question 8, l’entraînement (2 points) : une dizaine de secondes
network = quietly(train, drawn)
print(learned(network, unseen, least=0.6).require())
### BEGIN HIDDEN TESTS
print(learned(network, sample(replace(FORMES, seed=1), 1000, start=TEST), least=0.6).require())
### END HIDDEN TESTS

# %% [markdown]
# ## Question 9 : le gradient de la première couche (3 points)
#
# La question 6 prévoit ce que devient un gradient qui remonte une pile. Mesurez-le, sur des réseaux qui n’ont encore
# rien appris. La cellule suivante donne les réseaux, avec ou sans raccourcis, avec ou sans normalisation, et mesure
# l’un d’eux : `measure.norms[0]` est la norme du gradient de la perte par rapport aux filtres de la première couche.


# %% locked="reseaux"
def untrained(blocks, shortcut, norm, seed):
    """Un réseau neuf de `6 * blocks + 2` couches."""
    torch.manual_seed(seed)
    block = resnet.BasicBlock if shortcut else resnet.PlainBasicBlock
    network = resnet.CifarResNet(block, (blocks,) * 3, 1, len(FORMES.classes))
    if not norm:
        for part in list(network.modules()):
            for name, layer in list(part.named_children()):
                if isinstance(layer, nn.BatchNorm2d):
                    setattr(part, name, nn.Identity())
    return network


measure = gradient_by_depth(untrained(3, shortcut=False, norm=True, seed=0), drawn.x[:32], drawn.y[:32])
print(f"{len(measure.layers)} couches, gradient de la première : {measure.norms[0]:.3f}")

# %% [markdown]
# Tracez cette norme en fonction de la profondeur, pour les quatre familles de réseaux (avec ou sans raccourcis, avec ou
# sans normalisation) :
#
# - au moins cinq profondeurs, de 8 à 56 couches, et trois graines par point, dont la figure montre l’étendue ;
# - une échelle logarithmique, des axes nommés, une légende.
#
# Sous la figure, et dans la même cellule, écrivez ce que vous y lisez, en six à neuf phrases, en citant des valeurs :
# `display(Markdown("…"))` affiche un texte.
#
# 1. Sans normalisation, que devient le gradient quand la profondeur croît, sans puis avec raccourcis ? Rapprochez-le
#    des produits de la question 6.
# 2. Avec normalisation, le gradient d’un réseau sans raccourcis s’évanouit-il ? Que change alors le raccourci ?
# 3. De ces quatre familles, laquelle entraîneriez-vous à 56 couches, et pourquoi ?
#
# Cette figure et ce texte sont lus et notés à la main.

# %% manual="q9" points=3
### BEGIN SOLUTION
depths = (1, 2, 3, 5, 7, 9)
families = {
    "sans raccourcis, sans normalisation": (False, False),
    "avec raccourcis, sans normalisation": (True, False),
    "sans raccourcis, normalisé": (False, True),
    "avec raccourcis, normalisé": (True, True),
}
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for (name, (shortcut, norm)), marker in zip(families.items(), "os^D", strict=True):
    measured = torch.tensor(
        [
            [
                gradient_by_depth(untrained(blocks, shortcut, norm, seed), drawn.x[:32], drawn.y[:32]).norms[
                    0
                ]
                for seed in range(3)
            ]
            for blocks in depths
        ]
    )
    layers = [6 * blocks + 2 for blocks in depths]
    ax.plot(layers, measured.median(dim=1).values, marker=marker, label=name)
    ax.fill_between(layers, measured.amin(dim=1), measured.amax(dim=1), alpha=0.25)
ax.set(xlabel="profondeur (couches)", ylabel="norme du gradient de la première couche", yscale="log")
ax.grid(alpha=0.3)
ax.legend()
plt.show()

display(
    Markdown("""
**Réponse possible.** Sans normalisation ni raccourcis, le gradient de la première couche s’éteint : 0,02 à 8 couches,
moins de 0,001 à 56, comme un produit de pentes plus petites que 1 en valeur absolue. Avec les raccourcis, il passe au
contraire de 0,3 à plus de 6000 : chaque bloc multiplie par un facteur de la forme $1 + w$, et leur produit explose dès
que rien ne limite les $w$. Avec la normalisation, le gradient du réseau sans raccourcis ne s’évanouit pas : il
grandit, de 0,4 à 740 environ, car chaque normalisation divise le signal par son écart type, et multiplie d’autant le
gradient. Un gradient évanescent n’explique donc pas, à lui seul, qu’un réseau normalisé et profond apprenne mal. Le
raccourci ralentit cette croissance : on va de 0,5 à 14 entre 8 et 56 couches, et les trois graines s’accordent.
J’entraînerais le réseau normalisé à raccourcis : c’est le seul dont un même pas d’apprentissage puisse convenir à
toutes les profondeurs tracées.

**Barème.** Un point par partie :

- la figure : quatre courbes, échelle logarithmique, axes nommés, étendue des graines (un demi-point s’il manque l’un de
  ces éléments, ou une famille) ;
- sans normalisation : les deux sens sont lus avec au moins deux valeurs, et rapprochés des produits des $w$ et des
  $1 + w$ (un demi-point sans ce rapprochement) ;
- avec normalisation : le gradient du réseau sans raccourcis grandit au lieu de s’évanouir, le raccourci ralentit cette
  croissance, et le choix de la famille en découle (un demi-point si l’élève conclut à un gradient évanescent contre sa
  propre figure).
""")
)
### END SOLUTION
