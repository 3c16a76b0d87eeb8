"""A summary in Markdown for a pull request: at most 65,536 characters, what presses most first.

Everything from the estate stands in code spans, where neither markup nor mentions, references or links are read.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from demarcate.catalog import Catalog
from demarcate.model import Ledger, Party, Severity, Status
from demarcate.report.formats import RenderOptions
from demarcate.report.rows import FindingRow, Standing, finding_rows, place
from demarcate.report.terminal_text import count_of, safe

LIMIT: Final = 65_536
"""The characters that a comment on GitHub takes; GitLab takes more."""
_MARGIN: Final = 400
"""Left free for what a pipeline puts around the summary."""
_LONG: Final = 300
_NAME: Final = 100
_OPENLY_SHOWN: Final = (Severity.CRITICAL, Severity.HIGH)
_SHOWN_SKIPS: Final = 20
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#|~!$])")
_STANDING_TITLES: Final = (
    (Standing.UNKNOWN, "Could not be decided"),
    (Standing.ACCEPTED, "Accepted"),
    (Standing.SATISFIED, "Satisfied"),
)


def render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """The summary; with ``options.satisfied`` also what is done, as far as there is room."""
    rows = finding_rows(ledger, data)
    fixed = [*_head(ledger, rows), *_duties(ledger, data), *_skipped(ledger)]
    foot = _foot(ledger)
    room = LIMIT - _MARGIN - sum(len(each) + 1 for each in (*fixed, foot))
    shown, left_out = _findings(rows, room, options)
    if left_out:
        shown.append(
            f"\n… and {count_of(left_out, 'finding')} more, of less weight; the whole is in the other reports.\n"
        )
    head, rest = fixed[:_HEAD_LINES], fixed[_HEAD_LINES:]
    yield ("\n".join([*head, *shown, *rest, foot]) + "\n").encode()


# head and foot -------------------------------------------------------------------------------------------------------

_HEAD_LINES: Final = 9


def _head(ledger: Ledger, rows: list[FindingRow]) -> list[str]:
    counts = Counter((row.standing, row.finding.severity) for row in rows)
    wrong = sum(row.standing == Standing.NOT_SATISFIED for row in rows)
    unknown = sum(row.standing == Standing.UNKNOWN for row in rows)
    open_duties = ledger.summary.by_status.get("open", 0)
    verdict = f"{count_of(wrong, 'finding')} to act on" if wrong else "nothing found that is not satisfied"
    return [
        f"## Demarcate: {verdict}",
        "",
        f"{count_of(ledger.summary.resources, 'resource')}, {ledger.summary.duties:,} duties. "
        f"{count_of(unknown, 'finding')} could not be decided; "
        f"{open_duties:,} duties are yours or shared and nothing decides them.",
        "",
        "| findings | " + " | ".join(each.value for each in Severity) + " |",
        "| --- |" + " ---: |" * len(Severity),
        *(
            f"| {name} | " + " | ".join(f"{counts[standing, each.value]:,}" for each in Severity) + " |"
            for standing, name in ((Standing.NOT_SATISFIED, "not satisfied"), (Standing.UNKNOWN, "undecided"),
                                   (Standing.ACCEPTED, "accepted"))
        ),
    ]  # fmt: skip


def _foot(ledger: Ledger) -> str:
    tool = ledger.tool
    facts = [f"Demarcate {tool.version}", f"catalogue {tool.catalog}", f"profile {tool.profile}", f"as of {tool.asof}"]
    return f"\n<sub>{' · '.join(map(prose, facts))}</sub>"


def _duties(ledger: Ledger, data: Catalog) -> Iterator[str]:
    """What is the customer's and nothing decides, by responsibility."""
    counts: Counter[tuple[str, Party]] = Counter(
        (duty.responsibility, duty.party) for duty in ledger.duties if duty.status is Status.OPEN
    )
    if not counts:
        return
    total = sum(counts.values())
    yield f"\n<details><summary>Yours and undecided: {total:,} duties that nothing decides yet</summary>\n"
    yield "| responsibility | yours | shared with AWS |\n| --- | ---: | ---: |"
    for name, each in data.responsibilities.items():
        yours, shared = counts[name, Party.CUSTOMER], counts[name, Party.SHARED]
        if yours or shared:
            yield f"| {prose(each.title)} | {yours:,} | {shared:,} |"
    yield "\n</details>"


def _skipped(ledger: Ledger) -> Iterator[str]:
    for level, title in (("error", "could not be read"), ("note", "not assessed")):
        entries = [each for each in ledger.skipped if (each.level == "error") is (level == "error")]
        if not entries:
            continue
        summary = f"{count_of(len(entries), 'thing')} {title}"
        yield f"\n**{summary}**\n" if level == "error" else f"\n<details><summary>{summary}</summary>\n"
        for each in entries[:_SHOWN_SKIPS]:
            yield f"- {code(each.where)} {code(each.what)}: {code(each.why)}"
        if len(entries) > _SHOWN_SKIPS:
            yield f"- … and {len(entries) - _SHOWN_SKIPS:,} more"
        if level != "error":
            yield "\n</details>"


# findings ------------------------------------------------------------------------------------------------------------


def _findings(rows: list[FindingRow], room: int, options: RenderOptions) -> tuple[list[str], int]:
    """Sections of findings, as far as there is room, and how many were left out."""
    shown: list[str] = []
    left_out = 0
    for title, openly, found in _sections(rows, options):
        begin, end = _frame(title, len(found), openly=openly)
        taken: list[str] = []
        used = len(begin) + len(end) + 2
        for row in found:
            line = _line(row, options)
            if used + len(line) + 1 > room:
                break
            taken.append(line)
            used += len(line) + 1
        left_out += len(found) - len(taken)
        if taken:
            shown += [begin, *taken, end]
            room -= used
        if len(taken) < len(found):
            room = 0  # nothing of less weight takes the place of what did not fit
    return shown, left_out


def _sections(rows: list[FindingRow], options: RenderOptions) -> Iterator[tuple[str, bool, list[FindingRow]]]:
    for severity in Severity:
        found = [r for r in rows if r.standing == Standing.NOT_SATISFIED and r.finding.severity == severity.value]
        if found:
            yield f"Not satisfied, {severity.value}", severity in _OPENLY_SHOWN, found
    for standing, title in _STANDING_TITLES:
        found = [row for row in rows if row.standing == standing]
        if found and (options.satisfied or standing != Standing.SATISFIED):
            yield title, False, found


def _frame(title: str, number: int, *, openly: bool) -> tuple[str, str]:
    table = "| where | what | what to do |\n| --- | --- | --- |"
    if openly:
        return f"\n### {title} ({number:,})\n\n{table}", ""
    return f"\n<details><summary>{title} ({number:,})</summary>\n\n{table}", "\n</details>"


def _line(row: FindingRow, options: RenderOptions) -> str:
    finding = row.finding
    name = row.resource.name if row.resource is not None else f"account {finding.resource}"
    where = _linked(row, options.source_url)
    found = finding.message.removeprefix(row.title).removeprefix(": ").strip()
    what = f"{prose(row.title)}<br>{code(found, _LONG)}" if found else prose(row.title)
    accepted = finding.accepted
    fix = prose(row.fix) if accepted is None else f"accepted: {code(accepted.reason, _LONG)}"
    control = f"[{prose(finding.control)}](<{row.source}>)" if _is_page(row.source) else code(finding.control)
    return f"| {code(name)}<br>{where} | {what} | {fix} {control} |"


def _is_page(address: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>|\\]+", address) is not None


def _linked(row: FindingRow, source_url: str) -> str:
    """``file:line``, as a link where the file's address on the web is known."""
    file, line = row.finding.declared.file, row.finding.declared.line
    shown = code(place(row), _NAME, keep_end=True)
    path = posixpath.normpath(file.replace("\\", "/"))
    if not source_url or row.resource is None or path.startswith(("/", "..")) or file == "-":
        return shown
    anchor = f"#L{line}" if line else ""
    return f"[{shown}](<{quote(source_url, safe='/:?&=%@+~')}/{quote(path)}{anchor}>)"


# text ----------------------------------------------------------------------------------------------------------------


def code(text: str, limit: int = _NAME, *, keep_end: bool = False) -> str:
    """Text from the estate as a code span, in tables too: fenced by more backticks than it holds, cut to ``limit``."""
    shown = safe(text).replace("|", "¦").strip() or "–"
    if len(shown) > limit:
        shown = "…" + shown[1 - limit :] if keep_end else shown[: limit - 1] + "…"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """The catalogue's text with nothing in it that Markdown, HTML or GitHub would read as more than text."""
    shown = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", shown).replace("@", "@&#8203;")
