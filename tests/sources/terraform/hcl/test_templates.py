"""Heredocs and template files: white space to the letter, as Go's evaluator has it."""

from pathlib import Path

import pytest

from demarcate.sources.terraform.hcl.reader import read_folder

tfparse = pytest.importorskip("tfparse")

TEMPLATES = {
    "plain": "<<EOT\na\n  b\nEOT",
    "empty": "<<EOT\nEOT",
    "marks": '<<EOT\n"q" $${x} %%{y} \\n $ %\nEOT',
    "value": "<<EOT\na ${local.x} b\n${local.x}\nEOT",
    "indented": "<<-EOT\n    a\n      b\n    c\n    EOT",
    "indented_blank": "<<-EOT\n    a\n\n      b\n    EOT",
    "indented_value_first": "<<-EOT\n    ${local.x}\n      b ${local.x}\n    EOT",
    "indented_less": "<<-EOT\n      a\n  b\n    c\n  EOT",
    "indented_none": "<<-EOT\na\n  b\nEOT",
    "indented_end": "<<-EOT\n    a\n  EOT",
    "tabs": "<<-EOT\n\t\ta\n\t\t\tb\n\tEOT",
    "if": "<<EOT\n%{ if true }\na\n%{ else }\nb\n%{ endif }\nEOT",
    "if_stripped": "<<EOT\n%{ if true ~}\na\n%{ else ~}\nb\n%{ endif ~}\nEOT",
    "for": "<<EOT\n%{ for x in local.l }\n${x}\n%{ endfor }\nEOT",
    "for_stripped": "<<EOT\nstart\n%{ for x in local.l ~}\n  - ${x}\n%{ endfor ~}\nend\nEOT",
    "for_indented": "<<-EOT\n    start\n    %{ for i, x in local.l ~}\n      - ${i} ${x}\n    %{ endfor ~}\n    end\n    EOT",
    "both_stripped": "<<EOT\na\n  ${~ local.x ~}  \n  b\nEOT",
    "nested": '<<EOT\n%{ for x in local.l }%{ if x == "p" }P%{ else }${x}%{ endif }%{ endfor }\nEOT',
    "json": '<<EOT\n{\n  "a": "${local.x}",\n  "b": ${jsonencode(local.l)}\n}\nEOT',
    "quote": '"%{ for x in local.l ~} ${x} %{~ endfor }"',
    "unicode": "<<EOT\né ☃\n  ${local.x}\nEOT",
}
FILES = {
    "hello ${name}\n": "hello n\n",
    "%{ for x in items ~}\n  - ${x}\n%{ endfor ~}\nend\n": "  - a\n  - b\nend\n",
    "no end of line ${name}": "no end of line n",
    '{"a": "${name}", "l": ${jsonencode(items)}, "esc": "$${x}", "nl": "\\n"}\n': (
        '{"a": "n", "l": ["a","b"], "esc": "${x}", "nl": "\\n"}\n'
    ),
    "": "",
    "\n\n  ${name}  \n\n": "\n\n  n  \n\n",
    '%{ if name == "n" }yes%{ endif }\nDEMARCATE_END\n': "yes\nDEMARCATE_END\n",
    "$${name} %%{name}": "${name} %{name}",
}


def test_white_space(tmp_path: Path) -> None:
    text = 'locals {\n  x = "X"\n  l = ["p", "q"]\n}\n'
    for name, template in TEMPLATES.items():
        text += f'resource "aws_x" "{name}" {{\n  v = {template}\n}}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    loaded = tfparse.load_from_path(str(tmp_path), stop_on_hcl_error=True)
    theirs = {each["__tfmeta"]["path"].split(".")[1]: each.get("v") for each in loaded["aws_x"]}
    (mine,) = read_folder(tmp_path, variables={}, environment={}, named="d")
    assert {each.name: each.values["v"] for each in mine.instances} == theirs
    assert len(theirs) == len(TEMPLATES)


@pytest.mark.parametrize(("content", "expected"), FILES.items())
def test_template_files(content: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "x.tpl").write_text(content, encoding="utf-8")
    call = 'templatefile("${path.module}/x.tpl", { name = "n", items = ["a", "b"] })'
    (tmp_path / "main.tf").write_text(f'resource "aws_x" "x" {{\n  v = {call}\n}}\n', encoding="utf-8")
    (mine,) = read_folder(tmp_path, variables={}, environment={}, named="d")
    assert mine.instances[0].values["v"] == expected
