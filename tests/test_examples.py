"""The two web shops of examples/: the hardened one has nothing left to do, the other one's mistakes are found."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from demarcate import ReadOptions, assess, read
from demarcate.api import assess_estate
from demarcate.config import read_config
from demarcate.model import Finding, Ledger, LedgerResource, Outcome, Status
from demarcate.verify import VerifyOptions

EXAMPLES = Path(__file__).parent.parent / "examples"
PROFILES = ("strict", "baseline")
ACCEPTED_AT_MOST = 5

# what is wrong with examples/webshop: (resource, control)
MISTAKES = [
    ("Data/DatabaseSecret", "secretsmanager-secret-rotated"),
    ("Data/Database", "rds-aurora-postgres-forces-tls"),
    ("Data/Database", "rds-cluster-iam-authentication"),
    ("Data/Database", "rds-cluster-managed-password"),
    ("Data/DatabaseReader", "rds-instance-enhanced-monitoring"),
    ("Data/Exports", "s3-bucket-blocks-public-access"),
    ("Data/Exports", "s3-bucket-versioned"),
    ("Data/ExportsPolicy", "s3-bucket-policy-not-public"),
    ("Data/Logs", "s3-bucket-versioned"),
    ("Data/Media", "s3-bucket-requires-tls"),
    ("Data/Orders", "dynamodb-table-deletion-protection"),
    ("Data/Orders", "dynamodb-table-point-in-time-recovery"),
    ("Data/ReportingDatabase", "ec2-instance-volumes-encrypted"),
    ("Data/ReportingSecurityGroup", "ec2-security-group-databases-not-open"),
    ("Data/ReportingSecurityGroup", "ec2-security-group-ssh-not-open"),
    ("Edge/Customers", "cognito-user-pool-mfa-offered"),
    ("Edge/Customers", "cognito-user-pool-password-policy"),
    ("Edge/Distribution", "cloudfront-access-logging"),
    ("Edge/Distribution", "cloudfront-origin-https"),
    ("Edge/Distribution", "cloudfront-viewer-https"),
    ("Network/Vpc", "ec2-vpc-flow-logs"),
    ("Services/Balancer", "elasticloadbalancingv2-access-logs"),
    ("Services/Operators", "sns-topic-encrypted"),
    ("Services/Plain", "elasticloadbalancingv2-http-redirected"),
    ("Services/Shop", "ecs-service-deployment-fails-safe"),
    ("Services/ShopTask", "ecs-task-image-tag"),
    ("Services/ShopTask", "ecs-task-no-secrets-in-environment"),
    ("Services/ShopTask", "ecs-task-user-not-root"),
]


@cache
def _ledger(shop: str, profile: str = "strict", account: str | None = None) -> Ledger:
    return assess(EXAMPLES / shop, region="us-east-1", account=account, profile=profile)


def _not_satisfied(ledger: Ledger) -> list[Finding]:
    return [each for each in ledger.findings if each.outcome == Outcome.NOT_SATISFIED]


def _stores(ledger: Ledger) -> list[LedgerResource]:
    return [each for each in ledger.resources if each.holds]


@pytest.mark.parametrize("account", [None, "111122223333"])
@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_left_to_do_in_the_hardened_shop(profile, account):
    left = [each for each in _not_satisfied(_ledger("webshop-hardened", profile, account)) if each.accepted is None]
    assert [(each.id, each.message) for each in left] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_staging_is_hardened_too(profile):
    ledger = assess(EXAMPLES / "webshop-hardened", region="us-east-1", profile=profile, parameters={"Stage": "staging"})
    assert [each.id for each in _not_satisfied(ledger) if each.accepted is None] == []


def test_little_is_accepted_in_the_hardened_shop_and_each_has_a_reason():
    ledger = _ledger("webshop-hardened", "strict", "111122223333")
    accepted = [each.accepted for each in _not_satisfied(ledger) if each.accepted is not None]
    assert 0 < len(accepted) <= ACCEPTED_AT_MOST
    assert all(each.reason and each.owner for each in accepted)


@pytest.mark.parametrize("shop", ["webshop", "webshop-hardened"])
def test_every_resource_is_read(shop):
    ledger = _ledger(shop)
    assert [each for each in ledger.skipped if each.level == "error"] == []
    assert all(each.offering for each in ledger.resources)


def test_every_template_of_the_hardened_shop_declares_something():
    declaring = {Path(each.declared.file).name for each in _ledger("webshop-hardened").resources}
    assert declaring == {each.name for each in (EXAMPLES / "webshop-hardened").glob("*.yaml")}


@pytest.mark.parametrize(("resource", "control"), MISTAKES)
def test_the_mistake_is_found(resource, control):
    ledger = _ledger("webshop")
    (found,) = [each.id for each in ledger.resources if each.name == resource]
    (outcome,) = [each.outcome for each in ledger.findings if each.resource == found and each.control == control]
    assert outcome == Outcome.NOT_SATISFIED


def test_each_store_of_the_hardened_shop_is_classified():
    config, folder = read_config(str(EXAMPLES / "webshop-hardened.config.yaml"), {})
    estate = read([str(EXAMPLES / "webshop-hardened")], ReadOptions(region="us-east-1"))
    ledger = assess_estate(estate, options=VerifyOptions(stewardship=config.stewardship(folder)))
    assert [each.name for each in _stores(ledger) if each.classification is None] == []
    stores = {each.id for each in _stores(ledger)}
    duties = [each for each in ledger.duties if each.resource in stores and each.responsibility == "customer-data"]
    assert {each.status for each in duties} == {Status.SATISFIED}


def test_no_store_of_the_other_shop_is_classified():
    stores = _stores(_ledger("webshop"))
    assert len(stores) >= 10
    assert [each.name for each in stores if each.classification is not None] == []


@pytest.mark.parametrize("shop", ["webshop", "webshop-hardened"])
def test_the_same_templates_give_the_same_bytes(shop):
    command = [sys.executable, "-m", "demarcate", "assess", f"examples/{shop}", "--format", "json"]
    first, second = (
        subprocess.run(
            [*command, "--fail-on", "never", "--profile", "strict", "--region", "us-east-1"],
            cwd=EXAMPLES.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert json.loads(first)["summary"]["findings"]["satisfied"] > 0
