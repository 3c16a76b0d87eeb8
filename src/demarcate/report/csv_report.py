"""CSV as RFC 4180 has it: UTF-8, a header, CRLF, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.report.formats import RenderOptions
from demarcate.report.tables import DUTIES, FINDINGS, Column, Table, batches
from demarcate.report.terminal_text import safe

_FORMULA: Final = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                   "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_SIZE: Final = 1000


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """A row a duty, in the ledger's order."""
    return _written(DUTIES, ledger, data, options)


def render_findings(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """A row a finding, the most pressing first."""
    return _written(FINDINGS, ledger, data, options)


def _written(table: Table, ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for batch in batches(table, ledger, data, options, _SIZE):
        writer.writerows([_cell(column, row) for column in table.columns] for row in batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(column: Column, row: Any) -> str | int:
    value = column.of(row)
    if column.kind == "number":
        return "" if value is None else int(value)
    return harmless("; ".join(value) if column.kind == "list" else value)


def harmless(value: str) -> str:
    """A text that spreadsheets show as it is: control characters as symbols, an apostrophe before what would be a
    formula."""
    shown = safe(value)
    return "'" + shown if shown.lstrip().startswith(_FORMULA) else shown
