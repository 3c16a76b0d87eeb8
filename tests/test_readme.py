"""The README's Python session runs, and the links of all documents lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_the_session_in_the_readme_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert found.attempted >= 5
    assert found.failed == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [each for each in targets if not (document.parent / each).exists()] == []


def test_controls_named_in_the_documents_exist():
    from demarcate.catalog import catalog

    known = {each.id for service in catalog().services() for each in service.controls}
    text = (ROOT / "docs/profiles.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:s3|sqs|ec2|logs)-[a-z-]+\b", text))
    assert named - known == set()
