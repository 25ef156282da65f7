"""Les formules que la banque demande d’écrire, et celles qu’on écrit à leur place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Ce qu’on demande (les grandeurs en lettres capitales, dans des formules), la bonne écriture, d’où elle vient,
    et les écritures fausses par le nom de leur erreur. `letters` : les lettres permises.
    """

    asks: str
    letters: str
    right: str
    why: str
    wrongs: Mapping[str, str]


SIZES = {
    "output": Case(
        "Une image de $W$ pixels de large reçoit un padding $P$ de chaque côté ; des filtres de taille $F$ la "
        "parcourent "
        "avec un pas $S$, qui tombe juste. Quelle est la largeur de la sortie ?",
        "WFSP",
        "(W+2*P-F)/S+1",
        "Le filtre se déplace dans la place qui reste, $W + 2P − F$ pixels, par pas de $S$ ; il faut compter en "
        "plus sa "
        "position de départ.",
        {
            "size-formula.no-plus-one": "(W+2*P-F)/S",
            "size-formula.one-side": "(W+P-F)/S+1",
            "size-formula.no-kernel": "(W+2*P)/S",
            "size-formula.no-stride": "W+2*P-F+1",
        },
    ),
    "input": Case(
        "Des filtres de taille $F$, de pas $S$ et de padding $P$ de chaque côté, rendent une carte de $V$ valeurs de "
        "large ; le pas tombe juste. Quelle était la largeur de l’image, sans ses zéros ?",
        "VFSP",
        "S*(V-1)+F-2*P",
        "Le filtre fait $V − 1$ déplacements de $S$ pixels et occupe $F$ pixels : c’est la largeur, zéros "
        "compris. On en "
        "retire les $2P$ zéros.",
        {
            "size-formula.no-minus-one": "S*V+F-2*P",
            "size-formula.one-side": "S*(V-1)+F-P",
            "size-formula.no-stride": "V-1+F-2*P",
            "size-formula.no-kernel": "S*(V-1)-2*P",
            "size-formula.padding-added": "S*(V-1)+F+2*P",
        },
    ),
    "kernel": Case(
        "Une image de $W$ pixels de large, avec un padding $P$ de chaque côté et un pas $S$ qui tombe juste, "
        "donne une "
        "carte de $V$ valeurs de large. Quelle est la taille du filtre ?",
        "WVSP",
        "W+2*P-S*(V-1)",
        "Le filtre fait $V − 1$ déplacements de $S$ pixels ; ce qui reste de la largeur $W + 2P$ est sa propre "
        "taille.",
        {
            "size-formula.no-minus-one": "W+2*P-S*V",
            "size-formula.one-side": "W+P-S*(V-1)",
            "size-formula.no-stride": "W+2*P-V+1",
        },
    ),
    "same": Case(
        "Quel padding, de chaque côté, conserve à pas 1 la taille d’une image que parcourent des filtres de taille "
        "impaire $F$ ?",
        "F",
        "(F-1)/2",
        "À pas 1, la sortie perd $F − 1$ pixels. On les rend, moitié d’un côté, moitié de l’autre.",
        {
            "size-formula.total": "F-1",
            "size-formula.half-kernel": "F/2",
            "size-formula.gained": "(F+1)/2",
        },
    ),
    "zeros": Case(
        "Combien de zéros le padding $P$, de chaque côté, ajoute-t-il à une carte de $H\\times W$ ?",
        "HWP",
        "(H+2*P)*(W+2*P)-H*W",
        "La carte entourée a $H + 2P$ lignes et $W + 2P$ colonnes ; on en retire ses $H W$ valeurs d’origine.",
        {
            "size-formula.no-corners": "2*P*(H+W)",
            "size-formula.one-side": "(H+P)*(W+P)-H*W",
            "size-formula.whole": "(H+2*P)*(W+2*P)",
        },
    ),
}

COSTS = {
    "weights": Case(
        "Une couche convolutive a $K$ filtres $F\\times F$, sans biais, et lit $C$ canaux. Combien de poids "
        "a-t-elle ?",
        "FCK",
        "F^2*C*K",
        "Un filtre a $F^2$ poids par canal, donc $F^2 C$ ; il y a $K$ filtres.",
        {
            "cost-formula.no-depth": "F^2*K",
            "cost-formula.no-filters": "F^2*C",
            "cost-formula.one-dimension": "F*C*K",
            "cost-formula.unwanted-bias": "(F^2*C+1)*K",
        },
    ),
    "parameters": Case(
        "Une couche convolutive a $K$ filtres $F\\times F$ avec biais et rend, à partir de $C$ canaux, des cartes de "
        "$H\\times W$. Combien de paramètres a-t-elle ?",
        "FCKHW",
        "(F^2*C+1)*K",
        "Un filtre a $F^2 C$ poids et un biais ; il y a $K$ filtres. La taille des cartes n’y change rien.",
        {
            "cost-formula.no-depth": "(F^2+1)*K",
            "cost-formula.no-bias": "F^2*C*K",
            "cost-formula.single-bias": "F^2*C*K+1",
            "cost-formula.positions": "H*W*(F^2*C+1)*K",
        },
    ),
    "rectangle": Case(
        "Une couche convolutive a $K$ filtres rectangulaires $F\\times G$ avec biais et lit $C$ canaux. Combien de "
        "paramètres a-t-elle ?",
        "FGCK",
        "(F*G*C+1)*K",
        "Un filtre a $F G$ poids par canal et un seul biais ; il y a $K$ filtres.",
        {
            "cost-formula.no-depth": "(F*G+1)*K",
            "cost-formula.no-bias": "F*G*C*K",
            "cost-formula.added": "((F+G)*C+1)*K",
            "cost-formula.single-bias": "F*G*C*K+1",
        },
    ),
    "macs": Case(
        "Une couche convolutive a $K$ filtres $F\\times F$, lit $C$ canaux et rend des cartes de $H\\times W$. "
        "Combien de "
        "multiplications fait-elle pour une image ?",
        "FCKHW",
        "H*W*K*F^2*C",
        "La sortie a $H W K$ valeurs, et chacune demande $F^2 C$ multiplications.",
        {
            "cost-formula.one-position": "K*F^2*C",
            "cost-formula.no-depth": "H*W*K*F^2",
            "cost-formula.no-filters": "H*W*F^2*C",
            "cost-formula.one-dimension": "H*W*K*F*C",
        },
    ),
    "dense": Case(
        "Une couche convolutive a $K$ filtres $F\\times F$ et transforme un volume de $H\\times W\\times C$ en "
        "un volume de "
        "$H\\times W\\times K$. On la remplace par une couche fully-connected avec biais, entre les mêmes "
        "volumes. Combien "
        "de paramètres a cette couche ?",
        "FCKHW",
        "H*W*K*(H*W*C+1)",
        "Il y a $H W K$ neurones ; chacun lit $H W C$ valeurs et a un biais.",
        {
            "cost-formula.no-bias": "H*W*K*H*W*C",
            "cost-formula.convolution": "(F^2*C+1)*K",
            "cost-formula.no-depth": "H*W*K*(H*W+1)",
            "cost-formula.single-bias": "H*W*K*H*W*C+1",
        },
    ),
}

FIELDS = {
    "stack": Case(
        "On empile $N$ couches de filtres $F\\times F$, à pas 1. Quelle est la largeur du champ récepteur de la "
        "dernière ?",
        "NF",
        "1+N*(F-1)",
        "On voit 1 pixel au départ, et chacune des $N$ couches en ajoute $F − 1$.",
        {
            "field-formula.sum": "N*F",
            "field-formula.product": "F^N",
            "field-formula.start": "N*(F-1)",
        },
    ),
    "strided": Case(
        "Une convolution $F\\times F$ de pas $S$ est suivie d’une convolution $G\\times G$ de pas 1. Quelle est "
        "la largeur "
        "du champ récepteur de la seconde ?",
        "FGS",
        "F+S*(G-1)",
        "Une unité de la première voit $F$ pixels ; la seconde en lit $G$ de suite, écartées de $S$ pixels.",
        {
            "field-formula.no-stride": "F+G-1",
            "field-formula.own-stride": "1+S*(F-1)+S*(G-1)",
            "field-formula.product": "F*G",
            "field-formula.sum": "F+S*G",
        },
    ),
    "pooled": Case(
        "Une convolution $F\\times F$ de pas 1 est suivie d’un pooling $2\\times2$ de pas 2, puis d’une convolution "
        "$G\\times G$ de pas 1. Quelle est la largeur du champ récepteur de la dernière couche ?",
        "FG",
        "F+1+2*(G-1)",
        "La convolution voit $F$ pixels, le pooling un de plus ; la dernière couche lit $G$ unités de suite, "
        "écartées de 2 "
        "pixels.",
        {
            "field-formula.no-stride": "F+G",
            "field-formula.no-pooling": "F+G-1",
            "field-formula.product": "2*F*G",
            "field-formula.sum": "F+2+G",
        },
    ),
    "dilated": Case(
        "Un filtre $F\\times F$ est dilaté de $D$ : les pixels qu’il lit sont à $D$ pixels l’un de l’autre. De "
        "quelle "
        "largeur est la fenêtre qu’il couvre ?",
        "FD",
        "D*(F-1)+1",
        "Entre le premier et le dernier pixel lus il y a $F − 1$ intervalles de $D$ pixels ; on compte en plus "
        "le premier "
        "pixel.",
        {
            "field-formula.product": "D*F",
            "field-formula.sum": "F+D",
            "field-formula.start": "D*(F-1)",
            "field-formula.one-hole-too-many": "(D+1)*(F-1)+1",
        },
    ),
    "two-rates": Case(
        "Une convolution $F\\times F$ est suivie d’une convolution $F\\times F$ dilatée de $D$, toutes deux à "
        "pas 1. Quelle "
        "est la largeur du champ récepteur de la seconde ?",
        "FD",
        "F+D*(F-1)",
        "La première voit $F$ pixels ; la seconde lit des unités étalées sur $F − 1$ intervalles de $D$ pixels.",
        {
            "field-formula.no-dilation": "2*F-1",
            "field-formula.both-dilated": "1+2*D*(F-1)",
            "field-formula.product": "F*D*F",
            "field-formula.sum": "F+D*F",
        },
    ),
}
