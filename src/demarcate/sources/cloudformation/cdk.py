"""CDK cloud assemblies (``cdk.out/``): the stacks of a manifest, with account, Region and the construct's source."""

import re
from pathlib import Path
from typing import Any, Final

from demarcate.errors import DemarcateError
from demarcate.model import Skipped
from demarcate.sources.cloudformation import Template
from demarcate.sources.document import Document, parse_document
from demarcate.sources.files import InputFile, read_text

_ENVIRONMENT: Final = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>[^/]+)")
MAX_STAGES: Final = 10


def is_manifest(value: Any) -> bool:
    """Whether a parsed document is the manifest of a cloud assembly."""
    return (
        isinstance(value, dict) and isinstance(value.get("artifacts"), dict) and isinstance(value.get("version"), str)
    )


def stacks_of(
    manifest: Document, path: Path, depth: int = 0
) -> tuple[list[Template], dict[tuple[str, str], str], list[Skipped]]:
    """The stacks of an assembly and of the stages inside of it; the user's own code line by (template file, logical
    id) where the manifest holds a trace; and what could not be read."""
    templates: list[Template] = []
    sources: dict[tuple[str, str], str] = {}
    skipped: list[Skipped] = []
    for name, artifact in sorted(manifest.value["artifacts"].items()):
        if not isinstance(artifact, dict):
            continue
        kind, properties = artifact.get("type"), artifact.get("properties")
        where = manifest.where(("artifacts", name))
        if kind == "aws:cloudformation:stack" and isinstance(properties, dict):
            file = path.parent / str(properties.get("templateFile"))
            try:
                document = parse_document(read_text(InputFile(str(file), file, True)), str(file))
            except DemarcateError as error:
                skipped.append(Skipped(error.where or where, f"stack {name}", error.what, "error"))
                continue
            account, region = _environment(artifact.get("environment"))
            stack_name = properties.get("stackName")
            stack_name = stack_name if isinstance(stack_name, str) else name
            templates.append(Template(document, file, account, region, stack_name))
            sources.update(_sources(str(file), _metadata(artifact, path.parent)))
        elif kind == "cdk:cloud-assembly" and isinstance(properties, dict):
            inner = path.parent / str(properties.get("directoryName")) / "manifest.json"
            if depth >= MAX_STAGES:
                skipped.append(Skipped(where, f"stage {name}", "stages nested too deeply", "error"))
                continue
            try:
                document = parse_document(read_text(InputFile(str(inner), inner, True)), str(inner))
            except DemarcateError as error:
                skipped.append(Skipped(error.where or where, f"stage {name}", error.what, "error"))
                continue
            if is_manifest(document.value):
                more, lines, notes = stacks_of(document, inner, depth + 1)
                templates.extend(more)
                sources.update(lines)
                skipped.extend(notes)
    return templates, sources, skipped


def _environment(text: Any) -> tuple[str | None, str | None]:
    match = _ENVIRONMENT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None, None
    return tuple(None if part.startswith("unknown") else part for part in match.groups())  # type: ignore[return-value]


def _metadata(artifact: dict[str, Any], folder: Path) -> dict[str, Any]:
    """An artifact's metadata: in the manifest itself, or in the file that newer CDK versions write beside it."""
    metadata = artifact.get("metadata")
    beside = artifact.get("additionalMetadataFile")
    if not isinstance(metadata, dict) and isinstance(beside, str):
        try:
            file = folder / beside
            metadata = parse_document(read_text(InputFile(str(file), file, True)), str(file)).value
        except DemarcateError:
            return {}
    return metadata if isinstance(metadata, dict) else {}


def _sources(file: str, metadata: dict[str, Any]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for entries in metadata.values():
        for entry in entries if isinstance(entries, list) else ():
            if (
                isinstance(entry, dict)
                and entry.get("type") == "aws:cdk:logicalId"
                and isinstance(entry.get("data"), str)
            ):
                line = _own_line(entry.get("trace"))
                if line is not None:
                    found[file, entry["data"]] = line
    return found


def _own_line(trace: Any) -> str | None:
    """The first line of a stack trace that is the user's own, as ``file:line``."""
    for line in trace if isinstance(trace, list) else ():
        if isinstance(line, str) and "node_modules" not in line and "node:internal" not in line:
            match = re.search(r"([^\s()]+):(\d+):\d+\)?$", line)
            if match is not None:
                return f"{match[1]}:{match[2]}"
    return None
