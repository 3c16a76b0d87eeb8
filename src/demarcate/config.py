"""The user's own settings, ``demarcate.yaml``: what the templates do not say of the estate."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from demarcate.catalog.yaml_files import load
from demarcate.errors import InputError
from demarcate.verify.stewardship import Stewardship

FILE_NAME: Final = "demarcate.yaml"
"""The file that is read from the working directory where no other is named."""
FOUND_BY_MACIE: Final = "restricted"
"""The level of a bucket in which Macie found sensitive data."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``profile`` names a built-in profile or a file; ``classification`` says where a store's level comes from;
    ``account_settings`` maps an account knob's id to its value; ``macie_findings`` is a file as ``aws macie2
    get-findings`` prints it."""

    profile: str = "baseline"
    classification: Stewardship = Stewardship()
    account_settings: Mapping[str, Any] = {}
    macie_findings: str | None = None

    def stewardship(self, folder: Path) -> Stewardship:
        """The classification rules, with what Macie found; ``folder`` is where the config stands.

        Raises :class:`InputError` if the findings cannot be read.
        """
        if self.macie_findings is None:
            return self.classification
        found = {**self.classification.found, **macie_levels(folder / self.macie_findings)}
        return msgspec.structs.replace(self.classification, found=found)


def read_config(name: str | None, knobs: Mapping[str, Any]) -> tuple[Config, Path]:
    """The config of a file, or of ``demarcate.yaml`` here if there is one, or the defaults; and the folder it is in.

    Raises :class:`InputError` for a file that is not there or that sets a knob which is not among ``knobs``.
    """
    file = Path(name or FILE_NAME)
    if not file.is_file():
        if name is not None:
            raise InputError("no such config file", name, "name a file, or leave --config out")
        return Config(), Path()
    found = load(file, Config, "docs/profiles.md")
    for knob in sorted(found.account_settings.keys() - knobs.keys()):
        raise InputError(f"no account setting {knob!r}", str(file), "see 'demarcate explain' for their names")
    for rule in found.classification.names:
        try:
            re.compile(rule.match)
        except re.error as error:
            raise InputError(f"classification: {rule.match!r} is no regular expression: {error}", str(file)) from None
    return found, file.parent


def macie_levels(file: Path) -> Mapping[str, str]:
    """The buckets in which Macie found sensitive data, with their level. Raises :class:`InputError`."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        findings = raw["findings"] if isinstance(raw, dict) else raw
        names = {
            each["resourcesAffected"]["s3Bucket"]["name"]
            for each in findings
            if str(each.get("type", "")).startswith("SensitiveData") and not each.get("archived", False)
        }
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(file)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"not Macie findings: {error!r}", str(file), "write it with 'aws macie2 get-findings'"
        ) from None
    return dict.fromkeys(sorted(names), FOUND_BY_MACIE)
