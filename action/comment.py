"""Keeps one comment of a pull request up to date with a Markdown file; with Python's standard library alone.

The comment is found again by a hidden marker that names the category. Where the run has no pull request, or its token
may not write (as for a pull request from a fork), that is said and nothing fails: the summary is on the run's page too.

Environment: ``TOKEN``, ``CATEGORY``, ``GITHUB_API_URL``, ``GITHUB_REPOSITORY``, ``GITHUB_EVENT_PATH``.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 65_536
"""The characters that GitHub takes in a comment."""
PAGE: Final = 100
_TRUSTED: Final = ("OWNER", "MEMBER", "COLLABORATOR")
TIMEOUT: Final = 30
"""Seconds that GitHub has to answer a request."""


def main(file: str) -> int:
    """Write the comment; gives the exit status."""
    number = _pull_request()
    if number is None:
        print("No pull request belongs to this run, so there is nothing to comment on.")
        return 0
    comments = f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/{number}/comments"
    category = re.sub(r"[^A-Za-z0-9._/]+", "-", os.environ["CATEGORY"])  # nothing that could end an HTML comment
    marker = f"<!-- demarcate:{category} -->"
    body = {"body": fitting(f"{marker}\n{Path(file).read_text(encoding='utf-8')}")}
    try:
        existing = _existing(comments, marker)
        if existing is None:
            _ask("POST", comments, body)
        else:
            _ask("PATCH", f"repos/{os.environ['GITHUB_REPOSITORY']}/issues/comments/{existing}", body)
    except (urllib.error.URLError, TimeoutError) as error:
        # the numbers 403 and 404 are what a token without the permission gets
        print(
            f"::warning title=Demarcate::The comment could not be written ({error}). It needs 'pull-requests: write'."
        )
    return 0


def fitting(text: str) -> str:
    """The text, cut after a line and marked as cut if it is longer than GitHub takes."""
    if len(text) <= LONGEST:
        return text
    note = "\n\n… cut here; the whole summary is on the page of the run.\n"
    return text[: LONGEST - len(note)].rpartition("\n")[0] + note


def _pull_request() -> int | None:
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    number = (event.get("pull_request") or {}).get("number")
    return int(number) if number is not None else None


def _existing(comments: str, marker: str) -> int | None:
    """The id of the comment that starts with the marker and that somebody wrote who may."""
    page = 1
    while found := _ask("GET", f"{comments}?per_page={PAGE}&page={page}"):
        for each in found:
            # anybody may write the marker, but not keep our comment from being written by that
            trusted = each["user"]["type"] == "Bot" or each["author_association"] in _TRUSTED
            if trusted and each["body"].startswith(marker):
                return int(each["id"])
        page += 1
    return None


def _ask(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the runner says where its GitHub is
        f"{os.environ['GITHUB_API_URL']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
