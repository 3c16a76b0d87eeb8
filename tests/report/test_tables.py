"""CSV and Parquet, read by the csv module and by pyarrow."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from tests.report.conftest import ROOT
from tests.report.hostile import ATTACKS

from demarcate.report import csv_report, parquet
from demarcate.report.formats import RenderOptions
from demarcate.report.tables import TABLES

OPTIONS = RenderOptions()


def csv_rows(function, ledger_and_data):
    ledger, data = ledger_and_data
    text = b"".join(function(ledger, data, OPTIONS)).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True)), text


def parquet_tables(ledger_and_data):
    ledger, data = ledger_and_data
    files = parquet.render_files(ledger, data, OPTIONS)
    return {name: pq.read_table(io.BytesIO(b"".join(pieces))) for name, pieces in files}


@pytest.mark.parametrize("which", ["vaults", "attacks", "shop"])
def test_a_row_a_duty(which, request):
    ledger, data = request.getfixturevalue(which)
    rows, text = csv_rows(csv_report.render, (ledger, data))
    assert len(rows) == len(ledger.duties)
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == len(rows) + 1
    for row, duty in zip(rows, ledger.duties, strict=True):
        assert None not in row
        assert (row["responsibility"], row["party"], row["status"]) == (
            duty.responsibility, duty.party.value, duty.status.value
        )  # fmt: skip
        assert row["reason"]


def test_a_row_a_finding(shop):
    ledger, data = shop
    rows, _ = csv_rows(csv_report.render_findings, (ledger, data))
    assert sorted(row["finding"] for row in rows) == [each.id for each in ledger.findings]
    by_id = {each.id: each for each in ledger.findings}
    for row in rows:
        finding = by_id[row["finding"]]
        assert json.loads(row["evidence"]) == json.loads(json.dumps(finding.evidence))
        assert row["line"] == str(finding.declared.line or "")
        assert row["source"].startswith("https://")
    order = [("not-satisfied", "unknown", "accepted", "satisfied").index(row["standing"]) for row in rows]
    assert order == sorted(order)


@pytest.mark.parametrize("function", [csv_report.render, csv_report.render_findings])
def test_no_cell_is_a_formula(function, attacks):
    rows, _ = csv_rows(function, attacks)
    for row in rows:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1", "'=1"), (" =1", "' =1"), ("＝1", "'＝1"), ("1-2", "1-2"), ("a\nb", "a␊b"), ("\x00", "␀"), ("", "")],
)
def test_harmless(text, shown):
    assert csv_report.harmless(text) == shown


def test_parquet_has_the_same_rows_as_csv(shop):
    tables = parquet_tables(shop)
    assert set(tables) == {"duties.parquet", "findings.parquet", "resources.parquet"}
    for name, function in (("duties", csv_report.render), ("findings", csv_report.render_findings)):
        rows, _ = csv_rows(function, shop)
        found = tables[f"{name}.parquet"].to_pylist()
        assert len(found) == len(rows)
        for row, other in zip(rows, found, strict=True):
            for column, value in other.items():
                shown = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
                assert row[column] == csv_report.harmless(shown)
    assert tables["resources.parquet"].num_rows == len(shop[0].resources)


def test_parquet_keeps_names_as_they_are(attacks):
    names = parquet_tables(attacks)["resources.parquet"].column("name").to_pylist()
    assert set(ATTACKS) <= set(names)


def test_parquet_says_what_its_columns_hold(vaults):
    for name, table in parquet_tables(vaults).items():
        assert table.schema.metadata[b"demarcate.schema"] == b"demarcate.ledger/1"
        assert all(field.metadata[b"description"] for field in table.schema), name


def test_parquet_in_several_row_groups(thousands, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 5000)
    ledger, data = thousands
    (pieces,) = [each for name, each in parquet.render_files(ledger, data, OPTIONS) if name == "resources.parquet"]
    written = b"".join(pieces)
    assert pq.ParquetFile(io.BytesIO(written)).num_row_groups == 2
    assert pq.read_table(io.BytesIO(written)).column("resource").to_pylist() == [each.id for each in ledger.resources]


def test_the_docs_list_every_column():
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    for table in TABLES:
        for column in table.columns:
            assert f"| `{column.name}` |" in text, (table.name, column.name)
