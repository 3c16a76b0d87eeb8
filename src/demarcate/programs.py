"""A resource type's expressions, compiled once into one piece of code: its offering, and what its controls find."""

import marshal
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import msgspec

from demarcate import cache
from demarcate.catalog import Catalog
from demarcate.errors import ExpressionError
from demarcate.expressions import Subject
from demarcate.expressions.loading import load
from demarcate.model import Control, Value

if TYPE_CHECKING:
    from demarcate.expressions import Writer

_FORMAT: Final = b"program 3"
_RELATED: Final = re.compile(r"""related\(\s*['"]([\w:]+)['"]""")


class Program(msgspec.Struct, frozen=True):
    """What is compiled for a type.

    ``whens`` gives the truth of an offering's ``when``; ``assess(subject, wanted, params, out)`` appends, for each
    of the ``controls`` whose position is in ``wanted``, (position, outcome, the deciding item's path) to ``out``:
    ``True``, ``False``, an :class:`Unknown`, or ``None`` where the control does not apply. ``reads`` are the property
    paths that decide a control, by position.
    """

    whens: Mapping[str, Callable[[Subject], Value]]
    assess: Callable[
        [Subject, frozenset[int], Mapping[int, Mapping[str, Any]], list[tuple[int, Value, str | None]]], None
    ]
    controls: tuple[Control, ...]
    reads: tuple[tuple[str, ...], ...]


_programs: WeakKeyDictionary[Catalog, dict[str, Program]] = WeakKeyDictionary()


def program(type_name: str, data: Catalog) -> Program:
    """The program of a type of the catalogue; read from the cache on disk where that holds it.

    Raises :class:`ExpressionError` for an expression outside the documented subset.
    """
    known = _programs.setdefault(data, {})
    if type_name not in known:
        known[type_name] = _make(type_name, data)
    return known[type_name]


def _make(type_name: str, data: Catalog) -> Program:
    whens = {each.id: each.when for each in data.offerings_of(type_name) if each.when is not None}
    controls = data.controls_of(type_name)
    texts = [(each.id, each.when, each.unless, each.expect) for each in controls]
    defaults = data.defaults_of(type_name)
    all_texts = [*whens.values(), *(text for each in texts for text in each if text)]
    settings = sorted({name for text in all_texts for name in _RELATED.findall(text)})
    configured = [[each, list(entry.of)] for each in settings if (entry := data.type_entry(each)) is not None]
    described = msgspec.json.encode(
        [type_name, whens, texts, [[*key, value] for key, value in defaults.items()], configured]
    )
    name = cache.key_of(_FORMAT, described)
    stored = cache.get(name)
    unit = _unpacked(stored) if stored is not None else None
    if unit is None:
        unit = _compile(type_name, whens, controls, defaults, data)
        cache.put(name, marshal.dumps(unit))
    code, reads = unit
    functions = load(code)
    names = {offering: f"when{number}" for number, offering in enumerate(whens)}
    return Program(
        whens={offering: functions[function] for offering, function in names.items()},
        assess=functions["assess"],  # type: ignore[arg-type]
        controls=controls,
        reads=reads,
    )


def _unpacked(stored: bytes) -> tuple[Any, tuple[tuple[str, ...], ...]] | None:
    try:
        code, reads = marshal.loads(stored)  # noqa: S302 (from a folder that only this user can write)
    except (ValueError, EOFError, TypeError):
        return None
    return code, reads


def _compile(
    type_name: str,
    whens: Mapping[str, str],
    controls: tuple[Control, ...],
    defaults: Mapping[tuple[str, str], str],
    data: Catalog,
) -> tuple[Any, tuple[tuple[str, ...], ...]]:
    from demarcate.expressions.codegen import Writer, compiled, function_source

    source = ""
    for number, (offering, text) in enumerate(whens.items()):
        writer = Writer(type_name, configures=data.configures)
        result = writer.value(text, offering)
        source += function_source(f"when{number}", "s", [*writer.body(), f"return {result}"])
    writer = Writer(type_name, defaults, data.configures)
    reads = tuple(_write_control(writer, number, each) for number, each in enumerate(controls))
    source += function_source("assess", "s, wanted, params, out", writer.body())
    try:
        return compiled(source, type_name), reads
    except (SyntaxError, RecursionError) as error:
        raise ExpressionError(f"its controls do not compile: {error}", type_name) from error


def _write_control(writer: "Writer", number: int, control: Control) -> tuple[str, ...]:
    """One control: an undecided ``when`` or ``unless`` leaves the outcome undecided, unless the other rules it out."""
    writer.reads.clear()
    result = f"r{number}"
    with writer.block(f"if {number} in wanted:"):
        writer.emit("s.at = None")
        writer.emit(f"s.params = params.get({number}, {{}})")
        applies = "True"
        if control.when is not None:
            applies = writer.value(control.when, f"{control.id}: when")
        if control.unless is not None:
            excluded = writer.value(control.unless, f"{control.id}: unless")
            applies = writer.value_of_and(applies, f"negation({excluded})")
        with writer.block(f"if {applies} is True or type({applies}) is Unknown:"):
            writer.emit("s.at = None")
            expected = writer.value(control.expect, f"{control.id}: expect")
            writer.emit(f"{result} = {expected} if type({expected}) is Unknown else {expected} is True")
            with writer.block(f"if type({applies}) is Unknown:"):
                writer.emit(f"{result} = {applies}")
        with writer.block("else:"):
            writer.emit(f"{result} = None")
        writer.emit(f"out.append(({number}, {result}, s.at))")
    return tuple(writer.reads)
