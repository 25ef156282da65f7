"""La commande `coursekit` comme on l’emploie : ce qu’elle écrit, ce qu’elle refuse, ce qu’elle renvoie."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import report
from coursekit.arithmetic import FORMULAS, output_size
from coursekit.cli import main
from coursekit.doctor import Finding, examine, is_healthy, render
from coursekit.tables import CATALOGUE, find, names
from coursekit.tables.charts import CHARTED


@pytest.fixture
def run(capsys):
    def call(*argv):
        try:
            code = main(argv)
        except SystemExit as stop:  # argparse
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (608, "608"), (138_357_544, "138 357 544")],
)
def test_number_has_french_thousands(value, text):
    assert report.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(15_470_264_320, "15,47 G"), (60_000, "60,00 k"), (61_100_840, "61,10 M"), (12, "12")]
)
def test_magnitude(value, text):
    assert report.magnitude(value) == text


def test_describe_vgg16(run):
    code, out, _ = run("describe", "vgg16", "--input", "224")
    assert code == 0
    assert "138 357 544" in out
    assert "15,47 G" in out
    assert "features.conv1_1" in out
    assert "relu1_1" not in out


def test_describe_all_shows_every_layer(run):
    assert "relu1_1" in run("describe", "vgg16", "--all")[1]


def test_describe_json_has_the_promised_keys(run):
    code, out, _ = run("describe", "vgg16", "--input", "224", "--json")
    data = json.loads(out)
    assert code == 0
    assert set(data) == {"name", "source", "input", "parameters", "macs", "receptive_field", "layers"}
    assert (data["parameters"], data["macs"]) == (138_357_544, 15_470_264_320)
    assert data["receptive_field"] == [212, 212]
    assert sum(layer["parameters"] for layer in data["layers"]) == data["parameters"]


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_every_entry_can_be_described_in_every_form(run, entry):
    for option in ("", "--markdown", "--html", "--json", "--all"):
        code, out, err = run("describe", entry.name, *filter(None, [option]))
        assert (code, err) == (0, "")
        assert out


def test_markdown_is_a_table(run):
    lines = run("describe", "lenet5", "--markdown")[1].strip().splitlines()
    assert {line.count("|") for line in lines} == {7}
    assert "60 000" in lines[-1]


def test_html_has_a_caption_and_row_headers(run):
    out = run("describe", "lenet5", "--html")[1]
    assert "<caption>" in out
    assert out.count('<th scope="row">') == out.count("</tr>") - 1


def test_rectangular_input(run):
    data = json.loads(run("describe", "alexnet-torchvision", "--input", "224x320", "--json")[1])
    assert data["input"] == [3, 224, 320]


def test_models_lists_the_catalogue(run):
    assert len(run("models")[1].splitlines()) == len(CATALOGUE)
    data = json.loads(run("models", "--family", "vgg", "--json")[1])
    assert [entry["name"] for entry in data] == list(names("vgg"))


@pytest.mark.parametrize(
    ("argv", "excerpt"),
    [
        (("describe", "vgg61"), "Vouliez-vous dire vgg19"),
        (("describe", "vgg16", "--input", "16"), "features.pool5"),
        (("describe", "vgg16", "--input", "grand"), "--input grand"),
        (("describe", "vgg16", "--input", "1x2x3"), "--input 1x2x3"),
        (("describe", "vgg16", "--input", "0"), "au moins 1"),
        (("describe", "vgg16", "--input", "-5"), "--input"),
        (("describe", "vgg16", "--classes", "0"), "au moins 1"),
        (("describe", "vgg16", "--classes", "mille"), "valeur incorrecte"),
        (("describe",), "il manque"),
        (("models", "--family", "zzz"), "lenet, alexnet, zfnet, vgg, nin"),
        (("decrire",), "choix inconnu"),
        ((), "il manque"),
        (("describe", "vgg16", "--json", "--markdown"), "incompatible"),
    ],
)
def test_a_mistake_gets_a_french_message_and_code_two(run, argv, excerpt):
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert excerpt in err
    assert "Traceback" not in err
    for english in ("error:", "invalid", "required", "usage:"):
        assert english not in err


def test_help_is_french(run):
    out = run("--help")[1]
    assert "usage :" in out
    for english in ("show this", "positional", "options:", "program’s"):
        assert english not in out


def test_installed_command_stops_quietly_in_a_closed_pipe():
    command = f"{sys.executable} -m coursekit describe vgg19 --all | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("VGG-19")
    assert done.stderr == ""


def test_published_figures_and_errata_are_shown():
    out = report.summary(find("alexnet"), find("alexnet").rows())
    assert out.count("Erratum") == 3
    assert "227×227" in out


def test_doctor_names_what_is_missing_what_it_costs_and_the_remedy():
    absent = Finding("chromium", "missing", "absent", "il sert à regarder", "apt-get install chromium")
    text = render((Finding("Python", "ok", "3.12", essential=True), absent))
    assert "✓ Python" in text
    assert "Il sert à regarder." in text
    assert "apt-get install chromium" in text


def test_doctor_is_unhealthy_only_without_an_essential():
    optional = Finding("chromium", "missing", "absent")
    assert is_healthy((optional,))
    assert not is_healthy((optional, Finding("Python", "missing", "3.9", essential=True)))


def test_doctor_examines_this_machine(run):
    findings = {finding.what: finding for finding in examine()}
    assert findings["Python"].state == "ok"
    assert {"torch", "torch et torchvision", "GPU", "make", "chromium"} <= set(findings)
    assert all(finding.cost for finding in findings.values() if finding.state != "ok")
    code, out, _ = run("doctor", "--json")
    assert code == 0
    assert {finding["what"] for finding in json.loads(out)} == set(findings)


def test_mistakes_table_lists_what_each_error_gives_and_never_the_right_answer():
    table = report.mistakes_table(output_size, 224, 5, padding=2)
    assert "| 223 | Vous avez oublié le + 1" in table
    assert "| 220 | Vous avez oublié le padding" in table
    assert "| 224 |" not in table


def test_the_form_book_page_has_a_card_for_every_formula():
    page = (Path(__file__).parents[1] / "book/formulaire.md").read_text(encoding="utf-8")
    for formula in FORMULAS:
        assert f'card("{formula.id}", ' in page
        assert f"### {formula.title}\n" in page


def test_compare_puts_costs_and_published_accuracies_side_by_side(run):
    code, out, _ = run("compare", "vgg16", "resnet50", "--json")
    data = {network["name"]: network for network in json.loads(out)}
    assert code == 0
    assert data["vgg16"]["top1"] == 71.592
    assert "table 3" in data["resnet50"]["accuracy_source"]
    assert data["resnet50"]["receptive_field"] == [483, 483]


@pytest.mark.parametrize(("name", "shown"), [("resnet50", "483×483"), ("se-resnet50", "toute l’image")])
def test_compare_says_when_a_gate_makes_every_unit_see_the_whole_image(run, name, shown):
    _, out, _ = run("compare", name)
    assert shown in out


def test_compare_plots_only_what_has_a_published_accuracy(run, tmp_path):
    code, out, err = run("compare", "vgg16", "lenet5", "--plot", str(tmp_path / "nuage.svg"))
    assert (code, out.count("\n")) == (0, 3)
    assert "nuage.svg" in err
    drawing = (tmp_path / "nuage.svg").read_text(encoding="utf-8")
    assert "vgg16" in drawing
    assert "lenet5" not in drawing


def test_compare_takes_networks_known_by_their_published_figures_alone(run, tmp_path):
    code, out, _ = run("compare", "vgg16", "nasnet-a", "--json")
    data = {network["name"]: network for network in json.loads(out)}
    assert code == 0
    assert (data["vgg16"]["proven"], data["nasnet-a"]["proven"]) == (True, False)
    assert (data["nasnet-a"]["parameters"], data["nasnet-a"]["macs"]) == (88_900_000, 23_800_000_000)
    assert "table 2" in data["nasnet-a"]["source"]
    assert data["nasnet-a"]["receptive_field"] is None


def test_compare_says_that_a_published_cost_is_not_counted_here(run, tmp_path):
    _, counted, _ = run("compare", "vgg16")
    code, out, _ = run("compare", "vgg16", "pnasnet", "--charted", "--plot", str(tmp_path / "nuage.svg"))
    lines = out.splitlines()
    assert (code, "†" in counted) == (0, False)
    assert sum(line.startswith("pnasnet †") for line in lines) == 1
    assert {network.name for network in CHARTED} <= {line.split(" ")[0] for line in lines}
    assert "88,9 M" in out  # les décimales de l’article
    assert "non calculés ici" in lines[-1]
    assert "amoebanet-a" in (tmp_path / "nuage.svg").read_text(encoding="utf-8")


def test_unknown_name_to_compare_gets_the_nearest_of_both_lists(run):
    code, _, err = run("compare", "nasnet")
    assert (code, "nasnet-a" in err) == (2, True)
    assert run("describe", "nasnet-a")[0] == 2  # aucune table à dérouler


@pytest.mark.parametrize(
    ("names", "path", "excerpt"),
    [
        (("vgg16",), "nuage.txt", ".svg"),
        (("vgg16",), "absent/nuage.svg", "n’existe pas"),
        (("lenet5",), "nuage.svg", "rien à tracer"),
    ],
)
def test_a_plot_that_cannot_be_made_is_refused(run, tmp_path, names, path, excerpt):
    code, _, err = run("compare", *names, "--plot", str(tmp_path / path))
    assert code == 2
    assert excerpt in err
