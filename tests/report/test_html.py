"""The HTML report's file: its parts, its policy, that nothing ends its data early; and the PDF printed from it."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zlib

import msgspec
import pytest
from bench.html import ledger_of
from tests.browser.hostile import NAMES, hostile_ledger
from tests.report.conftest import ROOT

from demarcate import assess
from demarcate.catalog import catalog
from demarcate.errors import DemarcateError
from demarcate.model import Status
from demarcate.report import html, pdf
from demarcate.report.formats import RenderOptions
from demarcate.report.html.payload import LETTERS, _link

DATA = rb'<script type="application/json" id="report-data" data-form="(plain|deflate)">(.*?)</script>'


def page_of(ledger, data=None, options=None):
    return b"".join(html.render(ledger, data or catalog(), options or RenderOptions()))


def part(pattern, page):
    """The groups of the one place that a pattern matches."""
    found = re.search(pattern, page, re.S)
    assert found is not None
    return found.groups()


def data_of(page):
    form, body = part(DATA, page)
    return json.loads(zlib.decompress(base64.b64decode(body)) if form == b"deflate" else body)


def cells_of(found):
    """Every duty of the page's data: (subject, responsibility) → (party, status)."""
    names = [found["strings"][each] for each in found["resources"]["id"]]
    subjects = names + [found["strings"][name] for _, name in found["subjects"]]
    cells = {}
    for subject, row in zip(subjects, found["duties"]["row"], strict=True):
        for each, letter in zip(found["responsibilities"], found["duties"]["rows"][row], strict=True):
            if letter != "_":
                party, status = divmod(ord(letter) - ord("A"), len(found["statuses"]))
                cells[subject, each["id"]] = (found["parties"][party], found["statuses"][status])
    return cells


def test_every_duty_and_finding_is_in_the_page(shop):
    ledger, _ = shop
    found = data_of(page_of(ledger))
    wanted = {(each.resource, each.responsibility): (each.party, each.status) for each in ledger.duties}
    assert cells_of(found) == wanted
    assert len(wanted) == len(ledger.duties)
    messages = [found["strings"][each] for each in found["findings"]["message"]]
    assert messages == [each.message for each in ledger.findings]
    evidence = [json.loads(found["strings"][each] or "{}") for each in found["findings"]["evidence"]]
    assert evidence == [json.loads(msgspec.json.encode(each.evidence)) for each in ledger.findings]


def test_a_finding_bears_on_its_duty(shop):
    ledger, _ = shop
    found = data_of(page_of(ledger))
    subjects = [found["strings"][each] for each in found["resources"]["id"]]
    subjects += [found["strings"][name] for _, name in found["subjects"]]
    columns = found["findings"]
    of_duty: dict[tuple[str, str], set[str]] = {}
    for number, each in enumerate(ledger.findings):
        duty = subjects[columns["duty"][number]], found["responsibilities"][columns["responsibility"][number]]["id"]
        of_duty.setdefault(duty, set()).add(each.id)
    assert of_duty == {
        (each.resource, each.responsibility): set(each.findings) for each in ledger.duties if each.findings
    }


def test_the_same_ledger_gives_the_same_bytes(shop):
    ledger, _ = shop
    assert page_of(ledger) == page_of(ledger)


def test_the_policy_allows_this_script_and_style_and_nothing_else(shop):
    page = page_of(shop[0])
    policy = part(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0].decode()
    script = part(rb"<script>(.*?)</script>", page)[0]
    style = part(rb"<style>(.*?)</style>", page)[0]
    for name, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_the_page_names_nothing_to_load(shop):
    page = page_of(shop[0])
    page = re.sub(DATA, b"", page, flags=re.S)
    page = re.sub(rb"<script>.*?</script>", b"", page, flags=re.S)
    assert not re.search(rb"\b(src|href)=|@import|url\(", page)


def test_no_name_ends_the_data(tmp_path):
    page = page_of(hostile_ledger(tmp_path))
    assert page.count(b"</script") == 2
    body = part(DATA, page)[1]
    assert b"<" not in body
    assert "\u2028".encode() not in body
    found = data_of(page)
    assert set(NAMES) <= set(found["strings"])


def test_a_large_report_is_deflated(thousands, monkeypatch):
    ledger, data = thousands
    monkeypatch.setattr(html, "_COMPRESS_FROM", 100_000)
    page = page_of(ledger, data)
    assert part(DATA, page)[0] == b"deflate"
    wanted = {(each.resource, each.responsibility): (each.party, each.status) for each in ledger.duties}
    assert cells_of(data_of(page)) == wanted


def test_five_thousand_resources_stay_under_eight_megabytes(tmp_path):
    ledger = ledger_of(5000, tmp_path)
    page = page_of(ledger)
    assert len(page) < 8_000_000
    assert len(data_of(page)["resources"]["id"]) == len(ledger.resources) == 5000


def test_a_ledger_of_another_catalogue_can_be_shown(vaults):
    found = data_of(page_of(vaults[0], catalog()))
    assert {"acme-store.vault", "acme-store.bare"} <= {each["id"] for each in found["offerings"]}
    assert any(set(each) == {"id"} for each in found["controls"])


def test_an_empty_ledger_can_be_shown(tmp_path):
    (tmp_path / "t.yaml").write_text("Resources: {}\n")
    found = data_of(page_of(assess(tmp_path / "t.yaml")))
    assert found["resources"]["id"] == []


@pytest.mark.parametrize(("url", "kept"), [("https://example.com/tree/main", True), ("javascript:alert(1)", False)])
def test_only_an_https_address_links_to_files(shop, url, kept):
    found = data_of(page_of(shop[0], options=RenderOptions(source_url=url)))
    assert found["sourceUrl"] == (url if kept else "")


def test_sources_are_https(shop):
    found = data_of(page_of(shop[0]))
    links = {found["strings"][cell[2]] for each in found["offerings"] for cell in each["split"] if cell}
    links |= {each["source"] for each in found["responsibilities"]}
    assert links
    assert all(each.startswith("https://") for each in links if each)
    assert _link("http://example.com") == ""


def test_letters_stand_for_every_party_and_status():
    assert len(set(LETTERS.values())) == 3 * len(Status)
    assert all(each.isalpha() for each in LETTERS.values())


def test_what_is_committed_is_what_the_sources_build():
    if shutil.which("npm") is None:
        pytest.skip("no npm")
    done = subprocess.run([sys.executable, "scripts/build_web.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_without_npm_the_check_says_that_it_is_skipped(tmp_path):
    command = [sys.executable, "scripts/build_web.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert done.returncode == 0
    assert done.stdout == "web-check skipped: no npm\n"


def test_a_pdf_is_printed_the_same_each_time(shop):
    try:
        pdf.find_browser()
    except DemarcateError:
        pytest.skip("no Chromium on this machine")
    ledger, data = shop
    first, second = (b"".join(pdf.render(ledger, data, RenderOptions())) for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == second
    assert f"D:{ledger.tool.asof.replace('-', '')}000000".encode() in first


def test_a_pdf_without_a_browser_says_what_to_do(shop, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DEMARCATE_CHROMIUM", raising=False)
    monkeypatch.setattr(pdf, "BROWSERS", ("chromium",))
    with pytest.raises(DemarcateError, match="install Chromium"):
        next(pdf.render(shop[0], shop[1], RenderOptions()))
    monkeypatch.setenv("DEMARCATE_CHROMIUM", "nowhere")
    with pytest.raises(DemarcateError, match="DEMARCATE_CHROMIUM names 'nowhere'"):
        next(pdf.render(shop[0], shop[1], RenderOptions()))


def test_a_browser_that_fails_is_reported(shop, monkeypatch, tmp_path):
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho cannot start >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("DEMARCATE_CHROMIUM", str(program))
    with pytest.raises(DemarcateError, match=r"printed nothing \(exit status 3\): cannot start"):
        next(pdf.render(shop[0], shop[1], RenderOptions()))
