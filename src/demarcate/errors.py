"""The one exception root. A message says what is wrong, where (``file:line``) and how to mend it."""


class DemarcateError(Exception):
    """Anything that a user or a catalogue author can mend; the command line prints it without a traceback.

    ``what`` is the problem, ``where`` the place (``file``, ``file:line`` or ``""``), ``mend`` what to do, if
    anything.
    """

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(what, where, mend)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.mend})" if self.mend else text


class InputError(DemarcateError):
    """An input file that cannot be read as what it claims to be."""


class CatalogError(DemarcateError):
    """A catalogue file that breaks the catalogue's contract."""


class ExpressionError(DemarcateError):
    """An expression that cannot be parsed; ``where`` names the expression's place."""


class UnknownNameError(DemarcateError):
    """A name that the catalogue does not have; ``suggestions`` holds near ones, best first."""

    def __init__(self, what: str, suggestions: tuple[str, ...] = ()) -> None:
        self.suggestions = suggestions
        super().__init__(what, "", "did you mean " + ", ".join(suggestions) + "?" if suggestions else "")
