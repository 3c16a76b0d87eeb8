"""A user's own catalogue folder: one service with a variant, a fallback, and a control."""

from pathlib import Path

ACME = """
service: acme-store
title: Acme Store
namespace: Acme::Store
documentation: https://docs.example.com/store
types:
  Acme::Store::Vault: {role: data-store, holds: documents}
offerings:
  - id: acme-store.bare
    title: Bare vault
    when: Mode == 'bare'
    service_model: iaas
    boundary: virtualization
    because: The customer runs the software.
  - id: acme-store.vault
    title: Vault
    service_model: paas
    boundary: provisioning
    because: Acme runs it.
controls:
  - id: acme-vault-locked
    on: Acme::Store::Vault
    responsibility: authorization
    title: The vault is locked
    expect: Locked == true && Keys >= params.keys
    params: {keys: 2}
    severity: medium
    why: Otherwise anybody opens it.
    fix: Set Locked to true.
    source: https://docs.example.com/store/locks
  - id: acme-vault-sealed
    on: Acme::Store::Vault
    responsibility: key-management
    title: The vault is sealed
    expect: Sealed == true
    severity: low
    profile: strict
    why: A seal shows that nobody opened it.
    fix: Set Sealed to true.
    source: https://docs.example.com/store/seals
"""

VAULT = """
Resources:
  Vault:
    Type: Acme::Store::Vault
    Properties: {Locked: true, Keys: 2, Sealed: false}
"""


def service_file(folder: Path, text: str = ACME, name: str = "acme-store") -> Path:
    """A catalogue folder with one service file; gives the folder."""
    (folder / "services").mkdir(parents=True, exist_ok=True)
    (folder / "services" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
