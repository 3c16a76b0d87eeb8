"""The tables of CSV and Parquet: what each column is called, holds, and comes from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from demarcate.catalog import Catalog
from demarcate.model import Ledger, LedgerResource
from demarcate.report.formats import RenderOptions
from demarcate.report.rows import DutyRow, FindingRow, duty_rows, finding_rows

_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode


class Column(NamedTuple):
    """A column: its ``name``; ``kind``, one of ``text``, ``number`` and ``list`` (of texts); what it holds (``help``);
    and its value ``of`` a row: a text, a number or ``None``, or a tuple of texts."""

    name: str
    kind: str
    help: str
    of: Callable[[Any], Any]


class Table(NamedTuple):
    """A table: its ``name``, its columns, and what gives its rows."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[Ledger, Catalog], Iterable[Any]]


def _text(name: str, help: str, of: Callable[[Any], Any]) -> Column:
    return Column(name, "text", help, of)


def _resource_columns(of: Callable[[Any], LedgerResource | None]) -> tuple[Column, ...]:
    def field(name: str) -> Callable[[Any], Any]:
        def value(row: Any) -> Any:
            resource = of(row)
            return "" if resource is None else getattr(resource, name) or ""

        return value

    return (
        _text("name", "logical id or address; empty for an account or the organisation", field("name")),
        _text("type", "CloudFormation type", field("type")),
        _text("role", "what the resource is in its estate", field("role")),
        _text("holds", "the customer data that rests in it", field("holds")),
        _text("classification", "level of those data", field("classification")),
    )


def _duty(name: str) -> Callable[[DutyRow], Any]:
    return lambda row: getattr(row.duty, name)


DUTIES: Final = Table(
    "duties",
    (
        _text("scope", "resource, account or organisation", lambda row: row.duty.scope.value),
        _text("resource", "id of the resource, the account, or organisation", _duty("resource")),
        *_resource_columns(lambda row: row.resource),
        _text("offering", "what AWS sells, as deployed", lambda row: row.offering),
        _text("account", "account id", lambda row: _place(row, "account")),
        _text("region", "Region", lambda row: _place(row, "region")),
        _text("file", "where it is declared", lambda row: row.resource.declared.file if row.resource else ""),
        Column("line", "number", "line, from 1", lambda row: row.resource.declared.line if row.resource else None),
        _text("responsibility", "id of the responsibility", _duty("responsibility")),
        _text("title", "its title", lambda row: row.responsibility.title),
        _text("party", "aws, customer or shared", lambda row: row.duty.party.value),
        _text("status", "status of the duty", lambda row: row.duty.status.value),
        _text("reason", "why it is that party's, or why there is no such duty", lambda row: row.reason),
        _text("aws", "AWS's part", lambda row: row.aws),
        _text("customer", "the customer's part", lambda row: row.customer),
        _text("source", "page of the documentation", lambda row: row.source),
        _text("why_unknown", "why the offering, and so the duty, is not known", lambda row: row.why),
        Column("findings", "list", "ids of the findings that bear on it", _duty("findings")),
        Column("nist_800_53_r5", "list", "controls of NIST SP 800-53 Rev. 5",
               lambda row: row.responsibility.nist_800_53_r5),
    ),
    duty_rows,
)  # fmt: skip


def _place(row: DutyRow, name: str) -> str:
    if row.resource is not None:
        return str(getattr(row.resource, name))
    return row.duty.resource if name == "account" and row.duty.scope.value == "account" else ""


def _finding(name: str) -> Callable[[FindingRow], Any]:
    return lambda row: getattr(row.finding, name)


def _accepted(name: str) -> Callable[[FindingRow], str]:
    return lambda row: "" if row.finding.accepted is None else str(getattr(row.finding.accepted, name))


def _ids(frameworks: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(f"{framework}:{each}" for framework, ids in frameworks.items() for each in ids)


FINDINGS: Final = Table(
    "findings",
    (
        _text("finding", "id of the finding", _finding("id")),
        _text("outcome", "satisfied, not-satisfied or unknown", _finding("outcome")),
        _text("standing", "as outcome, or accepted", lambda row: row.standing),
        _text("severity", "critical, high, medium or low", _finding("severity")),
        _text("control", "id of the control", _finding("control")),
        _text("title", "what ought to hold", lambda row: row.title),
        _text("message", "what was found", _finding("message")),
        _text("resource", "id of the resource, or the account", _finding("resource")),
        *_resource_columns(lambda row: row.resource),
        _text("offering", "what AWS sells, as deployed", lambda row: row.resource.offering if row.resource else ""),
        _text("account", "account id", lambda row: row.account),
        _text("region", "Region", lambda row: row.region),
        _text("file", "where the value that decided it stands", lambda row: row.finding.declared.file),
        Column("line", "number", "line, from 1", lambda row: row.finding.declared.line),
        _text("responsibility", "id of the responsibility", _finding("responsibility")),
        _text("why", "why it matters", lambda row: row.why),
        _text("fix", "what to do", lambda row: row.fix),
        _text("source", "page of the documentation", lambda row: row.source),
        _text("evidence", "the values that decided it, as JSON", lambda row: _ENCODE(row.finding.evidence).decode()),
        _text("accepted_reason", "why it is lived with", _accepted("reason")),
        _text("accepted_owner", "by whom", _accepted("owner")),
        _text("accepted_until", "until when, YYYY-MM-DD", _accepted("until")),
        Column("frameworks", "list", "framework:id of what it serves", lambda row: _ids(row.frameworks)),
    ),
    finding_rows,
)


def _of(name: str) -> Callable[[LedgerResource], Any]:
    return lambda row: getattr(row, name) or ""


RESOURCES: Final = Table(
    "resources",
    (
        _text("resource", "id of the resource", _of("id")),
        *_resource_columns(lambda row: row),
        _text("offering", "what AWS sells, as deployed", _of("offering")),
        _text("account", "account id", _of("account")),
        _text("region", "Region", _of("region")),
        _text("file", "where it is declared", lambda row: row.declared.file),
        Column("line", "number", "line, from 1", lambda row: row.declared.line),
        _text("path", "place in the tool that wrote the file", lambda row: row.declared.path or ""),
        _text("source", "the user's own code line", lambda row: row.declared.source or ""),
        Column("configures", "list", "ids of the resources that a setting configures", lambda row: row.of),
        Column("candidates", "list", "offerings that could not be told apart", lambda row: row.candidates),
        _text("why", "why they could not", _of("why")),
        _text("uncertain", "why it is not known whether it exists", _of("uncertain")),
        _text("action", "what the Terraform plan does to it", _of("action")),
    ),
    lambda ledger, _: ledger.resources,
)

TABLES: Final = (DUTIES, FINDINGS, RESOURCES)


def batches(table: Table, ledger: Ledger, data: Catalog, _: RenderOptions, size: int) -> Iterator[list[Any]]:
    """A table's rows in lists of at most ``size``."""
    rows = iter(table.rows(ledger, data))
    while batch := list(islice(rows, size)):
        yield batch
