"""Compiled expressions into functions: what a run needs of them when all is in the cache."""

from collections.abc import Callable, Mapping
from types import CodeType


def load(code: CodeType) -> Mapping[str, Callable[..., object]]:
    """The functions that generated code defines."""
    from demarcate.expressions import runtime, texts, unknowns

    space: dict[str, object] = {**vars(unknowns), **vars(texts), **vars(runtime)}
    exec(code, space)  # noqa: S102 (code that this module wrote from the catalogue's expressions)
    return space  # type: ignore[return-value]
