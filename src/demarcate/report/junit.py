"""JUnit XML: a suite a file, a case a finding; what could not be decided or was accepted is skipped, not passed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape

from demarcate.catalog import Catalog
from demarcate.model import Ledger, Skipped
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.rows import FindingRow, Standing, finding_rows, place
from demarcate.report.terminal_text import safe

_INPUTS: Final = "inputs"
"""The suite of what was not assessed."""
_QUOTE: Final = {'"': "&quot;"}


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """All findings as ``testsuites``, suites by file, cases by severity; then what was not assessed."""
    rows = finding_rows(ledger, data)
    suites: dict[str, list[FindingRow]] = {}
    for row in rows:
        suites.setdefault(row.finding.declared.file, []).append(row)
    errors = sum(each.level == "error" for each in ledger.skipped)
    notes = len(ledger.skipped) - errors
    time = timestamp(ledger, options).removesuffix("Z")
    failures, _ = _counts(rows)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield _open("testsuites", name="demarcate", tests=len(rows) + errors + notes, failures=failures, errors=errors,
                time="0")  # fmt: skip
    for number, file in enumerate(sorted(suites)):
        found = suites[file]
        failures, skipped = _counts(found)
        yield _open("testsuite", 1, id=number, name=file, tests=len(found), failures=failures, errors=0,
                    skipped=skipped, time="0", timestamp=time, file=file)  # fmt: skip
        for row in found:
            yield from _case(row)
        yield b"  </testsuite>\n"
    if ledger.skipped:
        yield _open("testsuite", 1, id=len(suites), name=_INPUTS, tests=errors + notes, failures=0, errors=errors,
                    skipped=notes, time="0", timestamp=time)  # fmt: skip
        for each in ledger.skipped:
            yield from _not_assessed(each)
        yield b"  </testsuite>\n"
    yield b"</testsuites>\n"


def _counts(rows: Iterable[FindingRow]) -> tuple[int, int]:
    """How many fail, and how many are skipped."""
    standings = [row.standing for row in rows]
    failures = standings.count(Standing.NOT_SATISFIED)
    return failures, standings.count(Standing.UNKNOWN) + standings.count(Standing.ACCEPTED)


def _case(row: FindingRow) -> Iterator[bytes]:
    finding = row.finding
    name = row.resource.name if row.resource is not None else f"account {finding.resource}"
    offering = row.resource.offering if row.resource is not None else "account"
    yield _open("testcase", 2, name=f"{name}: {row.title} [{finding.control}]", classname=offering, time="0")
    if row.standing == Standing.NOT_SATISFIED:
        yield _open("failure", 3, end="", message=finding.message, type=finding.severity)
        yield _body(_details(row)) + b"</failure>\n"
    elif row.standing == Standing.UNKNOWN:
        yield _open("skipped", 3, "/>\n", message=f"could not be decided: {finding.message}")
    elif row.standing == Standing.ACCEPTED and finding.accepted is not None:
        yield _open("skipped", 3, "/>\n", message=f"accepted: {finding.accepted.reason}")
    yield b"    </testcase>\n"


def _details(row: FindingRow) -> Iterator[str]:
    yield f"{row.finding.severity}: {row.finding.message}"
    yield f"at {place(row)}"
    for title, text in (("why", row.why), ("fix", row.fix), ("see", row.source)):
        if text:
            yield f"{title}: {text}"


def _not_assessed(each: Skipped) -> Iterator[bytes]:
    yield _open("testcase", 2, name=f"{each.where}: {each.what}", classname=_INPUTS, time="0")
    kind: Mapping[str, str] = {"type": "input"} if each.level == "error" else {}
    yield _open("error" if each.level == "error" else "skipped", 3, "/>\n", message=each.why, **kind)
    yield b"    </testcase>\n"


def _open(tag: str, depth: int = 0, close: str = ">\n", end: str | None = None, **attributes: str | int) -> bytes:
    """A start tag (or with ``close`` an empty one) on a line of its own. Control characters, which XML cannot hold, are
    shown as symbols."""
    shown = "".join(f' {key}="{escape(safe(str(value)), _QUOTE)}"' for key, value in attributes.items())
    return f"{'  ' * depth}<{tag}{shown}{close if end is None else '>' + end}".encode()


def _body(lines: Iterable[str]) -> bytes:
    return escape("\n".join(map(safe, lines))).encode()
