import io
import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.catalogs import service_file
from tests.report.conftest import matches

from demarcate import assess, assess_estate, read
from demarcate.catalog import Catalog, catalog, property_index
from demarcate.explanation import compare, explain
from demarcate.report import terminal, terminal_catalog, terminal_controls
from demarcate.report.terminal_text import count_of, safe

SNAPSHOTS = Path(__file__).parent / "snapshots"
ESTATE = """
Parameters:
  Mode: {Type: String}
  Locked: {Type: String}
Resources:
  Good: {Type: 'Acme::Store::Vault', Properties: {Locked: true, Keys: 2, Sealed: true}}
  Open: {Type: 'Acme::Store::Vault', Properties: {Locked: false, Keys: 1}}
  Bare: {Type: 'Acme::Store::Vault', Properties: {Mode: bare, Locked: true, Keys: 3}}
  Perhaps: {Type: 'Acme::Store::Vault', Properties: {Mode: !Ref Mode, Locked: true, Keys: 2}}
  Undecided: {Type: 'Acme::Store::Vault', Properties: {Locked: !Ref Locked, Keys: 2, Peer: !Ref Good}}
  Kept:
    Type: Acme::Store::Vault
    Properties: {Locked: false}
    Metadata: {demarcate: {accept: [{control: acme-vault-locked, reason: a museum piece}]}}
  Elsewhere: {Type: 'Other::Thing::Else'}
"""


def printed(show, width):
    """What a report prints on a console that is no terminal, without its lines' trailing blanks."""
    text = io.StringIO()
    show(Console(file=text, width=width, no_color=True, legacy_windows=False, highlight=False, force_terminal=False))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def report(ledger, data, width):
    return printed(lambda console: terminal.show(ledger, data, console), width)


def widest(text):
    return max(map(cell_len, text.splitlines()))


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """An estate of a service of our own, so that no change of the catalogue's services changes the report."""
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(ESTATE, encoding="utf-8")
    data = Catalog((service_file(tmp_path / "acme"),))
    return assess_estate(read(["shop.yaml"]), data), data


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_looks_as_it_did(acme, width):
    found = report(acme[0], acme[1], width)
    stored = SNAPSHOTS / f"terminal-{width}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.parent.mkdir(exist_ok=True)
        stored.write_text(found, encoding="utf-8")
    assert found == stored.read_text(encoding="utf-8"), "UPDATE_SNAPSHOTS=1 writes the snapshots anew"


@pytest.mark.parametrize("width", [60, 80, 99, 100, 120, 200])
def test_no_line_is_wider_than_the_console(acme, width):
    assert widest(report(acme[0], acme[1], width)) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_the_web_shop_fits(width):
    ledger = assess(str(Path(__file__).parents[2] / "examples" / "webshop"))
    found = report(ledger, catalog(), width)
    assert widest(found) <= width
    assert f"{ledger.summary.resources} resources" in found
    for offering in {each.offering for each in ledger.resources}:
        assert offering[:20] in found


def test_the_report_says_what_matters(acme):
    found = report(acme[0], acme[1], 120)
    for words in (
        "SECURITY IN THE CLOUD",
        "SECURITY OF THE CLOUD",
        "Who does what, by offering",
        "1 resource may be one of several offerings",
        "1 control could not be decided",
        "a museum piece",
        "third party's type",
        "shop.yaml:7",
    ):
        assert words in found


def test_an_estate_without_resources(tmp_path):
    (tmp_path / "empty.yaml").write_text("Resources: {}\n")
    found = report(assess(str(tmp_path / "empty.yaml")), catalog(), 80)
    assert "0 resources" in found
    assert "SECURITY" not in found


def test_long_lists_are_cut_and_counted(tmp_path):
    resources = {f"Q{n:03}": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": False}}
                 for n in range(60)}  # fmt: skip
    resources.update({f"U{n:03}": {"Type": f"AWS::No::Such{n}"} for n in range(30)})
    (tmp_path / "many.json").write_text(json.dumps({"Resources": resources}))
    found = report(assess(str(tmp_path / "many.json")), catalog(), 100)
    assert "18 more (all are in --format json)" in found
    assert "20 more (all are in --format json)" in found or "more (all are in --format json)" in found
    assert "30 things skipped" in found


# groups --------------------------------------------------------------------------------------------------------------

GROUPS = ["service", "offering", "responsibility", "account", "status", "file"]


@pytest.mark.parametrize("group_by", GROUPS)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_every_grouping_fits(group_by, width, shop):
    found = printed(lambda console: terminal.show(shop[0], shop[1], console, group_by), width)
    assert widest(found) <= width
    assert f"by {group_by}" in found


@pytest.mark.parametrize("group_by", GROUPS)
def test_every_grouping_looks_as_it_did(group_by, acme):
    found = printed(lambda console: terminal.show(acme[0], acme[1], console, group_by), 80)
    matches(f"terminal-by-{group_by}.txt", found.encode())


@pytest.mark.parametrize("group_by", ["service", "account", "file", "responsibility"])
def test_findings_stand_under_the_head_of_their_group(group_by, shop):
    found = printed(lambda console: terminal.show(shop[0], shop[1], console, group_by), 120)
    heads = re.findall(r"^(\S.*)  (\d+) findings?$", found, re.MULTILINE)
    assert sum(int(number) for _, number in heads) == 40
    names = {"service": "rds", "account": "unspecified", "file": "examples/webshop/data.yaml",
             "responsibility": "Backup and recovery"}  # fmt: skip
    assert names[group_by] in {name for name, _ in heads}


def test_numbers_by_status_are_those_of_the_summary(shop):
    ledger, _ = shop
    found = printed(lambda console: terminal.show(shop[0], shop[1], console, "status"), 120)
    for status, number in ledger.summary.by_status.items():
        row = re.search(rf"│\S? ?{status} +│ +([\d,]+) │", found)
        assert (int(row[1].replace(",", "")) if row else 0) == number


@pytest.mark.parametrize("group_by", GROUPS)
def test_links_only_on_a_terminal(group_by, shop):
    text = io.StringIO()
    terminal.show(shop[0], shop[1], Console(file=text, width=100, force_terminal=True, legacy_windows=False), group_by)
    links = set(re.findall(r"\x1b\]8;[^;]*;([^\x1b]+)\x1b", text.getvalue()))
    assert links
    assert all(re.match(r"https://(docs\.)?aws\.amazon\.com/", each) for each in links), links
    assert "\x1b" not in printed(lambda console: terminal.show(shop[0], shop[1], console, group_by), 100)


@pytest.mark.parametrize("text", ["[/]", "\x1b]8;;https://evil.example\x07click", "\u202eevil", "x" * 300])
@pytest.mark.parametrize("group_by", GROUPS)
def test_hostile_names_in_every_grouping(tmp_path, text, group_by):
    (tmp_path / "t.json").write_text(json.dumps(hostile_template(text)))
    ledger = assess(str(tmp_path / "t.json"), region=text, account=text)
    found = printed(lambda console: terminal.show(ledger, catalog(), console, group_by), 80)
    assert widest(found) <= 80
    for character in found:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co"), ascii(character)


# hostile text --------------------------------------------------------------------------------------------------------

HOSTILE = [
    "[bold]x[/bold]",
    "[/]",
    "[link=https://evil.example]x",
    ":smile:",
    "\x1b[31mred",
    "\x1b]8;;https://evil.example\x07click",
    "a\nb",
    "a\r\tb",
    "\x07bell\x7f",
    "\x85\x9b31m",
    "\u202eevil",
    "\u2066\u200e\u200f",
    "\u200b\ufeff",
    "\ue000\U000e0041",
    "x" * 300,
    "日本語" * 60,
    "e\u0301" * 40,
    "%s{}\\",
]


def hostile_template(text):
    tags = [{"Key": text, "Value": text}]
    return {
        "Resources": {
            text: {
                "Type": "AWS::SQS::Queue",
                "Properties": {"SqsManagedSseEnabled": False, "QueueName": text, "Tags": tags},
                "Metadata": {"demarcate": {"accept": [{"control": "sqs-queue-encrypted", "reason": text}]}},
            },
            f"{text}2": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": text}}},
            f"{text}3": {"Type": f"AWS::X::{text}"},
            f"{text}4": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": {"Ref": f"{text}9"}}},
            f"{text}5": {"Type": "AWS::SQS::Queue", "Metadata": {"demarcate": {"accept": [{"control": text}]}}},
        }
    }


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("width", [80, 120])
def test_hostile_names_are_shown_harmlessly(tmp_path, text, width):
    (tmp_path / "t.json").write_text(json.dumps(hostile_template(text)))
    ledger = assess(str(tmp_path / "t.json"), region=text)
    found = report(ledger, catalog(), width)
    assert widest(found) <= width
    for character in found:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co"), ascii(character)
    shown = safe(text)
    if len(shown) < 20:
        assert shown in found


def test_safe():
    assert safe("plain text") == "plain text"
    assert safe("naïve 日本語") == "naïve 日本語"
    assert safe("\x1b[31m\n\x00") == "␛[31m␊␀"
    assert safe("\u202e\u200f\x7f\x9b\ud800") == "\N{REPLACEMENT CHARACTER}" * 5


def test_count_of():
    assert [count_of(n, "duty") for n in (0, 1, 2, 1200)] == ["0 dutys", "1 duty", "2 dutys", "1,200 dutys"]


# explain, compare, list ----------------------------------------------------------------------------------------------

NAMES = [
    "AWS::EC2::Instance",
    "AWS::RDS::DBInstance",
    "AWS::S3::BucketPolicy",
    "rds",
    "ec2",
    "rds.aurora-serverless",
    "outposts",
    "encryption-at-rest",
    "operating-system",
    "ebs-encryption-by-default",
    "sqs-queue-encrypted",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [80, 120])
def test_explanations_fit(name, width):
    for everything in (False, True):
        found = printed(
            lambda console, everything=everything: terminal_catalog.explain(
                explain(name), catalog(), console, everything=everything
            ),
            width,
        )
        assert widest(found) <= width


@pytest.mark.parametrize("pair", [("rds.instance", "ec2.instance"), ("lambda.function", "ecs.fargate"), ("s3", "ec2")])
def test_comparisons_fit(pair):
    found = printed(lambda console: terminal_catalog.compare(compare(*pair), console), 80)
    assert widest(found) <= 80
    assert "instead of" in found


def test_the_list_of_controls_fits():
    controls = [each for service in catalog().services() for each in service.controls]
    found = printed(lambda console: terminal_controls.control_list(controls, console), 80)
    assert widest(found) <= 80
    assert f"{len(controls):,} controls" in found


def test_every_type_sampled_can_be_printed():
    for name in property_index.resource_types()[::60]:
        found = printed(lambda console, name=name: terminal_catalog.explain(explain(name), catalog(), console), 80)
        assert name in found
