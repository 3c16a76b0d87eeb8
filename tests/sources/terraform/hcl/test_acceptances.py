"""Acceptances in comments: where they stand, what they say, and that they count as those of templates do."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from demarcate.model import Acceptance, Ledger

QUEUE = 'resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = false\n}\n'
OTHER = 'resource "aws_sqs_queue" "o" {\n  sqs_managed_sse_enabled = false\n}\n'
ACCEPT = "demarcate:accept sqs-queue-encrypted Holds nothing of ours"
PLAIN = {"control": "sqs-queue-encrypted", "reason": "Holds nothing of ours"}
AWAY = ("acceptance", "it stands neither in a resource nor just above one", "error")

PLACES: dict[str, tuple[str, list[dict[str, str]]]] = {
    "above": (f"# {ACCEPT}\n{QUEUE}", [PLAIN]),
    "above, with //": (f"// {ACCEPT}\n{QUEUE}", [PLAIN]),
    "above, in a long comment": (f"/* The queue.\n * {ACCEPT}\n */\n{QUEUE}", [PLAIN]),
    "above, among comments": (f"{OTHER}# The queue\n# {ACCEPT}\n# of the shop\n{QUEUE}", [PLAIN]),
    "on its first line": (QUEUE.replace("{\n", f"{{ # {ACCEPT}\n"), [PLAIN]),
    "inside": (QUEUE.replace("{\n", f"{{\n  # {ACCEPT}\n"), [PLAIN]),
    "behind an argument": (QUEUE.replace("false", f"false # {ACCEPT}"), [PLAIN]),
    "on its last line": (QUEUE.replace("}\n", f"}} # {ACCEPT}\n"), [PLAIN]),
    "in a nested block": (QUEUE.replace("}\n", f"  timeouts {{\n    # {ACCEPT}\n  }}\n}}\n"), [PLAIN]),
    "in the other one": (QUEUE + OTHER.replace("{\n", f"{{\n  # {ACCEPT}\n"), []),
    "behind the other one": (OTHER.replace("}\n", f"}} # {ACCEPT}\n") + QUEUE, []),
    "in a text": (QUEUE.replace("false", f'false\n  name = "# {ACCEPT}"'), []),
    "in a heredoc": (QUEUE.replace("false", f"false\n  policy = <<E\n# {ACCEPT}\nE"), []),
    "another word": (f"# demarcate:accepted x y\n# see demarcate:accept\n{QUEUE}", []),
    "two": (f"# {ACCEPT}\n# demarcate:accept b c\n{QUEUE}", [PLAIN, {"control": "b", "reason": "c"}]),
    "an owner and an end": (
        f'# {ACCEPT} owner="the platform team" until=2030-01-01\n{QUEUE}',
        [{**PLAIN, "owner": "the platform team", "until": "2030-01-01"}],
    ),
    "an owner and an end before the reason": (
        f"# demarcate:accept sqs-queue-encrypted until=2030-01-01 owner=us: Holds nothing of ours\n{QUEUE}",
        [{**PLAIN, "owner": "us:", "until": "2030-01-01"}],
    ),
    "no reason": (f"# demarcate:accept x\n{QUEUE}", [{"control": "x", "reason": ""}]),
    "nothing at all": (f"# demarcate:accept\n{QUEUE}", [{"control": "", "reason": ""}]),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES)
def test_what_stands_in_comments(read: Any, case: str) -> None:
    text, expected = PLACES[case]
    (found,) = read(text)
    assert found.skipped == ()
    (queue,) = (each for each in found.instances if each.name == "q")
    assert list(queue.accepted) == expected


NOWHERE = {
    "away from it": (f"# {ACCEPT}\n\n{QUEUE}", 1),
    "below": (f"{QUEUE}# {ACCEPT}\n", 4),
    "above a data source": (f'# {ACCEPT}\ndata "aws_region" "r" {{}}\n{QUEUE}', 1),
    "in a module call": (f'{QUEUE}module "m" {{\n  # {ACCEPT}\n  source = "./m"\n}}\n', 5),
}


@pytest.mark.parametrize("case", NOWHERE)
def test_what_stands_at_no_resource_is_an_error(read: Any, case: str) -> None:
    text, line = NOWHERE[case]
    found = read({"main.tf": text, **({"m/main.tf": ""} if "./m" in text else {})})[0]
    assert [(each.where, each.what, each.why, each.level) for each in found.skipped] == [(f"tf/main.tf:{line}", *AWAY)]
    assert [each.accepted for each in found.instances if each.name == "q"] == [()]


def test_json_syntax(read: Any) -> None:
    comment = [ACCEPT, "another comment"]
    data = {"resource": {"aws_sqs_queue": {"q": {"//": comment}, "r": {"//": "demarcate:accept a b"}}}}
    (found,) = read({"main.tf.json": json.dumps(data)})
    assert [list(each.accepted) for each in found.instances] == [[PLAIN], [{"control": "a", "reason": "b"}]]


def test_overrides_add_theirs(read: Any) -> None:
    (found,) = read({"main.tf": QUEUE, "x_override.tf": f"# {ACCEPT}\n{QUEUE}"})
    assert found.instances[0].accepted == (PLAIN,)


def accepted(ledger: Ledger, control: str) -> list[Acceptance | None]:
    """What is accepted of each finding of a control."""
    return [each.accepted for each in ledger.findings if each.control == control]


def test_it_counts_for_every_instance(ledger_of: Callable[..., Ledger]) -> None:
    text = QUEUE.replace("{\n", f"{{\n  count = 2\n  # {ACCEPT} until=2030-01-01\n", 1)
    found = accepted(ledger_of(text), "sqs-queue-encrypted")
    assert found == [Acceptance(reason="Holds nothing of ours", until="2030-01-01")] * 2


def test_a_companions_counts_for_what_it_configures(ledger_of: Callable[..., Ledger]) -> None:
    companion = (
        'resource "aws_s3_bucket_versioning" "v" {\n  bucket = aws_s3_bucket.b.id\n'
        '  # demarcate:accept s3-bucket-versioned Can be made again\n  versioning_configuration {\n    status = "Suspended"\n  }\n}\n'
    )
    text = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n' + companion
    assert accepted(ledger_of(text), "s3-bucket-versioned") == [Acceptance(reason="Can be made again")]


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("sqs-queue-encrypted", "names its control and its reason"),
        ("", "names its control and its reason"),
        ("sqs-queue-encrypted was so until=2020-01-01", "ended on 2020-01-01"),
        ("s3-no-such-control x", "is no control on"),
    ],
)
def test_acceptances_that_do_not_count_are_said(ledger_of: Callable[..., Ledger], comment: str, why: str) -> None:
    ledger = ledger_of(f"# demarcate:accept {comment}\n{QUEUE}")
    assert accepted(ledger, "sqs-queue-encrypted") == [None]
    assert any(why in each.why for each in ledger.skipped)


def test_settings_of_accounts_are_accepted_elsewhere(ledger_of: Callable[..., Ledger]) -> None:
    text = 'resource "aws_ebs_encryption_by_default" "e" {\n  # demarcate:accept a b\n  enabled = false\n}\n'
    assert any("setting of the account" in each.why and each.level == "error" for each in ledger_of(text).skipped)
