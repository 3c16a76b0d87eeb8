"""A folder with a template and a catalogue of one's own, for every test of the command line."""

import gc

import pytest
from tests.catalogs import VAULT, service_file

QUEUE = """
Parameters: {Sse: {Type: String}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: !Ref Sse}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "queue.yaml").write_text(QUEUE)
    (tmp_path / "vault.yaml").write_text(VAULT)
    service_file(tmp_path / "acme")
    yield
    gc.enable()
