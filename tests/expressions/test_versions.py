"""Versions against the dates of ``lifecycle.yaml``."""

from datetime import date

import pytest

from demarcate.expressions.functions.versions import NO_END, end_of_support, lifecycle, supported
from demarcate.model import Unknown

DAY = "2026-11-25"
PRODUCTS = lifecycle().products


@pytest.mark.parametrize(
    ("product", "version", "end"),
    [
        ("lambda-runtime", "python3.9", "2025-12-15"),
        ("lambda-runtime", "nodejs22.x", "2027-04-30"),
        ("lambda-runtime", "provided.al2", "2026-07-31"),
        ("eks", "1.33", "2026-07-29"),
        ("eks", " 1.35 ", "2027-03-27"),
        ("postgres", "16", "2029-02-28"),
        ("postgres", "16.4", "2029-02-28"),
        ("postgres", "9.6.24", "2022-04-30"),
        ("mysql", "8.0.39", "2026-07-31"),
        ("mariadb", "10.11.8", "2028-02-29"),
        ("oracle-ee", "12.1.0.2.v23", "2022-07-31"),
        ("oracle-se2-cdb", "19.0.0.0.ru-2025-01.rur-2025-01.r1", NO_END),
        ("sqlserver-se", "15.00.4236.7.v1", NO_END),
        ("sqlserver-web", "12.00.6449.1.v1", "2024-06-01"),
        ("aurora-postgresql", "15.4", "2028-02-29"),
        ("aurora-mysql", "5.7.mysql_aurora.2.11.4", "2024-10-31"),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.0", "2028-04-30"),
        ("docdb", "5.0.0", NO_END),
        ("neptune", "1.2.0.2.R6", "2026-11-30"),
        ("redis", "6.2", "2027-01-31"),
        ("opensearch", "OpenSearch_2.9", "2025-11-07"),
        ("opensearch", "2.11", "2027-11-07"),
        ("elasticsearch", "Elasticsearch_7.10", "2027-11-07"),
        ("kafka", "3.7.x.kraft", "2026-09-01"),
        ("kafka", "2.8.2.tiered", "2024-09-11"),
        ("activemq", "5.17.6", "2025-06-16"),
        ("rabbitmq", "3.13", NO_END),
        ("emr", "emr-7.10.0", "2027-08-15"),
        ("glue", "2.0", "2024-01-31"),
        ("synthetics", "syn-python-selenium-5.1", "2026-02-03"),
        ("ecs-platform", "LATEST", NO_END),
        ("amazon-linux", "2018.03", "2023-12-31"),
        ("amazon-linux", "2023", "2029-06-30"),
    ],
)
def test_end_of_support(product: str, version: str, end: str) -> None:
    assert end_of_support(product, version) == end


@pytest.mark.parametrize(
    ("product", "version", "outcome"),
    [
        ("lambda-runtime", "python3.13", True),
        ("lambda-runtime", "python3.9", False),
        ("lambda-runtime", "go1.x", False),
        ("eks", 1.34, True),
        ("eks", "1.32", False),
        ("postgres", 13, False),
        ("postgres", "17.2", True),
        ("mysql", "8.4.3", True),
        ("mysql", "8.0.39", False),
        ("redis", "7.1", True),
        ("kafka", "3.9.x", True),
        ("ecs-platform", "1.3.0", False),
        ("glue", "5.0", True),
    ],
)
def test_supported_on_the_day_of_the_data(product: str, version: object, outcome: bool) -> None:
    assert supported(product, version, DAY) is outcome


@pytest.mark.parametrize(
    ("product", "version"),
    [
        ("lambda-runtime", "cobol1.x"),
        ("eks", "1.5"),
        ("postgres", "99.1"),
        ("emr", "emr-1.0.0"),
        ("opensearch", "OpenSearch_99.0"),
        ("ecs-platform", "1.0.0"),
        ("no-such-product", "1.0"),
    ],
)
def test_a_version_not_in_the_data_is_unknown(product: str, version: str) -> None:
    assert end_of_support(product, version) is None
    outcome = supported(product, version, DAY)
    assert isinstance(outcome, Unknown)
    assert version in outcome.why
    assert lifecycle().as_of in outcome.why


@pytest.mark.parametrize("version", [None, True, ["16"], {"v": "16"}])
def test_what_is_no_version_is_unknown(version: object) -> None:
    assert isinstance(supported("postgres", version, DAY), Unknown)


def test_an_unknown_version_stays_the_same_unknown() -> None:
    version = Unknown("a parameter without a default")
    assert supported("postgres", version, DAY) is version


@pytest.mark.parametrize(
    ("asof", "outcome"),
    [("2026-02-27", True), ("2026-02-28", True), ("2026-03-01", False), ("2020-01-01", True), ("2099-01-01", False)],
)
def test_asof_moves_the_outcome_and_the_last_day_still_counts(asof: str, outcome: bool) -> None:
    assert supported("postgres", "13.15", asof) is outcome


def test_without_a_published_end_no_day_is_too_late() -> None:
    assert supported("docdb", "5.0.0", "2099-01-01") is True


def test_the_day_of_the_data_is_a_date() -> None:
    assert date.fromisoformat(lifecycle().as_of).isoformat() == lifecycle().as_of == DAY


@pytest.mark.parametrize("key", PRODUCTS)
def test_every_end_is_an_iso_date_or_none(key: str) -> None:
    ends = PRODUCTS[key].ends
    assert ends
    for version, end in ends.items():
        assert end == NO_END or date.fromisoformat(end).isoformat() == end, version


@pytest.mark.parametrize("key", PRODUCTS)
def test_every_product_has_an_https_source_of_aws(key: str) -> None:
    assert PRODUCTS[key].source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/"))
    assert PRODUCTS[key].confidence in (None, "unverified")


@pytest.mark.parametrize("key", PRODUCTS)
def test_every_version_in_the_data_can_be_looked_up(key: str) -> None:
    for version, end in PRODUCTS[key].ends.items():
        assert end_of_support(key, version) == end, version


@pytest.mark.parametrize("key", ["opensearch", "elasticsearch"])
def test_search_engines_have_the_same_ends_with_and_without_the_prefix(key: str) -> None:
    prefix = {"opensearch": "OpenSearch_", "elasticsearch": "Elasticsearch_"}[key]
    ends = PRODUCTS[key].ends
    bare = {version: end for version, end in ends.items() if not version.startswith(prefix)}
    assert ends == bare | {prefix + version: end for version, end in bare.items()}


def test_the_editions_of_an_engine_agree() -> None:
    assert len({tuple(PRODUCTS[f"sqlserver-{edition}"].ends.items()) for edition in ("ee", "se", "ex", "web")}) == 1
    for edition in ("oracle-ee", "oracle-se2"):
        assert PRODUCTS[f"{edition}-cdb"].ends.items() <= PRODUCTS[edition].ends.items()
