"""Les copies simulées du TP « Le pooling » : ce que chacun écrit, ce qu’il gagne, ce que la correction dit.

Une réponse est une suite de textes, un par emplacement vide de la cellule.
"""

from student_copies import Classwork, Student

TESTS = {
    "q1-tests": 1,
    "q1-tests-2": 1,
    "q2-tests": 3,
    "q3-tests": 2,
    "q3-tests-2": 1,
    "q4-tests": 2,
    "q4-tests-2": 1,
    "q5-tests": 1,
    "q5-tests-2": 1,
    "q5-tests-3": 1,
    "q6-tests": 1,
    "q6-tests-2": 2,
}

GRADIENT_LOOP = """
result = [[0] * len(row) for row in image]
for y, line in enumerate(gradient):
    for x, value in enumerate(line):
        window = [(y * stride + i, x * stride + j) for i in range(kernel_size) for j in range(kernel_size)]
        {}
return result
"""
"""La boucle commune aux réponses de la question 4, et ce que chacune fait d’une fenêtre."""

# Un bon élève, qui n’écrit pas comme le corrigé.
RIGHT = {
    "q1": (
        """
if stride is None:
    stride = kernel_size
starts = range(0, input_size + 2 * padding - kernel_size + (stride if ceil_mode else 1), stride)
if ceil_mode:
    starts = [start for start in starts if start < input_size + padding]
return len(starts)
""",
    ),
    "q2": (
        """
result = []
for y in range(0, len(image) - kernel_size + 1, stride):
    result.append([])
    for x in range(0, len(image[0]) - kernel_size + 1, stride):
        best = image[y][x]
        for row in image[y:y + kernel_size]:
            best = max(best, *row[x:x + kernel_size])
        result[-1].append(best)
return result
""",
    ),
    "q3": (
        """
columns = nn.functional.unfold(x.flatten(0, 1)[:, None], kernel_size, stride=stride)
rows = (x.shape[2] - kernel_size) // stride + 1
return columns.mean(dim=1).reshape(x.shape[0], x.shape[1], rows, -1)
""",
    ),
    "q4": (
        GRADIENT_LOOP.format(
            """highest = max(image[i][j] for i, j in window)
        i, j = next((i, j) for i, j in window if image[i][j] == highest)
        result[i][j] = result[i][j] + value"""
        ),
    ),
    "q5": (
        """
if not any(window):
    return [1 / len(window)] * len(window)
return [value / sum(window) for value in window]
""",
        "return sum(p * a for p, a in zip(probabilities(window), window))",
    ),
    "q6": (
        "return side * side * channels * num_classes + num_classes",
        "return sum(channels + 1 for _ in range(num_classes))",
        """
self.pool = nn.AdaptiveAvgPool2d(1)
self.classify = nn.Linear(channels, num_classes)
""",
        "return self.classify(torch.flatten(self.pool(x), start_dim=1))",
    ),
}

STUDENTS = (
    Student("juste", RIGHT, explanation="Le max 2 × 2 ne fait que réduire l’écart, de 0,53 à 0,37."),
    Student(
        "partielle",
        RIGHT
        | {
            "q1": ("return (input_size + 2 * padding - kernel_size) // (stride or kernel_size) + 1",),
            "q3": (
                "return x.unfold(2, kernel_size, kernel_size).unfold(3, kernel_size, kernel_size).mean((-2, -1))",
            ),
            "q4": (
                GRADIENT_LOOP.format(
                    """i, j = max(window, key=lambda place: image[place[0]][place[1]])
        result[i][j] = value"""
                ),
            ),
            "q5": (
                "return [value / sum(window) for value in window]",
                "return sum(value * value for value in window) / sum(window)",
            ),
        },
        lost=frozenset({"q1-tests-2", "q3-tests-2", "q4-tests-2", "q5-tests-3"}),
        told=(
            "Vous arrondissez toujours vers le bas",
            "Vos fenêtres sont toujours jointives : le pas S peut différer de F.",
            "Une case qui gagne dans deux fenêtres ne garde que le dernier gradient",
            "probabilities([0, 0, 0, 0]) s’arrête sur ZeroDivisionError",
        ),
    ),
    Student(
        "fausse",
        {
            "q1": ("return (input_size + 2 * padding - kernel_size) // (stride or kernel_size)",),
            "q2": (
                """
return [
    [
        min(image[y + i][x + j] for i in range(kernel_size) for j in range(kernel_size))
        for x in range(0, len(image[0]) - kernel_size + 1, stride)
    ]
    for y in range(0, len(image) - kernel_size + 1, stride)
]
""",
            ),
            "q3": ("return x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride).sum((-2, -1))",),
            "q4": (
                GRADIENT_LOOP.format(
                    """for i, j in window:
            result[i][j] += value / kernel_size**2"""
                ),
            ),
            "q5": ("return [1 / len(window) for value in window]", "return sum(window) / len(window)"),
            "q6": (
                "return channels * side * side * num_classes",
                "return channels * num_classes",
                "self.fc = nn.Linear(49 * channels, num_classes)",
                "return self.fc(torch.flatten(x, start_dim=1))",
            ),
        },
        lost=frozenset(TESTS),
        told=(
            "Vous avez oublié le + 1 : il faut ajouter la position de départ de la fenêtre.",
            "Vous gardez la plus petite valeur de chaque fenêtre.",
            "Vous additionnez sans diviser : la moyenne d’une fenêtre divise par son nombre de valeurs, F².",
            "Vous partagez le gradient entre les cases de la fenêtre",
            "Toutes vos valeurs ont la même chance.",
            "C’est la moyenne ordinaire : chaque valeur doit compter",
            "Vous avez oublié les biais : un par classe.",
        ),
    ),
    Student(
        "autre",
        {
            "q1": (
                """
room, step = input_size + 2 * padding - kernel_size, stride or kernel_size
return (-(-room // step) if ceil_mode else room // step) + 1
""",
            ),
            "q2": (
                """
return [
    [image[y][x] for x in range(0, len(image[0]) - kernel_size + 1, stride)]
    for y in range(0, len(image) - kernel_size + 1, stride)
]
""",
            ),
            "q3": (
                "return x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride).mean((1, -2, -1))[:, None]",
            ),
            "q4": (
                GRADIENT_LOOP.format(
                    """for i, j in window:
            result[i][j] += value"""
                ),
            ),
            "q5": (
                "return [value / max(window) for value in window]",
                "return sum(value * value for value in window)",
            ),
            "q6": (
                "return (channels * side + 1) * num_classes",
                "return 0",
                "self.fc = nn.Linear(channels, num_classes)",
                "return self.fc(x.amax(dim=(2, 3)))",
            ),
        },
        lost=frozenset(TESTS) - {"q1-tests"},
        told=(
            "Vous gardez une fenêtre qui commence après la fin de l’image : elle ne lirait aucun pixel.",
            "Vous gardez le coin de chaque fenêtre, pas son maximum.",
            "Vous mélangez les canaux : chaque canal se résume seul",
            "Vous recopiez le gradient dans toute la fenêtre.",
            "Vous divisez par la plus grande activation : vos probabilités n’ont pas 1 pour somme.",
            "Il manque la division par la somme des activations.",
            "Une carte de côté H a H² valeurs : comptez la hauteur et la largeur.",
        ),
    ),
    Student(
        "hative",
        RIGHT
        | {
            "q2": (
                """
return [
    [
        max(image[y + i][x + j] for i in range(kernel_size) for j in range(kernel_size))
        for x in range(len(image[0]) - kernel_size + 1)
    ]
    for y in range(len(image) - kernel_size + 1)
]
""",
            ),
            "q3": (
                "return x.unfold(2, kernel_size, stride).unfold(3, kernel_size, stride).sum((-2, -1)) / kernel_size",
            ),
            "q4": (
                GRADIENT_LOOP.format(
                    """i, j = max(window, key=lambda place: image[place[0]][place[1]])
        result[i][j] += value * image[i][j]"""
                ),
            ),
            "q5": (
                "return torch.tensor(window).double().softmax(dim=0).tolist()",
                "return max(window)",
            ),
            "q6": (
                "return (channels + 1) * num_classes",
                "return 0",
                "self.fc = nn.Linear(channels, num_classes)",
                "return torch.softmax(self.fc(x.mean(dim=(2, 3))), dim=1)",
            ),
        },
        lost=frozenset(TESTS) - {"q1-tests", "q1-tests-2"},
        told=(
            "Vous avancez d’un pixel à la fois : la fenêtre doit avancer de S pixels.",
            "Vous divisez par F : une fenêtre F × F contient F² valeurs.",
            "Vous multipliez le gradient par l’activation.",
            "C’est un softmax.",
            "C’est le maximum : au test, toutes les valeurs contribuent.",
            "Vous ne lisez qu’une valeur par canal",
        ),
    ),
)

POOLING = Classwork("tp-pooling", TESTS, "q7", RIGHT, STUDENTS, killing="q2")
