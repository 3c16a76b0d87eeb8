"""What all OSCAL documents share: metadata, roles and parties, sources in the back matter, components, the encoding."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec

from demarcate.catalog import ACCOUNT_OFFERING, Catalog
from demarcate.model import Ledger, LedgerResource
from demarcate.report import nist
from demarcate.report.formats import RenderOptions, timestamp
from demarcate.report.oscal.text import href, line, markup, uuid_of

Json: TypeAlias = dict[str, Any]

OSCAL_VERSION: Final = "1.2.3"
OSCAL_NS: Final = "http://csrc.nist.gov/ns/oscal"
OWN_NS: Final = "urn:demarcate:oscal"
"""The namespace of the properties that OSCAL has none for."""
PROVIDER: Final = "provider"
CUSTOMER: Final = "customer"
AWS_PARTY: Final = uuid_of("party", "aws")
CUSTOMER_PARTY: Final = uuid_of("party", "customer")


class Builder:
    """One document in the making: the ledger, its controls, and the sources that were cited so far."""

    def __init__(self, ledger: Ledger, data: Catalog, moment: str) -> None:
        self.ledger = ledger
        self.data = data
        self.moment = moment
        self.controls = [each for each in nist.by_control(ledger, data) if nist.oscal_id(each.id)]
        self._resources: dict[str, Json] = {}

        self._system = min((each.account for each in ledger.resources), default="")

    def own(self, *key: str) -> str:
        """The UUID of a subject that is the estate's, not AWS's. Estates are told apart by their first account, so that
        one more resource or Region changes no UUID."""
        return uuid_of("estate", self._system, *key)

    @classmethod
    def of(cls, ledger: Ledger, data: Catalog, options: RenderOptions) -> "Builder":
        """A builder for a ledger."""
        return cls(ledger, data, timestamp(ledger, options))

    def cite(self, url: str, title: str = "", **more: str) -> str:
        """The reference (``#uuid``) to a web page in the back matter, where it stands once; empty if it is no page."""
        address = href(url)
        if not address:
            return ""
        identifier = uuid_of("resource", address)
        if identifier not in self._resources:
            link = {"href": address, **({"media-type": more["media_type"]} if "media_type" in more else {})}
            entry: Json = {"uuid": identifier, "title": markup(title or url), "rlinks": [link]}
            if "remarks" in more:
                entry["remarks"] = markup(more["remarks"])
            self._resources[identifier] = entry
        return f"#{identifier}"

    def links(self, urls: Iterable[str]) -> Json:
        """``links`` to pages, each once, sorted; nothing if there are none."""
        found = sorted({reference for url in set(urls) if (reference := self.cite(url))})
        return {"links": [{"href": each, "rel": "reference"} for each in found]} if found else {}

    def catalogue(self) -> str:
        """The reference to NIST's own catalogue of SP 800-53 Rev. 5 in OSCAL."""
        known = nist.titles()
        return self.cite(known.catalog, f"{known.title} in OSCAL", media_type="application/oscal.catalog+json")

    def encode(self, root: str, title: str, body: Json, version: str = OSCAL_VERSION, **metadata: Any) -> bytes:
        """The document's bytes. Its own UUID follows from its content, as OSCAL wants of every new revision."""
        content: Json = {"metadata": self._metadata(title, version, **metadata), **body}
        if self._resources:
            content["back-matter"] = {"resources": [self._resources[key] for key in sorted(self._resources)]}
        digest = sha256(msgspec.json.encode(content)).hexdigest()
        document = {root: {"uuid": uuid_of("document", root, digest), **content}}
        return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"

    def _metadata(self, title: str, version: str, **more: Any) -> Json:
        tool = self.ledger.tool
        return {
            "title": title,
            "last-modified": self.moment,
            "version": self.moment[:10],
            "oscal-version": version,
            "props": [
                prop("tool", f"{tool.name} {tool.version}"),
                prop("profile", tool.profile),
                *more.pop("props", ()),
            ],
            "roles": [
                {"id": PROVIDER, "title": "Cloud service provider"},
                {"id": CUSTOMER, "title": "Customer of the cloud service provider"},
            ],
            "parties": [
                {"uuid": AWS_PARTY, "type": "organization", "name": "Amazon Web Services", "short-name": "AWS"},
                {"uuid": CUSTOMER_PARTY, "type": "organization", "name": "Customer",
                 "remarks": "To be filled in: the organisation that runs the estate."},
            ],
            "responsible-parties": [
                {"role-id": PROVIDER, "party-uuids": [AWS_PARTY]},
                {"role-id": CUSTOMER, "party-uuids": [CUSTOMER_PARTY]},
            ],
            **more,
        }  # fmt: skip

    def offerings(self) -> list[str]:
        """The offerings that any resource has, and the account's, sorted."""
        found = {each.offering for each in self.ledger.resources}
        if any(each.offering == ACCOUNT_OFFERING for control in self.controls for each in control.parts):
            found.add(ACCOUNT_OFFERING)
        return sorted(found)

    def offering_title(self, offering: str) -> str:
        """``Amazon RDS: Managed database instance``; the id if the catalogue does not have it."""
        if offering == ACCOUNT_OFFERING:
            return "AWS account and organisation"
        found, service = self.data.offering(offering), self.data.service_of(offering)
        return offering if found is None or service is None else f"{service.title}: {found.title}"

    def component(self, offering: str) -> Json:
        """What a component definition and a plan say alike of an offering."""
        found, service = self.data.offering(offering), self.data.service_of(offering)
        title = self.offering_title(offering)
        props = [prop("implementation-point", "external", OSCAL_NS), prop("offering", offering)]
        described = f"{title}, as deployed."
        urls: list[str] = []
        if found is not None and service is not None:
            props += [prop("service-model", found.service_model), prop("boundary", found.boundary)]
            described = f"{title}. Where the line is drawn: {found.because}"
            urls = [found.source or service.documentation]
        return {
            "uuid": component_uuid(offering),
            "type": "service",
            "title": markup(title),
            "description": markup(described),
            "props": props,
            **self.links(urls),
            "responsible-roles": [{"role-id": PROVIDER, "party-uuids": [AWS_PARTY]}],
        }

    def item(self, resource: LedgerResource) -> Json:
        """A resource as an inventory item of the component that its offering is."""
        declared = resource.declared
        props = [
            prop("asset-id", resource.id, OSCAL_NS),
            prop("resource-type", resource.type),
            prop("account", resource.account),
            prop("region", resource.region),
            prop("declared", f"{declared.file}:{declared.line}" if declared.line else declared.file),
        ]
        if resource.classification:
            props.append(prop("classification", resource.classification))
        return {
            "uuid": item_uuid(resource.account, resource.region, resource.id),
            "description": markup(f"{resource.type} {resource.name}"),
            "props": props,
            "implemented-components": [{"component-uuid": component_uuid(resource.offering)}],
        }


def prop(name: str, value: str, namespace: str = OWN_NS, **more: str) -> Json:
    """A property; of ours, unless another namespace is named."""
    return {"name": name, "ns": namespace, "value": line(value), **more}


def component_uuid(offering: str) -> str:
    """The UUID of an offering as a component, in every document."""
    return uuid_of("component", offering)


def item_uuid(account: str, region: str, identifier: str) -> str:
    """The UUID of a resource as an inventory item, in every document."""
    return uuid_of("item", account, region, identifier)


def tally(counts: Mapping[str, int]) -> str:
    """``3 open, 1 satisfied``: what is not 0, the worst first."""
    return ", ".join(f"{counts[each]:,} {each.value}" for each in nist.SEVEREST_FIRST if counts.get(each, 0))
