"""The formats of reports: what each is called, which module writes it, and what it needs.

A format's module has a function (``render``, if the table does not say otherwise) ::

    render(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterable[bytes]

that gives the report in pieces; a format that writes several files has ``render_files``, which gives pairs of a file
name and its pieces. Modules are imported when their format is asked for.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from demarcate.errors import DemarcateError

if TYPE_CHECKING:
    from demarcate.catalog import Catalog
    from demarcate.model import Ledger

WRITTEN_WIDTH: Final = 120
"""The width, in columns, of a terminal report that goes into a file or a pipe."""


class RenderOptions(NamedTuple):
    """What a user may choose of a report.

    ``timestamp`` is the moment that formats with a time state, ``YYYY-MM-DDTHH:MM:SSZ`` (empty: the start of the day
    that the ledger was assessed for); ``satisfied`` asks formats that list only what is to be done to list what is
    done as well; ``source_url`` is the web address of the folder that the files' paths start from, without a slash at
    its end (empty: no links to files); ``group_by`` how the terminal report groups resources.
    """

    timestamp: str = ""
    satisfied: bool = False
    source_url: str = ""
    group_by: str = "offering"


class Format(NamedTuple):
    """One format: its ``name`` on the command line, the ``module`` under ``demarcate.report`` and the ``function`` in
    it, the usual file ``suffix`` (``/`` for a folder), a line of ``help``, whether its bytes are ``binary``, and the
    Python ``package`` that it needs with the ``extra`` that brings it."""

    name: str
    module: str
    suffix: str
    help: str
    binary: bool = False
    function: str = "render"
    package: str = ""
    extra: str = ""

    @property
    def folder(self) -> bool:
        """Whether the report is a folder of files."""
        return self.suffix == "/"


class MissingPackageError(DemarcateError):
    """A format needs a Python package that is not installed."""

    def __init__(self, name: str, package: str, extra: str) -> None:
        mend = f"pip install 'demarcate[{extra}]'" if extra else f"pip install {package}"
        super().__init__(f"--format {name} needs the package {package}, which is not installed", "", mend)


_TABLE: Final = (
    Format("terminal", "terminal", ".txt", "the picture, tables and findings as text (default)"),
    Format("json", "json_report", ".json", "the whole ledger, demarcate.ledger/1; 'demarcate report' reads it"),
    Format("html", "html", ".html", "one interactive page that needs no network"),
    Format("pdf", "pdf", ".pdf", "the page in print, where Chromium is installed", binary=True),
    Format("xlsx", "xlsx", ".xlsx", "customer responsibility matrix, a workbook", binary=True,
           package="xlsxwriter", extra="xlsx"),
    Format("markdown", "markdown", ".md", "summary for a pull request, at most 65,536 characters"),
    Format("sarif", "sarif", ".sarif", "SARIF 2.1.0, for code scanning"),
    Format("junit", "junit", ".xml", "JUnit XML, for test reports of CI systems"),
    Format("code-quality", "code_quality", ".json", "Code Quality report, for GitLab's merge requests"),
    Format("csv", "csv_report", ".csv", "a row a duty"),
    Format("csv-findings", "csv_report", ".csv", "a row a finding", function="render_findings"),
    Format("parquet", "parquet", "/", "duties, findings and resources, a file each in a folder", binary=True,
           function="render_files", package="pyarrow", extra="parquet"),
    Format("oscal-component", "oscal", ".json", "OSCAL component-definition of the offerings",
           function="render_component"),
    Format("oscal-ssp", "oscal", ".json", "OSCAL system-security-plan skeleton, AWS leveraged", function="render_ssp"),
    Format("oscal-results", "oscal", ".json", "OSCAL assessment-results of the findings", function="render_results"),
    Format("oscal-srm", "oscal", ".json", "OSCAL shared responsibility model, after NIST's prototype",
           function="render_srm"),
    Format("ocsf", "ocsf", ".jsonl", "OCSF compliance findings, one JSON object a line"),
    Format("asff", "asff", ".json", "AWS Security Finding Format, as batch-import-findings takes it"),
    Format("mermaid", "graph", ".mmd", "graph of the connections for Mermaid", function="render_mermaid"),
    Format("dot", "graph", ".dot", "graph of the connections for Graphviz", function="render_dot"),
)  # fmt: skip

FORMATS: Final = {each.name: each for each in _TABLE}
"""All formats by name, in the order in which they are listed."""


def format_of(name: str) -> Format:
    """The format of a name. Raises :class:`DemarcateError` with the names there are."""
    if name not in FORMATS:
        raise DemarcateError(f"no format {name!r}", "", f"there are {', '.join(FORMATS)}")
    return FORMATS[name]


def available(name: str) -> Format:
    """The format of a name, once it is sure that it can be written here; so that a long run does not end in vain.

    Raises :class:`DemarcateError` if there is no such format, :class:`MissingPackageError` if its package is missing.
    """
    found = format_of(name)
    if found.package and find_spec(found.package) is None:
        raise MissingPackageError(name, found.package, found.extra)
    return found


def render(name: str, ledger: "Ledger", data: "Catalog", options: RenderOptions) -> Iterator[bytes]:
    """A report in a format that is one file. Raises as :func:`available` does, once the first piece is asked for."""
    found = available(name)
    yield from _function(found)(ledger, data, options)


def render_files(
    name: str, ledger: "Ledger", data: "Catalog", options: RenderOptions
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """A report in a format that is a folder: file names with their pieces. Raises as :func:`available` does."""
    found = available(name)
    yield from _function(found)(ledger, data, options)


def _function(found: Format) -> Callable[..., Iterable[Any]]:
    function: Callable[..., Iterable[Any]] = getattr(import_module(f"demarcate.report.{found.module}"), found.function)
    return function


def timestamp(ledger: "Ledger", options: RenderOptions) -> str:
    """The moment that a report states, ``YYYY-MM-DDTHH:MM:SSZ``: the user's, else the start of the assessment's day."""
    if options.timestamp:
        return options.timestamp
    day = ledger.tool.asof
    if not day:
        from demarcate.expressions.functions.versions import lifecycle

        day = lifecycle().as_of
    return f"{day}T00:00:00Z"
