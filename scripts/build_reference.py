"""Writes ``docs/reference/`` from the catalogue and the command line's own help, the manual page, the tables in
docs/expressions.md, and the ledger's JSON Schema from its structs.

``--check`` exits 1 and names the files that differ from what would be written.
"""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import msgspec

from demarcate.catalog import Catalog, catalog
from demarcate.catalog.snippets import example_template
from demarcate.cli import parser
from demarcate.cli.manual import page
from demarcate.expressions.vocabulary import FUNCTIONS, MACROS, METHODS, VARIABLES, Word
from demarcate.model import Control, Ledger, Service
from demarcate.model.ledger import SCHEMA as LEDGER_VERSION

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/reference"
EXPRESSIONS = ROOT / "docs/expressions.md"
SCHEMA = ROOT / "schema/demarcate.ledger.schema.json"
MANUAL = ROOT / "man/demarcate.1"
HEAD = "<!-- Generated from the catalogue by `make docs`; edits here are lost. -->\n\n"


def pages(data: Catalog) -> Iterator[tuple[Path, str]]:
    """Every generated file with its content."""
    yield FOLDER / "cli.md", HEAD + _cli()
    yield FOLDER / "responsibilities.md", HEAD + _responsibilities(data)
    yield FOLDER / "account-settings.md", HEAD + _account_settings(data)
    services = [each for each in data.services() if each.controls]
    yield FOLDER / "controls/README.md", HEAD + _index(services)
    for service in services:
        yield FOLDER / f"controls/{service.service}.md", HEAD + _controls(service, data)
    yield SCHEMA, _schema()
    yield MANUAL, page(parser())
    yield EXPRESSIONS, _with_tables(EXPRESSIONS.read_text(encoding="utf-8"))


def _schema() -> str:
    found = msgspec.json.schema(Ledger)
    definitions = found["$defs"]
    definitions["Ledger"]["properties"]["schema"] = {"const": LEDGER_VERSION}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Demarcate's ledger",
        "description": "Every duty of an estate with its party and status. Later versions of this schema only add.",
        **found,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _cli() -> str:
    os.environ["COLUMNS"] = "100"
    os.environ["NO_COLOR"] = "1"
    top = parser()
    parts = ["# The command line\n", f"```\n{top.format_help().rstrip()}\n```\n"]
    for path in (
        "assess",
        "report",
        "explain",
        "compare",
        "catalog",
        "catalog list",
        "catalog show",
        "catalog check",
        "catalog stats",
        "completion",
        "manual",
    ):
        text = io.StringIO()
        try:
            with redirect_stdout(text):
                top.parse_args([*path.split(), "--help"])
        except SystemExit:
            parts.append(f"## demarcate {path}\n\n```\n{text.getvalue().rstrip()}\n```\n")
    return "\n".join(parts)


def _responsibilities(data: Catalog) -> str:
    parts = ["# The responsibilities\n"]
    for each in data.responsibilities.values():
        where = f"layer {each.layer} of the stack" if each.layer is not None else f"beside the stack, {each.party}"
        parts.append(
            f"## {each.title} (`{each.id}`)\n\n{each.definition}\n\n"
            f"- {where}; once per {each.scope}; AWS's class: {each.control_class}\n"
            f"- AWS's half: {each.aws}\n- The customer's half: {each.customer}\n"
            f"- NIST SP 800-53 Rev. 5: {', '.join(each.nist_800_53_r5)}\n- {each.source}\n"
        )
    return "\n".join(parts)


def _account_settings(data: Catalog) -> str:
    head = "# Account-level settings\n\nSettings that exist only as API calls; `account('id')` in expressions.\n"
    parts = (
        f"## {each.title} (`{each.id}`)\n\n"
        f"Once per {each.scope}; {each.responsibility}. Read by `{each.get}`, set by `{each.set}`. By default: "
        f"{each.default}\n\n{each.source}\n"
        for each in data.account_knobs.values()
    )
    return "\n".join([head, *parts])


def _index(services: list[Service]) -> str:
    rows = [f"| [{s.title}]({s.service}.md) | {len(s.controls)} |" for s in services]
    total = sum(len(each.controls) for each in services)
    types = {name for service in services for control in service.controls for name in control.types}
    return (
        f"# Controls\n\n{total} controls over {len(types)} resource types.\n\n"
        + "\n".join(["| service | controls |", "| --- | ---: |", *rows])
        + "\n"
    )


def _controls(service: Service, data: Catalog) -> str:
    return f"# {service.title}: controls\n\n" + "\n".join(_control(each, data) for each in service.controls)


def _control(control: Control, data: Catalog) -> str:
    lines = [
        f"## {control.title} (`{control.id}`)\n",
        f"{control.severity.value}, {control.responsibility}, profile {control.profile}; on "
        + ", ".join(f"`{name}`" for name in control.types)
        + "\n",
        f"{control.why}\n",
        f"**Fix.** {control.fix}\n",
    ]
    for language, snippet in (("yaml", control.snippets.cloudformation), ("hcl", control.snippets.terraform)):
        if snippet:
            lines.append(f"```{language}\n{snippet.rstrip()}\n```\n")
    example = "" if control.snippets.cloudformation else example_template(control)
    if example:
        lines.append(f"An example that satisfies it:\n\n```yaml\n{example.rstrip()}\n```\n")
    decided = {"when": control.when, "unless": control.unless, "expect": control.expect}
    lines.append(
        "```\n" + "\n".join(f"{key}: {' '.join(text.split())}" for key, text in decided.items() if text) + "\n```\n"
    )
    ids = "; ".join(f"{name}: {', '.join(each)}" for name, each in data.framework_ids(control).items())
    unverified = "" if data.is_verified(control) else " (not confirmed)"
    lines.append(f"{ids}\n\n{control.source}{unverified}\n")
    return "\n".join(lines)


def _with_tables(text: str) -> str:
    for name, words in (("functions", FUNCTIONS), ("methods", METHODS)):
        text = _between(text, name, _table(words))
    text = _between(text, "macros", ", ".join(f"`{each}`" for each in MACROS) + "\n")
    rows = [f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()]
    return _between(text, "variables", "\n".join(["| name | stands for |", "| --- | --- |", *rows]) + "\n")


def _table(words: Mapping[str, Word]) -> str:
    rows = [
        f"| `{name}` | {' or '.join(map(str, word.arities))} | {'yes' if word.cel else 'no'} | {word.meaning} |"
        for name, word in words.items()
    ]
    return "\n".join(["| name | arguments | CEL's | gives |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _between(text: str, name: str, content: str) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return pattern.sub(lambda match: f"{match[1]}{content}{match[2]}", text)


def main() -> int:
    """Write the files, or compare them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true")
    check = arguments.parse_args().check
    wanted = dict(pages(catalog()))
    stale = [each for each in FOLDER.rglob("*.md") if each not in wanted]
    differing = [
        file for file, content in wanted.items() if not file.exists() or file.read_text(encoding="utf-8") != content
    ]
    if check:
        for file in sorted([*stale, *differing]):
            print(f"{file.relative_to(ROOT)} differs from the catalogue: run 'make docs'")
        return 1 if stale or differing else 0
    for file in stale:
        file.unlink()
    for file in differing:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[file], encoding="utf-8")
    print(f"{len(differing)} of {len(wanted)} files written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
