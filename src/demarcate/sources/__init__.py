"""Sources: files of any supported format to an :class:`Estate`. :func:`read` is the stage's public function."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from demarcate.errors import DemarcateError
from demarcate.model import Declared, Estate, Resource, Skipped, Value
from demarcate.sources import cloudformation
from demarcate.sources.cloudformation import Template, cdk
from demarcate.sources.connections import connect
from demarcate.sources.document import Document, parse_document
from demarcate.sources.files import InputFile, decoded_text, find, read_bytes
from demarcate.sources.shape import shaped
from demarcate.sources.terraform import configuration_of
from demarcate.sources.terraform.instances import Configuration

__all__ = ["ReadOptions", "estate_of_template", "read"]


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How inputs are read: ``parameters`` (name → value, for every template that declares the name, and for variables
    of Terraform's root modules), the ``region`` and ``account`` of inputs that do not say their own, the files of
    Terraform's variables (``var_files``), the ``environment``, of which ``TF_VAR_*`` and ``TF_WORKSPACE`` are read, and
    the folder of the ``configuration`` that Terraform's plans and states come from, so that their resources stand where
    it writes them."""

    parameters: Mapping[str, Any] = {}
    var_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = {}
    configuration: Path | None = None
    region: str | None = None
    account: str | None = None


def read(
    paths: Sequence[str],
    options: ReadOptions | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Estate:
    """The estate that files, folders, globs and ``-`` (standard input) declare.

    ``progress`` is called with the name of each file before it is read. A file that cannot be read is in the estate's
    ``skipped``, and the others go on. Raises :class:`InputError` for a path that names nothing.
    """
    options = options or ReadOptions()
    inputs, skipped = find([paths] if isinstance(paths, str) else paths)
    templates: list[Template] = []
    configurations: list[Configuration] = []
    sources: dict[tuple[str, str], str] = {}
    tops: dict[str, None] = {}
    for file in inputs:
        if file.is_configuration:
            tops[file.top if file.top is not None else _folder_of(file)] = None
            continue
        progress(file.name)
        try:
            templates.extend(_templates(file, options, skipped, sources, configurations))
        except DemarcateError as error:
            mend = f" ({error.mend})" if error.mend else ""
            skipped.append(Skipped(error.where or file.name, "file", error.what + mend, "error"))
    if options.configuration is not None:
        from demarcate.sources.terraform.located import located, written_in

        configurations = [
            located(each, written_in(options.configuration, {**options.parameters, **each.given}, options.environment))
            for each in configurations
        ]
    configurations.extend(_configurations(list(tops), options, progress))
    if tops:
        skipped.extend(_undeclared(configurations, templates, options))
    return _estate(templates, options, progress, sources, skipped, configurations)


def estate_of_template(template: Mapping[str, Any], name: str, options: ReadOptions | None = None) -> Estate:
    """The estate of a template that is in memory; ``name`` stands for its file."""
    options = options or ReadOptions()
    document = Document(name, template, lambda _: 1)
    return _estate([Template(document, None, options.account, options.region)], options)


def _estate(
    templates: list[Template],
    options: ReadOptions,
    progress: Callable[[str], None] = lambda _: None,
    sources: Mapping[tuple[str, str], str] | None = None,
    skipped: Sequence[Skipped] = (),
    configurations: Sequence[Configuration] = (),
) -> Estate:
    resources, notes, _ = cloudformation.read_templates(templates, options.parameters, progress)
    settings: Mapping[str, Mapping[str, Value]] = {}
    if configurations:
        from demarcate.sources.terraform.translate import translate

        translated = translate(configurations, account=options.account, region=options.region)
        resources = [*resources, *translated.resources]
        notes = [*notes, *translated.skipped]
        settings = translated.settings
    by_id: dict[str, Resource] = {}
    for resource in resources:
        if isinstance(resource.properties, dict):
            shaped(resource.type, resource.properties)
        by_id[resource.id] = _with_source(resource, sources) if sources else resource
    return Estate(
        resources=tuple(by_id[key] for key in sorted(by_id)),
        connections=connect(by_id),
        skipped=tuple(sorted({*skipped, *notes})),
        settings=settings,
    )


def _folder_of(file: InputFile) -> str:
    """The folder of a configuration file that the user named, as the user would name it."""
    return file.name[: -len(Path(file.name).name)].rstrip("/") or "."


def _configurations(
    tops: Sequence[str], options: ReadOptions, progress: Callable[[str], None]
) -> Iterator[Configuration]:
    """The configurations of folders, each folder read once even if it lies in another one that is read."""
    if not tops:
        return
    from demarcate.sources.terraform.hcl.reader import read_folder

    known = {top: Path(top).resolve() for top in tops}
    for top, folder in known.items():
        if any(other != folder and other in folder.parents for other in known.values()):
            continue
        progress(top)
        yield from read_folder(
            folder,
            variables=options.parameters,
            environment=options.environment,
            var_files=options.var_files,
            named=top,
        )


def _undeclared(
    configurations: Sequence[Configuration], templates: Sequence[Template], options: ReadOptions
) -> list[Skipped]:
    """The values that were given and nothing declares."""
    from demarcate.sources.terraform.hcl.variables import undeclared

    of_templates = {
        name
        for each in templates
        if isinstance(each.document.value, dict) and isinstance(each.document.value.get("Parameters"), dict)
        for name in each.document.value["Parameters"]
    }
    others = [name for name in options.parameters if name not in of_templates]
    return undeclared([each.variables for each in configurations], others, options.var_files)


def _templates(
    file: InputFile,
    options: ReadOptions,
    skipped: list[Skipped],
    sources: dict[tuple[str, str], str],
    configurations: list[Configuration],
) -> list[Template]:
    data = read_bytes(file)
    from_terraform = configuration_of(data, file.name)
    if from_terraform is not None:
        configurations.append(from_terraform)
        return []
    text = decoded_text(data, file.name)
    if not file.named and not cloudformation.looks_like_template(text):
        skipped.append(Skipped(file.name, "file", "not a CloudFormation template"))
        return []
    document = parse_document(text, file.name)
    if cdk.is_manifest(document.value) and file.path is not None:
        found, lines, notes = cdk.stacks_of(document, file.path)
        sources.update(lines)
        skipped.extend(notes)
        return [msgspec.structs.replace(each, account=each.account or options.account,
                                        region=each.region or options.region) for each in found]  # fmt: skip
    if not cloudformation.is_template(document.value):
        level = "error" if file.named else "note"
        why = (
            "neither a CloudFormation template, nor the manifest of a CDK cloud assembly, nor Terraform's plan or state"
        )
        skipped.append(Skipped(file.name, "file", why, level))
        return []
    return [Template(document, file.path, options.account, options.region)]


def _with_source(resource: Resource, sources: Mapping[tuple[str, str], str]) -> Resource:
    line = sources.get((resource.declared.file, resource.name.rpartition("/")[2]))
    if line is None:
        return resource
    declared: Declared = msgspec.structs.replace(resource.declared, source=line)
    return msgspec.structs.replace(resource, declared=declared)


def parameters_from(arguments: Sequence[str]) -> dict[str, Any]:
    """Parameter values from ``KEY=VALUE`` texts and parameter files (the forms that the AWS CLI, ``deploy`` and
    CodePipeline take), later ones winning. Raises :class:`InputError` for a file of another form."""
    from demarcate.sources.parameters import parameters_of

    found: dict[str, Any] = {}
    for argument in arguments:
        found.update(parameters_of(argument, Path(argument)))
    return found
