import io
import json
import os
from types import SimpleNamespace

import pytest
from tests.estates import by_name

from demarcate import assess, read
from demarcate.errors import InputError

GOOD = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"


def test_a_folder_takes_templates_and_counts_the_rest(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "notes.yaml").write_text("just: notes\n")
    (tmp_path / "broken.json").write_text('{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {')
    (tmp_path / "readme.txt").write_text("no template")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.template").write_text(GOOD)
    estate = read([str(tmp_path)])
    assert len(estate.resources) == 2
    levels = {each.where.rpartition("/")[2]: each.level for each in estate.skipped}
    assert levels["broken.json:1"] == "error"
    assert levels["notes.yaml"] == "note"


def test_ids_are_unique_over_all_inputs(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    ids = [each.id for each in read([str(tmp_path / "*.yaml")]).resources]
    assert len(ids) == len(set(ids)) == 2


def test_the_same_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    assert len(read([str(tmp_path / "a.yaml"), str(tmp_path)]).resources) == 1


@pytest.mark.parametrize("path", ["nowhere.yaml", "no/*.yaml", "missing/"])
def test_a_path_that_names_nothing_is_an_error(tmp_path, path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=path.rstrip("/").replace("*", ".")):
        read([path])


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(GOOD.encode())))
    assert [each.name for each in read(["-"]).resources] == ["Q"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(tmp_path, encoding):
    (tmp_path / "a.yaml").write_text(GOOD, encoding=encoding)
    assert len(read([str(tmp_path / "a.yaml")]).resources) == 1


def test_what_is_no_text_is_an_error_with_its_place(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"Resources:\n  \xff\xfe\x00 AWS::\n")
    estate = read([str(tmp_path / "a.yaml")])
    assert not estate.resources
    assert estate.skipped[0].level == "error"


def test_a_file_too_large_is_not_read(tmp_path):
    file = tmp_path / "big.yaml"
    with file.open("wb") as handle:
        handle.truncate(2 * 1024**3)
    estate = read([str(file)])
    assert not estate.resources
    assert "large" in estate.skipped[0].why or "bytes" in estate.skipped[0].why or "MB" in estate.skipped[0].why


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_counted(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(GOOD)
    file.chmod(0)
    assert read([str(file)]).skipped[0].level == "error"


def test_a_fifo_or_a_device_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "a.yaml").write_text(GOOD)
    assert len(read([str(tmp_path)]).resources) == 1


def test_folders_that_are_not_searched_are_counted(tmp_path):
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/a.yaml").write_text(GOOD)
    estate = read([str(tmp_path)])
    assert not estate.resources
    assert [each.why for each in estate.skipped] == ["not searched: other people's or generated files"]


def test_folders_of_any_depth(tmp_path):
    deep = tmp_path.joinpath(*"d" * 800)
    for length in range(1, 801):
        tmp_path.joinpath(*"d" * length).mkdir()
    (deep / "a.yaml").write_text(GOOD)
    assert len(read([str(tmp_path)]).resources) == 1


def test_symbolic_links_in_a_circle(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert len(read([str(tmp_path)]).resources) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", [{"ParameterKey": "Name", "ParameterValue": "x"}]),
        ("p.json", {"Parameters": {"Name": "x"}}),
        ("p.json", {"Name": "x"}),
    ],
)
def test_parameter_files(tmp_path, name, content):
    from demarcate.sources import ReadOptions, parameters_from

    (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "t.yaml").write_text(
        "Parameters: {Name: {Type: String}}\n"
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}}\n"
    )
    options = ReadOptions(parameters=parameters_from([str(tmp_path / name)]))
    assert by_name(read([str(tmp_path / "t.yaml")], options))["Q"].properties == {"QueueName": "x"}
    options = ReadOptions(parameters=parameters_from([str(tmp_path / name), "Name=y=z"]))
    assert by_name(read([str(tmp_path / "t.yaml")], options))["Q"].properties == {"QueueName": "y=z"}


def test_types_outside_of_the_catalogue_are_counted(tmp_path):
    (tmp_path / "t.yaml").write_text(
        "Resources:\n"
        "  A: {Type: 'Custom::Thing'}\n"
        "  B: {Type: 'Datadog::Monitors::Monitor'}\n"
        "  C: {Type: 'AWS::Imaginary::Thing'}\n"
        "  D: {Type: 'My::Org::Thing::MODULE'}\n"
        "  E: {Type: AWS::SQS::Queue}\n"
    )
    ledger = assess(tmp_path / "t.yaml")
    assert [each.name for each in ledger.resources] == ["A", "E"]
    assert sorted(each.why.split(" is ")[1].split(":")[0] for each in ledger.skipped) == [
        "a module",
        "a third party's type",
        "not in this version's CloudFormation schemas",
    ]
