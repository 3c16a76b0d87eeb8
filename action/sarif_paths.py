"""Puts a folder before every relative path of a SARIF file: code scanning takes them from the repository's root."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit


def below(folder: str, found: Any, name: str = "") -> Any:
    """A SARIF value with every relative ``uri`` of an artifact's location moved below ``folder``."""
    if isinstance(found, list):
        return [below(folder, each, name) for each in found]
    if not isinstance(found, dict):
        return found
    moved = {key: below(folder, each, key) for key, each in found.items()}
    uri = moved.get("uri")
    if name in ("artifactLocation", "location") and isinstance(uri, str):
        moved["uri"] = uri if urlsplit(uri).scheme or uri.startswith("/") else f"{quote(folder)}/{uri}"
    return moved


if __name__ == "__main__":
    file = Path(sys.argv[1])
    content = below(sys.argv[2], json.loads(file.read_text(encoding="utf-8")))
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
