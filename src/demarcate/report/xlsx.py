"""The ledger as a workbook: the customer responsibility matrix, as assessors expect one.

Sheets: Summary, Matrix, Duties, NIST 800-53 Rev. 5, Findings, Skipped. Everything from the estate is written as text,
never as a formula or a link. The same ledger gives the same bytes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.report import nist, xlsx_rows
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.xlsx_front import TITLE, write_matrix, write_summary
from demarcate.report.xlsx_style import Looks
from demarcate.report.xlsx_tables import SHEET_ROWS, Table, write_table

_PIECE: Final = 1 << 20


def render(ledger: Ledger, data: Catalog, options: RenderOptions, *, sheet_rows: int = SHEET_ROWS) -> Iterator[bytes]:
    """The workbook's bytes in pieces; ``sheet_rows`` is how many rows a sheet holds before a second one is begun.

    Raises :class:`ImportError` if XlsxWriter is not installed.
    """
    from xlsxwriter import Workbook

    moment = timestamp(ledger, options)
    file = BytesIO()
    book = Workbook(
        file,
        {
            "constant_memory": True,  # rows go to disk as they are written, so a large estate fits
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    looks = Looks(book)
    book.set_properties(
        {
            "title": TITLE,
            "subject": "AWS shared responsibility",
            "author": f"{ledger.tool.name} {ledger.tool.version}",
            "comments": "Made by Demarcate from a ledger of duties.",
            "created": datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None),
        }
    )
    view = nist.by_control(ledger, data)
    offerings = len({each.offering for each in ledger.resources})
    matrix = Table("Matrix", (), offerings, "Offerings × responsibilities: whose each is, and how it stands.")
    duties = Table("Duties", xlsx_rows.DUTIES, len(ledger.duties),
                   "Every duty, with each party's part and the evidence.", xlsx_rows.PRINTED_DUTIES)  # fmt: skip
    controls = Table("NIST 800-53 Rev. 5", xlsx_rows.NIST, len(view),
                     "The same duties by control, with its origination.", xlsx_rows.PRINTED_NIST, 2)  # fmt: skip
    findings = Table("Findings", xlsx_rows.FINDINGS, len(ledger.findings),
                     "Every outcome of a check on a resource.", xlsx_rows.PRINTED_FINDINGS)  # fmt: skip
    skipped = Table("Skipped", xlsx_rows.SKIPPED, len(ledger.skipped), "What was not assessed, and why.")
    tables = (matrix, duties, controls, findings, skipped)
    write_summary(book, ledger, view, [(each, each.sheets(sheet_rows)) for each in tables], looks, moment)
    write_matrix(book, ledger, data, looks)
    write_table(book, duties, xlsx_rows.duties(ledger, data), looks, TITLE, sheet_rows)
    write_table(book, controls, xlsx_rows.controls(view, data), looks, TITLE, sheet_rows)
    write_table(book, findings, xlsx_rows.findings(ledger, data), looks, TITLE, sheet_rows)
    write_table(book, skipped, xlsx_rows.skipped(ledger), looks, TITLE, sheet_rows)
    book.close()
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
