"""La liste d’une classe, telle que la donnent un tableur ou une plateforme, et les élèves qu’on y retrouve."""

import pytest

from coursekit.errors import ArgumentError
from coursekit.questions.roster import Finder, read_roster

THIN = "\u202f"
READ = {
    "en-tête, point-virgule, Latin-1": (
        "Nom;Prénom;Numéro\nMartin;Zoé;1\n".encode("latin-1"),
        ("Martin Zoé (1)",),
        (f"fichier lu en Latin-1{THIN}; vérifiez les accents",),
    ),
    "Moodle, UTF-8 avec marque": (
        "Prénom,Nom de famille,Adresse de courriel\nZoé,Martin,z@x.fr\n".encode("utf-8-sig"),
        ("Martin Zoé (z@x.fr)",),
        (),
    ),
    "sans en-tête": (b"Martin;Alice\nDurand;Bob\n", ("Martin Alice", "Durand Bob"), ()),
    "une colonne": (b"Alice Martin\nBob Durand\n", ("Alice Martin", "Bob Durand"), ()),
    "numéros seuls": (b"48213\n48214\n", ("48213", "48214"), ()),
    "lignes vides": (b"nom\n\nAlice\n;;\nBob\n\n", ("Alice", "Bob"), ("lignes 2, 4 et 6 vides, ignorées",)),
    "sep= d’Excel": (b"sep=;\r\nNom;Num\xc3\xa9ro\r\nA;1\r\n", ("A (1)",), ()),
    "texte Unicode d’Excel": (
        "Nom\tPrénom\nÉmile\tZ\n".encode("utf-16"),
        ("Émile Z",),
        (f"fichier lu en UTF-16{THIN}; vérifiez les accents",),
    ),
    "guillemets et virgule": (b'nom,num\xc3\xa9ro\n"Martin, Alice",7\n', ("Martin, Alice (7)",), ()),
    "homonymes numérotés": (b"nom;numero\nMartin;1\nMartin;2\n", ("Martin (1)", "Martin (2)"), ()),
}
REFUSED = {
    "double": (b"Martin;Alice\nDurand;Bob\nMARTIN;alice\n", "lignes 1 et 3"),
    "double après une ligne vide": (b"nom\nA\n\nA\n", "lignes 2 et 4"),
    "trois fois": (b"nom\nA\nA\nB\nA\n", "y est 3 fois"),
    "sans nom": (b"nom;numero;note\nA;1;2\n;;3\n", "ligne 3\u00a0: aucun nom"),
    "vide": (b"", "aucune ligne"),
    "seulement des vides": (b"\n;\n", "aucune ligne"),
    "seulement l’en-tête": (b"Nom;Pr\xc3\xa9nom\n", "aucun élève"),
    "classeur": (b"PK\x03\x04\x14\x00", "au format CSV"),
    "binaire": (b"a\x00b", "n’est pas un texte"),
}


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "eleves.csv"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("case", READ)
def test_a_class_list_is_read(written, case):
    data, students, notices = READ[case]
    roster = read_roster(written(data))
    assert roster.students == students
    assert roster.notices == notices


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_list_names_its_lines(written, case):
    data, told = REFUSED[case]
    with pytest.raises(ArgumentError, match="eleves") as refused:
        read_roster(written(data))
    assert told in str(refused.value)


def test_all_the_problems_are_said_at_once(written):
    with pytest.raises(ArgumentError) as refused:
        read_roster(written(b"nom;numero;note\nA;1;1\nA;1;2\n;;3\nB;2;1\nB;2;1\n"))
    for told in ("lignes 2 et 3", "ligne 4", "lignes 5 et 6"):
        assert told in str(refused.value)


def test_a_missing_list(tmp_path):
    with pytest.raises(ArgumentError, match="ne peut pas être lu"):
        read_roster(tmp_path / "rien.csv")


CLASS = Finder(["Martin Alice (48213)", "Martin Bob (48214)", "Durand Zoé (z@x.fr)"])
FOUND = {
    "alice martin": 0, "MARTIN, Alice": 0, "48213": 0, "Martin Alice (48213)": 0, "durand zoe": 2, "z@x.fr": 2,
}  # fmt: skip


@pytest.mark.parametrize("clue", FOUND)
def test_a_student_is_found(clue):
    assert (
        CLASS.find(clue) == ("Martin Alice (48213)", "Martin Bob (48214)", "Durand Zoé (z@x.fr)")[FOUND[clue]]
    )


@pytest.mark.parametrize("clue", ["Martin", "", "Alice Durand", "4821"])
def test_a_vague_clue_finds_nobody(clue):
    assert CLASS.find(clue) is None


def test_a_typed_name_may_be_a_part():
    assert CLASS.named("zoé") == "Durand Zoé (z@x.fr)"
    with pytest.raises(ArgumentError, match="plusieurs élèves"):
        CLASS.named("martin")
    with pytest.raises(ArgumentError, match="Durand Zoé"):
        CLASS.named("Durand Zoe2")
