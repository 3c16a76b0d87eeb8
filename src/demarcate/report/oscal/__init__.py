"""The ledger in OSCAL, NIST's Open Security Controls Assessment Language (JSON).

Four documents: a component definition of the offerings, the skeleton of a system security plan with AWS as the
leveraged system, the assessment's results, and a shared responsibility document after NIST's prototype. The same
subject has the same UUID in all of them, and in every run.
"""

from collections.abc import Iterator

from demarcate.catalog import Catalog
from demarcate.model import Ledger
from demarcate.report.formats import RenderOptions
from demarcate.report.oscal import component, plan, results, shared
from demarcate.report.oscal.document import Builder

__all__ = ["render_component", "render_results", "render_srm", "render_ssp"]


def render_component(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """A ``component-definition`` of the offerings in use, with what AWS and the customer do for each NIST control."""
    yield component.render(Builder.of(ledger, data, options))


def render_ssp(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """A ``system-security-plan`` to be completed: what is inherited from AWS, what is the customer's, and its state."""
    yield plan.render(Builder.of(ledger, data, options))


def render_results(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """``assessment-results``: observations of the checks, findings by NIST control, and risks."""
    yield results.render(Builder.of(ledger, data, options))


def render_srm(ledger: Ledger, data: Catalog, options: RenderOptions) -> Iterator[bytes]:
    """A ``shared-responsibility`` document, after NIST's prototype: what AWS provides and what it leaves to be done."""
    yield shared.render(Builder.of(ledger, data, options))
