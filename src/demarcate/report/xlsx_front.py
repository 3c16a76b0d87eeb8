"""The workbook's first two sheets: the summary, and the matrix of offerings and responsibilities."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
from demarcate.model import Ledger, Responsibility, Scope, Status
from demarcate.report import nist
from demarcate.report.xlsx_style import (
    INK,
    MEANING,
    PARTY_FILL,
    PARTY_LETTER,
    PARTY_NAME,
    STATUS_LOOK,
    Looks,
    clean,
    risky,
)
from demarcate.report.xlsx_tables import Table, bar, height, set_up

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE: Final = "Customer responsibility matrix"
_DONE: Final = (Status.SATISFIED, Status.ATTESTED, Status.ACCEPTED)
_NAMED_REGIONS: Final = 12
_OFFERING_WIDTH: Final = 58


# the summary ---------------------------------------------------------------------------------------------------------


def write_summary(
    book: "Workbook", ledger: Ledger, view: Sequence[nist.NistControl], sheets: Sequence[tuple[Table, Sequence[str]]],
    looks: Looks, moment: str,
) -> None:  # fmt: skip
    """What was assessed, the counts with their shares, what the other sheets hold, and how to read them."""
    sheet = book.add_worksheet("Summary")
    set_up(sheet, TITLE, "Summary")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 13)
    sheet.set_column(3, 3, 84)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, TITLE, looks.of(bold=True, font_size=20, font_color="#1F3A5F"))
    sheet.write_string(1, 0, "Whose job everything on AWS is, and whether it is done", looks.of(font_color="#5F6B76"))
    row = _facts(sheet, 3, ledger, looks, moment)
    summary = ledger.summary
    applicable = summary.duties - summary.by_status[Status.NOT_APPLICABLE]
    row = _counts(sheet, row, ("Duties by status", "Duties", "Share"),
                  [(each, summary.by_status[each], MEANING[each]) for each in STATUS_LOOK], looks, "status",
                  f"All {summary.duties:,}: every resource × every responsibility of a resource, "
                  "every account and the organisation × theirs.")  # fmt: skip
    parties = Counter(each.party.value for each in ledger.duties if each.status is not Status.NOT_APPLICABLE)
    row = _counts(sheet, row, ("Duties by party", "Duties", "Share"),
                  [("aws", parties["aws"], "AWS has the whole duty."),
                   ("shared", parties["shared"], "AWS and the customer each do a part; both are named."),
                   ("customer", parties["customer"], "The customer has the whole duty.")], looks, "party",
                  f"The {applicable:,} duties that apply.")  # fmt: skip
    row = _counts(sheet, row, ("Findings by outcome", "Findings", "Share"),
                  [(name, number, MEANING[name]) for name, number in summary.findings.items()], looks, "status",
                  "Each check on each resource that it applies to.")  # fmt: skip
    origins = Counter(each.origination for each in view)
    row = _counts(sheet, row, ("NIST SP 800-53 Rev. 5 by origination", "Controls", "Share"),
                  [(each.value, origins[each], _ORIGINS[each]) for each in nist.Origination], looks, "",
                  "With AWS as the service provider; worded as in FedRAMP's CIS and CRM workbook.")  # fmt: skip
    sheet.set_h_pagebreaks([row])
    row = _sheets(sheet, row, sheets, looks)
    row = _legend(sheet, row, looks)
    sheet.print_area(0, 0, row, 3)
    sheet.activate()


_ORIGINS: Final[Mapping[nist.Origination, str]] = {
    nist.Origination.INHERITED: "Every duty of the control is AWS's.",
    nist.Origination.SHARED: "AWS has a part of the control, and the customer has one.",
    nist.Origination.CONFIGURED: "Every duty is the customer's, and AWS offers settings for it.",
    nist.Origination.PROVIDED: "Every duty is the customer's, and AWS offers no setting for it.",
    nist.Origination.NONE: "No resource of this estate can have it.",
}


def _facts(sheet: "Worksheet", row: int, ledger: Ledger, looks: Looks, moment: str) -> int:
    summary = ledger.summary
    regions = sorted({clean(each.region) for each in ledger.resources})
    named = ", ".join(regions[:_NAMED_REGIONS])
    errors = sum(each.level == "error" for each in ledger.skipped)
    facts: list[tuple[str, str | int]] = [
        ("Assessed as of", moment[:10]),
        ("Profile of checks", clean(ledger.tool.profile)),
        ("Tool", clean(f"{ledger.tool.name} {ledger.tool.version}")),
        ("Resources", summary.resources),
        ("Offerings in use", len({each.offering for each in ledger.resources})),
        ("Accounts", summary.accounts),
        ("Regions", named + (f" and {len(regions) - _NAMED_REGIONS} more" if len(regions) > _NAMED_REGIONS else "")),
        ("Connections between resources", len(ledger.connections)),
        ("Inputs that could not be read", errors),
        ("Things left out, with the reason", len(ledger.skipped) - errors),
    ]
    label = looks.cell(bold=True, bg_color="#EEF2F6")
    for name, value in facts:
        sheet.write_string(row, 0, name, label)
        if isinstance(value, str):
            sheet.write_string(row, 1, value, looks.of(quoted=risky(value), indent=1, align="left"))
        else:
            sheet.write_number(row, 1, value, looks.of(num_format="#,##0", align="left", indent=1))
        row += 1
    return row + 1


def _counts(
    sheet: "Worksheet", row: int, head: Sequence[str], rows: Sequence[tuple[str, int, str]], looks: Looks, kind: str,
    note: str,
) -> int:  # fmt: skip
    for column, title in enumerate((*head, note)):
        own = (
            looks.head(align="right")
            if column in (1, 2)
            else looks.head(bold=column == 0, indent=column and 1, align="left")
        )
        sheet.write_string(row, column, title, own)
    total = sum(number for _, number, _ in rows)
    first = row + 1
    for name, number, meaning in rows:
        row += 1
        look = looks.status(name) if kind == "status" else looks.party(name) if kind == "party" else looks.cell()
        sheet.write_string(row, 0, PARTY_NAME.get(name, name), look)
        sheet.write_number(row, 1, number, looks.cell(num_format="#,##0"))
        sheet.write_number(row, 2, number / total if total else 0, looks.cell(num_format="0.0 %"))
        sheet.write_string(row, 3, meaning, looks.cell(wrap=True, indent=1, align="left"))
    bar(sheet, first, 2, row, 2, 1)
    row += 1
    sheet.write_string(row, 0, "Total", looks.cell(bold=True))
    sheet.write_number(row, 1, total, looks.cell(bold=True, num_format="#,##0"))
    return row + 2


def _sheets(sheet: "Worksheet", row: int, sheets: Iterable[tuple[Table, Sequence[str]]], looks: Looks) -> int:
    for column, title in enumerate(("Sheets", "Rows", "", "What they hold")):
        sheet.write_string(
            row,
            column,
            title,
            looks.head(align="right") if column == 1 else looks.head(indent=int(column == 3), align="left"),
        )
    link = looks.cell(font_color="#1D4E80", underline=1)
    for table, names in sheets:
        for number, name in enumerate(names):
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", link, string=name)
            holds = table.holds if number == 0 else f"The rows of {table.name} that its first sheets have no room for."
            if number == 0:
                sheet.write_number(row, 1, table.rows, looks.cell(num_format="#,##0"))
            else:
                sheet.write_string(row, 1, "", looks.cell())
            sheet.write_string(row, 2, "", looks.cell())
            sheet.write_string(row, 3, holds, looks.cell(wrap=True, indent=1, align="left"))
    return row + 2


def _legend(sheet: "Worksheet", row: int, looks: Looks) -> int:
    for column, title in enumerate(("How to read the matrix", "", "", "")):
        sheet.write_string(row, column, title, looks.head())
    for party, letter in PARTY_LETTER.items():
        row += 1
        sheet.write_string(row, 0, f"{letter}   {PARTY_NAME[party]}", looks.party(party))
        sheet.write_string(
            row,
            3,
            "The letter says whose the duty is; the cell's colour says the same.",
            looks.of(indent=1, align="left"),
        )
    for status, (_, ink, bold, mark) in STATUS_LOOK.items():
        if mark:
            row += 1
            sheet.write_string(row, 0, f"{mark}   {status}", looks.cell(font_color=ink, bold=bold))
            sheet.write_string(row, 3, MEANING[status], looks.of(indent=1, align="left"))
    row += 1
    sheet.write_string(row, 0, "3/5", looks.cell())
    text = "Under the mark of the worst status: how many of the offering's duties that apply are done."
    sheet.write_string(row, 3, text, looks.of(indent=1, align="left"))
    return row


# the matrix ----------------------------------------------------------------------------------------------------------


def write_matrix(book: "Workbook", ledger: Ledger, data: Catalog, looks: Looks) -> None:
    """Offerings down, responsibilities across; whose each is, its worst status, and how much of it is done."""
    sheet = book.add_worksheet("Matrix")
    set_up(sheet, TITLE, "Matrix", "A3")
    responsibilities = list(data.responsibilities.values())
    sheet.set_column(0, 0, _OFFERING_WIDTH)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 11)
    sheet.set_column(3, 2 + len(responsibilities), 6.6)
    _matrix_head(sheet, responsibilities, looks)
    cells = _cells(ledger)
    numbers = Counter(each.offering for each in ledger.resources)
    rows = [*sorted(numbers), *([ACCOUNT_OFFERING] if ACCOUNT_OFFERING in cells else [])]
    row = 1
    for offering in dict.fromkeys(rows):
        row += 1
        title = f"{_title(offering, data)}\n{offering}"
        sheet.set_row(row, height(title, _OFFERING_WIDTH, 2))
        sheet.write_string(row, 0, title, looks.cell(wrap=True, quoted=risky(title), valign="vcenter"))
        subjects = numbers[offering] or ledger.summary.accounts
        sheet.write_number(row, 1, subjects, looks.cell(num_format="#,##0", valign="vcenter"))
        of_offering = cells[offering]
        mine = [key for each in of_offering.values() for key in each.elements() if _is_mine(key)]
        done = sum(status in _DONE for _, status in mine)
        if mine:
            sheet.write_number(row, 2, done / len(mine), looks.cell(num_format="0 %", valign="vcenter"))
        else:
            sheet.write_string(row, 2, "–", looks.cell(align="right", valign="vcenter"))
        for column, each in enumerate(responsibilities, 3):
            _cell(sheet, row, column, of_offering.get(each.id, Counter()), looks)
    last = 2 + len(responsibilities)
    legend = "   ".join(f"{letter} {PARTY_NAME[party]}" for party, letter in PARTY_LETTER.items())
    marks = "   ".join(f"{mark} {status}" for status, (_, _, _, mark) in STATUS_LOOK.items() if mark)
    sheet.write_string(row + 2, 0, f"{legend}      {marks}      3/5: done, of those that apply", looks.of())
    sheet.freeze_panes(2, 3)
    sheet.repeat_rows(0, 1)
    sheet.repeat_columns(0, 0)
    sheet.autofilter(1, 0, max(2, row), last)
    sheet.print_area(0, 0, row + 2, last)
    if row > 1:
        bar(sheet, 2, 2, row, 2, 1)
        bar(sheet, 2, 1, row, 1)


def _is_mine(key: tuple[str, Status]) -> bool:
    return key[0] != "aws" and key[1] is not Status.NOT_APPLICABLE


def _title(offering: str, data: Catalog) -> str:
    if offering == ACCOUNT_OFFERING:
        return "Accounts and the organisation"
    found, service = data.offering(offering), data.service_of(offering)
    if found is None or service is None:
        return offering
    return f"{service.title}: {found.title}"


def _matrix_head(sheet: "Worksheet", responsibilities: Sequence[Responsibility], looks: Looks) -> None:
    sheet.set_row(0, 18)
    sheet.set_row(1, 132)
    for column in range(3):
        sheet.write_string(0, column, "", looks.head())
    start = 3
    for number, each in enumerate(responsibilities):
        column = number + 3
        end = number + 1 == len(responsibilities) or responsibilities[number + 1].group != each.group
        if end:
            look = looks.head(align="center", bg_color="#35577F", font_size=9, text_wrap=False)
            if column > start:
                sheet.merge_range(0, start, 0, column, each.group, look)
            else:
                sheet.write_string(0, column, each.group, looks.head(bg_color="#35577F", font_size=7, align="center"))
            start = column + 1
    for column, title in enumerate(("Offering", "Resources", "Done of the customer's part")):
        sheet.write_string(1, column, title, looks.head(valign="bottom"))
    for column, each in enumerate(responsibilities, 3):
        sheet.write_string(1, column, each.title, looks.head(rotation=90, valign="bottom", align="center", bold=False))


def _cells(ledger: Ledger) -> Mapping[str, Mapping[str, Counter[tuple[str, Status]]]]:
    """Offering → responsibility → how many duties of a party and status."""
    offerings = {each.id: each.offering for each in ledger.resources}
    cells: dict[str, dict[str, Counter[tuple[str, Status]]]] = defaultdict(lambda: defaultdict(Counter))
    for duty in ledger.duties:
        offering = offerings[duty.resource] if duty.scope is Scope.RESOURCE else ACCOUNT_OFFERING
        cells[offering][duty.responsibility][duty.party.value, duty.status] += 1
    return cells


def _cell(sheet: "Worksheet", row: int, column: int, count: Counter[tuple[str, Status]], looks: Looks) -> None:
    own: dict[str, Any] = {"align": "center", "valign": "vcenter", "wrap": True, "font_size": 9}
    statuses = [status for _, status in count]
    if not statuses:
        sheet.write_string(row, column, "", looks.cell(**own))
        return
    worst = nist.roll_up(statuses)
    if worst is Status.NOT_APPLICABLE:
        sheet.write_string(row, column, "–", looks.cell(font_color="#8A949E", **own))
        return
    party = next(party for (party, status) in count if status is not Status.NOT_APPLICABLE)
    _, ink, bold, mark = STATUS_LOOK[worst]
    applicable = sum(number for (_, status), number in count.items() if status is not Status.NOT_APPLICABLE)
    done = sum(number for (_, status), number in count.items() if status in _DONE)
    text = PARTY_LETTER[party]
    if worst is not Status.INHERITED:
        text += f" {mark}\n{done:,}/{applicable:,}"
    sheet.write_string(
        row, column, text,
        looks.cell(bg_color=PARTY_FILL[party], font_color=ink if mark else INK, bold=bold, **own),
    )  # fmt: skip
