"""Les copies simulées du TP « Suivre les tailles » : ce que chacun écrit, ce qu’il gagne, ce que la correction dit.

Une réponse est une suite de textes, un par emplacement vide de la cellule.
"""

from student_copies import Classwork, Student

TESTS = {
    "q1-tests": 1,
    "q2-tests": 2,
    "q2-tests-2": 1,
    "q3-tests": 3,
    "q4-tests": 2,
    "q5-tests": 1,
    "q5-tests-2": 2,
    "q6-tests": 1,
    "q6-tests-2": 2,
    "q7-tests": 1,
    "q7-tests-2": 2,
}

# Un bon élève, qui n’écrit pas comme le corrigé.
RIGHT = {
    "q1": ("return kernel_size // 2",),
    "q2": (
        """
free = input_size + padding + padding - dilation * kernel_size + dilation - 1
return 1 + free // stride
""",
    ),
    "q3": (
        """
result = []
for y in range(len(image) - len(kernel) + 1):
    result.append([])
    for x in range(len(image[0]) - len(kernel[0]) + 1):
        result[-1].append(0)
        for i, row in enumerate(kernel):
            for j, weight in enumerate(row):
                result[-1][-1] += weight * image[y + i][x + j]
return result
""",
    ),
    "q4": (
        """
if not layers:
    return [input_size]
first, *others = layers
return [input_size, *stack_sizes(size(input_size, *first), others, size)]
""",
    ),
    "q5": (
        "return sum(kernel_size**2 * in_channels + 1 for _ in range(out_channels))",
        "return output_size * output_size * (conv_parameters(in_channels, out_channels, kernel_size) - out_channels)",
    ),
    "q6": (
        """
seen = 1
for kernel_size, stride in reversed(layers):
    seen = (seen - 1) * stride + kernel_size
return seen
""",
    ),
    "q7": (
        """
self.conv1 = nn.Conv2d(3, 16, 5, stride=2, padding=2)
self.conv2 = nn.Conv2d(16, 32, 3, padding="same", dilation=2)
self.features = nn.Sequential(self.conv1, nn.ReLU(), nn.MaxPool2d(2, 2), self.conv2, nn.ReLU())
self.fc = nn.Linear(32, num_classes)
""",
        "return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(self.features(x), 1), 1))",
    ),
}

STUDENTS = (
    Student("juste", RIGHT, explanation="Trois 3×3 voient 7 pixels et économisent 45 % des poids."),
    Student(
        "partielle",
        RIGHT
        | {
            "q2": ("return (input_size + 2 * padding - kernel_size) // stride + 1",),
            "q6": ("return 1 + sum(kernel_size - 1 for kernel_size, stride in layers)",),
        },
        lost=frozenset({"q2-tests-2", "q6-tests-2"}),
        told=(
            "Vous avez oublié la dilatation : le filtre s’étend sur d(F − 1) + 1 pixels, avec d = 2.",
            "Vous avez ignoré les pas. Après un pas S, deux unités voisines sont écartées de S pixels",
        ),
    ),
    Student(
        "fausse",
        {
            "q1": ("return kernel_size - 1",),
            "q2": ("return (input_size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride",),
            "q3": (
                """
flipped = [row[::-1] for row in kernel[::-1]]
return course_correlation(image, flipped)
""",
            ),
            "q4": ("return [input_size, *(size(input_size, *layer) for layer in layers)]",),
            "q5": (
                "return (kernel_size**2 + 1) * out_channels",
                "return in_channels * out_channels * kernel_size**2",
            ),
            "q6": ("return sum(kernel_size for kernel_size, stride in layers)",),
            "q7": (
                """
self.features = nn.Sequential(
    nn.Conv2d(3, 16, 5, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, dilation=2), nn.ReLU()
)
self.fc = nn.Linear(32, num_classes)
""",
                "return torch.softmax(self.fc(self.features(x).mean(dim=(2, 3))), dim=1)",
            ),
        },
        lost=frozenset(TESTS),
        told=(
            "C’est le padding total. P est la largeur ajoutée de chaque côté : il faut diviser par deux.",
            "Vous avez oublié le + 1 : le quotient compte les déplacements du filtre",
            "Vous avez retourné le filtre : c’est la convolution au sens strict.",
            "Chaque couche repart de l’image : or elle reçoit ce que la couche précédente a produit.",
            "Vous avez oublié la profondeur : un filtre couvre tous les canaux de son entrée",
            "C’est le nombre de poids. Chacun sert à chaque position de la sortie",
            "Vous avez additionné les tailles des filtres. Chaque couche n’ajoute que F − 1 pixels.",
            "32×11×11 : à revoir, la hauteur et la largeur ; le reste est juste.",
        ),
    ),
    Student(
        "exemples",
        RIGHT
        | {
            "q1": ("return {3: 1, 9: 4}.get(kernel_size, 1)",),
            "q5": (
                "return {(3, 8): 608, (256, 128): 32896}.get((in_channels, out_channels), 884992)",
                "return {(3, 8): 470400, (256, 128): 25690112}.get((in_channels, out_channels), 346816512)",
            ),
        },
        lost=frozenset({"q1-tests", "q5-tests", "q5-tests-2"}),
        told=(
            "same_padding(1) renvoie 1 : ce n’est pas la bonne valeur. Revoyez « Padding qui conserve la taille ».",
        ),
    ),
    Student(
        "fragile",
        RIGHT
        | {
            "q1": ('raise ValueError("je ne sais pas")',),
            "q2": ("import sys; sys.exit()",),
            "q3": ("for y in range(3)",),
            "q4": ("while True: pass",),
            "q6": ("return receptive_field(layers)",),
            "q7": ("self.features = nn.Conv2d(3, 16, 5, padding='deux')", "return x"),
        },
        lost=frozenset(TESTS) - {"q5-tests", "q5-tests-2"},
        told=(
            "same_padding(3) s’arrête sur ValueError : je ne sais pas",
            "arrête Python",
            "n’a pas répondu en 5 s",
            "s’appelle elle-même sans fin",
            "Le nom correlate n’existe pas. La cellule qui le définit s’est-elle exécutée sans erreur ?",
        ),
    ),
)

TAILLES = Classwork("tp-tailles", TESTS, "q8", RIGHT, STUDENTS, killing="q6")
