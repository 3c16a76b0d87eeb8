"""How the workbook looks: cell formats by name, and text made fit for a cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from demarcate.report.terminal_text import safe

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT: Final = "Calibri"
INK: Final = "#1F2933"
HEAD: Final = "#1F3A5F"
LINE: Final = "#C9D2DC"
BAR: Final = "#A6C5E8"

PARTY_FILL: Final[Mapping[str, str]] = {"aws": "#D3E4F5", "customer": "#FCEBC2", "shared": "#E6DAF2"}
PARTY_LETTER: Final[Mapping[str, str]] = {"aws": "A", "customer": "C", "shared": "S"}
PARTY_NAME: Final[Mapping[str, str]] = {"aws": "AWS", "customer": "Customer", "shared": "Shared"}

STATUS_LOOK: Final[Mapping[str, tuple[str, str, bool, str]]] = {
    "not-satisfied": ("#F9D5D0", "#8E1B0E", True, "✗"),
    "unknown": ("#EADCF3", "#5B2A86", True, "?"),
    "open": ("#FFF3D1", "#6B4E00", False, "○"),
    "accepted": ("#FFE2C4", "#7A3E00", False, "~"),
    "attested": ("#D6EEEE", "#0F5257", False, "◆"),
    "satisfied": ("#D9F0DD", "#1C5E2A", False, "✓"),
    "inherited": ("#D3E4F5", "#1D4E80", False, ""),
    "not-applicable": ("#F1F3F5", "#5F6B76", False, "–"),
}
"""By status: fill, ink, whether bold, and the mark that stands for it in the matrix. The worst stands first."""

MEANING: Final[Mapping[str, str]] = {
    "not-satisfied": "A control finds that it is not done.",
    "unknown": "The input cannot tell, or it is not known which offering it is.",
    "open": "The customer's or shared, and nothing decides it yet.",
    "accepted": "Not done; the risk is accepted, with a reason.",
    "attested": "A person says that it is done, with evidence.",
    "satisfied": "Controls find that it is done.",
    "inherited": "AWS's.",
    "not-applicable": "A resource of this role cannot have it.",
}

_CELL_LIMIT: Final = 32_767
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "|", "%")
_URL_LIMIT: Final = 2_079
_BASE: Final = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
_BOX: Final = {"border": 1, "border_color": LINE}


class Looks:
    """The formats of one workbook. Each is made when it is first asked for, and once."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, *, quoted: bool = False, **properties: Any) -> "Format":
        """A format with these properties (XlsxWriter's names); ``quoted`` marks a cell as text for good."""
        key = (("quoted", quoted), *sorted(properties.items()))
        if key not in self._made:
            made = self._book.add_format({**_BASE, **properties})
            if quoted:
                made.set_quote_prefix()
            self._made[key] = made
        return self._made[key]

    def cell(self, *, wrap: bool = False, quoted: bool = False, **properties: Any) -> "Format":
        """A cell of a table."""
        return self.of(quoted=quoted, text_wrap=wrap, **_BOX, **properties)

    def head(self, **properties: Any) -> "Format":
        """The head of a table's column."""
        own = {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "text_wrap": True, "valign": "vcenter", **_BOX}
        return self.of(**{**own, **properties})

    def status(self, status: str) -> "Format":
        """A cell that holds a status."""
        fill, ink, bold, _ = STATUS_LOOK.get(status, ("#FFFFFF", INK, False, ""))
        return self.cell(bg_color=fill, font_color=ink, bold=bold)

    def party(self, party: str) -> "Format":
        """A cell that holds a party."""
        return self.cell(bg_color=PARTY_FILL.get(party, "#FFFFFF"))


def clean(text: str) -> str:
    """Text from an estate as a cell can hold it: on one line, what is no printable character shown as a symbol."""
    return safe(text)


def cut(text: str) -> str:
    """Text within Excel's limit for a cell, which counts UTF-16 units; what was cut off is said at its end."""
    if len(text) <= _CELL_LIMIT // 2 or len(text.encode("utf-16-le")) // 2 <= _CELL_LIMIT:
        return text
    note = " … (cut: the cell is full)"
    kept = text.encode("utf-16-le")[: 2 * (_CELL_LIMIT - len(note))]
    return kept.decode("utf-16-le", "ignore") + note


def risky(text: str) -> bool:
    """Whether a spreadsheet might read the text as a formula once it is edited or saved as CSV."""
    return text.lstrip(" ").startswith(_FORMULA_STARTS)


def write(sheet: "Worksheet", row: int, column: int, value: "str | int | float", looks: Looks, **look: Any) -> None:
    """Write a number as a number and anything else as text, never as a formula or a link."""
    if isinstance(value, str):
        text = cut(value)
        sheet.write_string(row, column, text, looks.cell(quoted=risky(text), **look))
    else:
        sheet.write_number(row, column, value, looks.cell(**look))


def linkable(url: str) -> bool:
    """Whether an address may be a link: HTTPS, and as short as Excel wants it."""
    return url.startswith("https://") and len(url) <= _URL_LIMIT and url.isprintable() and " " not in url
