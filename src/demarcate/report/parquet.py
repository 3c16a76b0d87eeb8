"""Parquet, for DuckDB, Spark, pandas and Athena: ``duties.parquet``, ``findings.parquet`` and ``resources.parquet``."""

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.report.formats import RenderOptions
from demarcate.report.tables import TABLES, Column, Table, batches

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP: Final = 50_000
"""Rows that are written at a time."""


def render_files(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The three files. Empty texts are nulls; lists are lists of texts; ``evidence`` is JSON."""
    for table in TABLES:
        yield f"{table.name}.parquet", _file(table, ledger, data, options)


def _file(table: Table, ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [pa.field(each.name, _type(each), metadata={"description": each.help}) for each in table.columns],
        metadata={"demarcate.schema": ledger.schema, "demarcate.version": ledger.tool.version},
    )
    written = io.BytesIO()
    with pq.ParquetWriter(written, schema, compression="zstd") as writer:
        for batch in batches(table, ledger, data, options, ROW_GROUP):
            columns = [pa.array([_value(each, row) for row in batch], _type(each)) for each in table.columns]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    yield written.getvalue()


def _type(column: Column) -> "pa.DataType":
    import pyarrow as pa

    return {"text": pa.string(), "number": pa.int64(), "list": pa.list_(pa.string())}[column.kind]


def _value(column: Column, row: Any) -> Any:
    value = column.of(row)
    if column.kind == "text":
        return value or None
    return list(value) if column.kind == "list" else value
