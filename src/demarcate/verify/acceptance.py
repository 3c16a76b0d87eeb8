"""Acceptances that stand in the template itself: a control, and the reason why its finding is lived with.

.. code-block:: yaml

    Metadata:
      demarcate:
        accept:
          - {control: s3-access-logs, reason: Holds the logs themselves, owner: platform, until: 2027-06-30}
"""

from collections.abc import Mapping

from demarcate.model import Acceptance, Resource, Skipped, Value

__all__ = ["Acceptance", "acceptances_of"]


def acceptances_of(resource: Resource, asof: str) -> tuple[Mapping[str, Acceptance], tuple[Skipped, ...]]:
    """The acceptances of a resource by control id, and those that do not count: without a reason, or past their end."""
    entries = _entries(resource.attributes.get("Metadata"))
    if not entries:
        return {}, ()
    found: dict[str, Acceptance] = {}
    skipped: list[Skipped] = []
    declared = resource.declared
    where = f"{declared.file}:{declared.line}" if declared.line else declared.file
    for entry in entries:
        control, reason, until = (_text(entry, key) for key in ("control", "reason", "until"))
        what = f"acceptance of {control or 'no control'} on {resource.name}"
        if not control or not reason:
            skipped.append(Skipped(where, what, "an acceptance names its control and its reason", "error"))
        elif until and until < asof:
            skipped.append(Skipped(where, what, f"it ended on {until}"))
        else:
            found[control] = Acceptance(reason=reason, owner=_text(entry, "owner"), until=until)
    return found, tuple(skipped)


def _entries(metadata: Value) -> list[Mapping[str, Value]]:
    block = metadata.get("demarcate") if isinstance(metadata, dict) else None
    entries = block.get("accept") if isinstance(block, dict) else None
    if isinstance(entries, dict):
        entries = [entries]
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def _text(entry: Mapping[str, Value], key: str) -> str:
    value = entry.get(key)
    return str(value).strip() if isinstance(value, str | int) else ""
