"""Les copies simulées du TP « ResNet » : ce que chacun écrit, ce qu’il gagne, ce que la correction dit.

Une réponse est une suite de textes, un par emplacement vide de la cellule.
"""

from student_copies import Classwork, Student

TESTS = {
    "q1-tests": 1,
    "q1-tests-2": 1,
    "q2-tests": 1,
    "q2-tests-2": 1,
    "q3-tests": 1,
    "q3-tests-2": 1,
    "q4-tests": 2,
    "q4-tests-2": 1,
    "q5-tests": 1,
    "q5-tests-2": 1,
    "q6-tests": 1,
    "q6-tests-2": 1,
    "q7-tests": 1,
    "q8-tests": 1,
    "q8-tests-2": 2,
}

# Un bon élève, qui n’écrit pas comme le corrigé.
RIGHT = {
    "q1": (
        "return [out_channels] + [-(-side // stride) for side in input_shape[1:]]",
        """
shape = list(input_shape)
for filters, kernel_size, stride, padding in layers:
    shape = [filters] + [len(range(0, side + 2 * padding - kernel_size + 1, stride)) for side in shape[1:]]
return shape == list(input_shape)
""",
    ),
    "q2": (
        """
def layer(read, filters, kernel_size):
    return filters * (read * kernel_size**2 + 2)
same = stride == 1 and in_channels == out_channels
return sum((
    layer(in_channels, out_channels, 3),
    layer(out_channels, out_channels, 3),
    0 if same else layer(in_channels, out_channels, 1),
))
""",
        """
layers = [(in_channels, channels, 1), (channels, channels, 3), (channels, 4 * channels, 1)]
if stride != 1 or in_channels != 4 * channels:
    layers.append((in_channels, 4 * channels, 1))
return sum(filters * (read * size * size + 2) for read, filters, size in layers)
""",
    ),
    "q3": (
        """
kept = x[..., ::stride, ::stride]
zeros = kept.new_zeros(kept.shape[0], out_channels - kept.shape[1], *kept.shape[2:])
return torch.cat([kept, zeros], dim=1)
""",
        """
shortcut = nn.Sequential()
if stride != 1 or in_channels != out_channels:
    shortcut.append(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False))
    shortcut.append(nn.BatchNorm2d(out_channels))
return shortcut
""",
    ),
    "q4": (
        """
self.shortcut = course_shortcut(in_channels, out_channels, stride)
self.relu = nn.ReLU(inplace=True)
self.branch = nn.Sequential(
    nn.Conv2d(in_channels, out_channels, (3, 3), stride, padding=1, bias=False),
    nn.BatchNorm2d(out_channels),
    nn.ReLU(inplace=True),
    nn.Conv2d(out_channels, out_channels, (3, 3), padding="same", bias=False),
    nn.BatchNorm2d(out_channels),
)
""",
        "return self.relu(self.shortcut(x) + self.branch(x))",
    ),
    "q5": (
        """
self.reduce = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
self.filter = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
self.restore = nn.Conv2d(channels, 4 * channels, 1, bias=False)
self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in (channels, channels, 4 * channels))
self.shortcut = course_shortcut(in_channels, 4 * channels, stride)
""",
        """
made = self.norms[0](self.reduce(x)).relu()
made = self.norms[1](self.filter(made)).relu()
return (self.norms[2](self.restore(made)) + self.shortcut(x)).relu()
""",
        """
self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
""",
        """
made = self.conv1(torch.relu(self.bn1(x)))
return self.conv2(torch.relu(self.bn2(made))) + x
""",
    ),
    "q6": (
        """
if not slopes:
    return 1
return (slopes[0] + bool(shortcut)) * gradient_factor(slopes[1:], shortcut)
""",
        """
totals = [0] * (len(slopes) + 1)
for choice in range(2 ** len(slopes)):
    crossed = [slope for layer, slope in enumerate(slopes) if choice >> layer & 1]
    product = 1
    for slope in crossed:
        product *= slope
    totals[len(crossed)] += product
return totals
""",
    ),
    "q7": ("self.bn2.weight.data.fill_(0)",),
    "q8": (
        """
layers = [nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()]
width = 8
for stage in range(3):
    for block in range(5):
        wider = 8 * 2**stage
        layers.append(CourseBlock(width, wider, 1 + (stage > 0 and block == 0)))
        width = wider
self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, num_classes))
""",
        "return self.layers(x)",
        """
network = SmallResNet(12)
optimizer = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=3 * 63)
for epoch in range(3):
    for chosen in torch.randperm(len(images)).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
        optimizer.step()
        schedule.step()
network.eval()
return network
""",
    ),
}

STUDENTS = (
    Student(
        "juste",
        RIGHT,
        explanation='display(Markdown("Sans raccourcis ni normalisation, le gradient passe de 0,02 à 0,001."))',
    ),
    Student(
        "partielle",
        RIGHT
        | {
            "q2": (RIGHT["q2"][0], RIGHT["q2"][1].replace("if stride != 1 or", "if")),
            "q4": (
                RIGHT["q4"][0].replace("course_shortcut(in_channels, out_channels, stride)", "nn.Identity()"),
                RIGHT["q4"][1],
            ),
            "q5": (
                RIGHT["q5"][0],
                *RIGHT["q5"][1:3],
                RIGHT["q5"][3].replace("+ x", "+ torch.relu(self.bn1(x))"),
            ),
        },
        lost=frozenset({"q2-tests-2", "q4-tests-2", "q5-tests-2"}),
        told=("Vous ajoutez l’entrée activée",),
    ),
    Student(
        "fausse",
        {
            "q1": (
                "return [out_channels] + [side // stride for side in input_shape[1:]]",
                "return layers[-1][0] == input_shape[0]",
            ),
            "q2": (
                "return 9 * in_channels * out_channels + 9 * out_channels**2 + 4 * out_channels",
                """
made = 4 * channels
weights = in_channels * channels + 9 * channels**2 + channels * made
return weights + (in_channels != made or stride > 1) * in_channels * made
""",
            ),
            "q3": (
                """
kept = x[..., ::stride, ::stride]
return nn.functional.pad(kept, (0, 0, 0, 0, out_channels - x.shape[1], 0))
""",
                """
return nn.Sequential(
    nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
)
""",
            ),
            "q4": (
                RIGHT["q4"][0],
                """
x = self.branch(x)
return self.relu(x + x)
""",
            ),
            "q5": (
                RIGHT["q5"][0]
                .replace("1, stride, bias", "1, bias")
                .replace("3, padding", "3, stride, padding"),
                *RIGHT["q5"][1:3],
                RIGHT["q5"][3].rstrip().replace("return", "return torch.relu(") + ")",
            ),
            "q6": (
                "return 1 + sum(slopes) if shortcut else torch.tensor(slopes).prod().item()",
                """
from math import comb
return [comb(len(slopes), length) for length in range(len(slopes) + 1)]
""",
            ),
            "q7": ("nn.init.zeros_(self.bn1.weight)",),
            "q8": (
                RIGHT["q8"][0].replace("1 + (stage > 0 and block == 0)", "1"),
                RIGHT["q8"][1],
                "return SmallResNet(12).eval()",
            ),
        },
        lost=frozenset(TESTS),
        told=(
            "Vous divisez en arrondissant vers le bas.",
            "Vous ne comparez que les canaux",
            "Vous oubliez le raccourci : quand la forme change, c’est une projection, qui a des paramètres.",
            "Vous ne comptez que les filtres",
            "Vos canaux nuls sont devant",
            "Votre raccourci projette alors que la forme ne change pas",
            "Vous ajoutez la branche à elle-même",
            "Votre convolution 3×3 porte le pas : c’est la variante de torchvision.",
            "Il y a une ReLU après l’addition",
            "Vous additionnez les pentes : les couches se composent",
            "Vous comptez les chemins",
            "Vous annulez la première normalisation",
            "Vos étages gardent tous la taille de l’image",
            "C’est presque du hasard",
        ),
    ),
    Student(
        "autre",
        RIGHT
        | {
            "q4": (RIGHT["q4"][0], "return self.shortcut(x) + self.relu(self.branch(x))"),
            "q7": ("pass",),
            "q8": (*RIGHT["q8"][:2], "return nn.Sequential(SmallResNet(12).eval(), nn.Softmax(dim=1))"),
        },
        lost=frozenset({"q4-tests", "q4-tests-2", "q7-tests", "q8-tests-2"}),
        told=(
            "Votre ReLU vient avant l’addition.",
            "Aucun facteur de normalisation ne part de 0",
            "Il rend des probabilités",
        ),
    ),
)

RESNET = Classwork("tp-resnet", TESTS, "q9", RIGHT, STUDENTS, killing="q2")
