"""Tables of the workbook: a head, rows, filters, and a second sheet where the rows are more than a sheet holds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from demarcate.report.xlsx_style import BAR, Looks, cut, linkable, risky

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS: Final = 1_048_575
"""How many rows a sheet holds below its head."""
_LINKS: Final = 65_000
_WRAPPED_ROWS: Final = 20_000
_PAPER: Final = {"A3": 8, "A4": 9}
_LINE: Final = 13.2
_HIGHEST: Final = 409

Value: TypeAlias = str | int | float


class Column(NamedTuple):
    """A column: its ``title``, its ``width`` in characters, and what it holds: ``text``, ``wide`` (wrapped), ``count``
    (with a data bar), ``number``, ``party``, ``status``, or ``link``."""

    title: str
    width: float
    kind: str = "text"


class Table(NamedTuple):
    """A table of the workbook: the ``name`` of its sheet, its ``columns``, how many ``rows`` it has, a sentence on what
    it ``holds``, how many columns are ``printed`` (0: all), and how many stay in view at the left (``frozen``)."""

    name: str
    columns: Sequence[Column]
    rows: int
    holds: str
    printed: int = 0
    frozen: int = 0

    def sheets(self, limit: int) -> tuple[str, ...]:
        """The names of its sheets: one, or as many as it takes (``Duties``, ``Duties 2`` …)."""
        number = max(1, -(-self.rows // limit))
        return (self.name, *(f"{self.name} {each}" for each in range(2, number + 1)))


def write_table(
    book: "Workbook", table: Table, rows: Iterable[Sequence[Value]], looks: Looks, title: str, limit: int = SHEET_ROWS
) -> None:
    """Write a table to a sheet of its own, or to several of at most ``limit`` rows."""
    left: Iterator[Sequence[Value]] = iter(rows)
    for number, name in enumerate(table.sheets(limit)):
        count = min(limit, table.rows - number * limit)
        sheet = book.add_worksheet(name)
        set_up(sheet, title, name, "A3")
        _head(sheet, table.columns, looks)
        _rows(sheet, table.columns, islice(left, count), count, looks)
        last = max(1, count)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        sheet.freeze_panes(1, table.frozen)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, (table.printed or len(table.columns)) - 1)
        for place, column in enumerate(table.columns):
            if column.kind == "count" and count:
                bar(sheet, 1, place, count, place)


def set_up(sheet: "Worksheet", title: str, name: str, paper: str = "A4") -> None:
    """Print across, as wide as the page, with the title above and the page numbers below."""
    sheet.set_landscape()
    sheet.set_paper(_PAPER[paper])
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.set_header(f"&L&9{_plain(title)}&R&9{_plain(name)}")
    sheet.set_footer("&L&8Demarcate&R&8Page &P of &N")
    sheet.hide_gridlines(2)


def _plain(text: str) -> str:
    return text.replace("&", "&&")


def bar(sheet: "Worksheet", first_row: int, first: int, last_row: int, last: int, most: float | None = None) -> None:
    """Data bars on a block of numbers; ``most`` is what fills a cell (``None``: the largest of them)."""
    look: dict[str, Any] = {
        "type": "data_bar", "bar_color": BAR, "bar_solid": True, "bar_border_color": BAR, "min_type": "num",
        "min_value": 0,
    }  # fmt: skip
    if most is not None:
        look |= {"max_type": "num", "max_value": most}
    sheet.conditional_format(first_row, first, last_row, last, look)


def _head(sheet: "Worksheet", columns: Sequence[Column], looks: Looks) -> None:
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, looks.head())


def _rows(
    sheet: "Worksheet", columns: Sequence[Column], rows: Iterable[Sequence[Value]], count: int, looks: Looks
) -> None:
    wrap = count <= _WRAPPED_ROWS
    plain, quoted = _formats(columns, looks, wrap=wrap)
    wide = [(place, column.width) for place, column in enumerate(columns) if column.kind == "wide"]
    kinds = [column.kind for column in columns]
    links = sum(kind == "link" for kind in kinds) * count <= _LINKS
    known: dict[tuple[str, str], Format] = {}
    link_look = looks.cell(font_color="#1D4E80", underline=1)
    for number, row in enumerate(rows, 1):
        if wrap:
            sheet.set_row(number, max((height(str(row[place]), width) for place, width in wide), default=_LINE))
        for place, value in enumerate(row):
            if not isinstance(value, str):
                sheet.write_number(number, place, value, plain[place])
                continue
            if not value:
                sheet.write_blank(number, place, None, plain[place])
                continue
            kind = kinds[place]
            text = cut(value)
            if kind in ("status", "party"):
                key = (kind, text)
                if key not in known:
                    known[key] = looks.status(text) if kind == "status" else looks.party(text.lower())
                sheet.write_string(number, place, text, known[key])
            elif kind == "link" and links and linkable(text):
                sheet.write_url(number, place, text, link_look, string=text)
            else:
                sheet.write_string(number, place, text, quoted[place] if risky(text) else plain[place])


def height(text: str, width: float, least: int = 1) -> float:
    """About how high (in points) a text stands in a column of so many characters, at ``least`` so many lines: so that a
    program that opens the workbook need not work it out by itself."""
    lines = sum(1 + int(len(line) / (width * 1.12)) for line in text.split("\n"))
    return min(_HIGHEST, _LINE * max(least, lines) + 2)


def _formats(columns: Sequence[Column], looks: Looks, *, wrap: bool) -> "tuple[list[Format], list[Format]]":
    plain: list[Format] = []
    quoted: list[Format] = []
    for column in columns:
        own: dict[str, Any] = {"wrap": wrap and column.kind == "wide"}
        if column.kind in ("count", "number"):
            own["num_format"] = "#,##0"
        plain.append(looks.cell(**own))
        quoted.append(looks.cell(quoted=True, **own))
    return plain, quoted
