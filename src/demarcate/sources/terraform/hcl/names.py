"""Where a traversal starts: ``var``, ``local``, ``module``, ``data``, ``path``, ``terraform``, a resource."""

from os.path import relpath
from pathlib import Path

from demarcate.model import Unknown, Value
from demarcate.sources.terraform.hcl.scope import Budget, Evaluate, Scope
from demarcate.sources.terraform.hcl.values import EvaluationError

_ONLY_INSIDE = {
    "each": "each stands only where for_each is set",
    "count": "count stands only where count is set",
    "self": "self stands only in provisioners and conditions",
}


def root_of(root: str, names: list[str]) -> tuple[Evaluate, int]:
    """What evaluates the start of a traversal, and how many of the names after its root that takes."""
    if root in _ONLY_INSIDE:
        return _refused(_ONLY_INSIDE[root]), 0
    if root in ("data", "ephemeral"):
        if len(names) < 2:
            return _refused(f"{root} needs a type and a name"), 0
        return _resource(root, names[0], names[1]), 2
    if not names:
        return _refused(f"there is no {root!r} here"), 0
    name = names[0]
    if root in ("var", "local", "module"):
        return _named(root, name), 1
    if root == "path":
        return _path(name), 1
    if root in ("terraform", "tofu"):
        return _terraform(name), 1
    if root == "resource" and len(names) > 1:
        return _resource("managed", name, names[1]), 2
    return _resource("managed", root, name), 1


def _refused(why: str) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        raise EvaluationError(why)

    return evaluate


def _named(root: str, name: str) -> Evaluate:
    if root == "var":
        return lambda scope: scope.module.variable(name)
    if root == "local":
        return lambda scope: scope.module.local(name)
    return lambda scope: scope.module.call(name)


def _resource(mode: str, kind: str, name: str) -> Evaluate:
    return lambda scope: scope.module.resource(mode, kind, name)


def _path(name: str) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        if name in ("root", "cwd"):
            return "." if name == "root" else Unknown("the folder that Terraform is run in", text="${path.cwd}")
        if name == "module":
            return relative(scope.module.folder, scope.module.root_folder)
        raise EvaluationError(f"there is no path.{name}")

    return evaluate


def _terraform(name: str) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        if name == "workspace":
            return scope.module.workspace()
        if name == "applying":
            return Unknown("known only while applying", text="${terraform.applying}")
        raise EvaluationError(f"there is no terraform.{name}")

    return evaluate


def relative(folder: Path, root: Path) -> str:
    """A module's folder as Terraform writes it, relative to the root module: ``.``, ``modules/a``, ``../shared``."""
    return relpath(folder, root).replace("\\", "/")


class _NoModule:
    """Where nothing is declared: the files that hold variables' values."""

    folder = root_folder = Path()
    shown_folder = prefix = ""
    readable: tuple[Path, ...] = ()

    def __init__(self) -> None:
        self.budget = Budget(1_000_000)

    def _refuse(self, name: str) -> Value:
        raise EvaluationError("values of variables refer to nothing else")

    variable = local = call = _refuse

    def kind_of(self, path: tuple[str, ...]) -> str | None:
        return None

    def resource(self, mode: str, kind: str, name: str) -> Value:
        return self._refuse(name)

    def workspace(self) -> Value:
        return self._refuse("")


def nothing() -> Scope:
    """The scope of files that hold variables' values."""
    return Scope(_NoModule(), {})
