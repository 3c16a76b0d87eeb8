"""Companions: resources of Terraform that set properties of another, or attach something to it.

A companion goes to the resource that its argument refers to, or whose name, id or ARN it holds as text. What it sets
wins over what stands inline, and keeps the place where it was declared. Where it is not known whether a companion
exists, or which of several resources it configures, what it sets and they do not is unknown and may be absent: of all
resources of the type, if nothing is known. One whose argument names no resource of its configuration configures
something that was not read, and is noted.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from demarcate.catalog.property_index import name_property
from demarcate.model import Declared, Unknown, Value
from demarcate.sources.terraform.filling import Filler, merge, set_default, store
from demarcate.sources.terraform.instances import Instance
from demarcate.sources.terraform.mapping import Mapped
from demarcate.sources.terraform.references import References, references_in
from demarcate.sources.terraform.rules import Level, level_of, steps_of

if TYPE_CHECKING:
    from demarcate.sources.terraform.translate import Draft

_ALIASES: Final = {"AWS::KMS::Alias": "TargetKeyId", "AWS::Lambda::Alias": "FunctionName"}
"""The types that stand for a resource of another type, and the property that names it."""
_Meant: TypeAlias = "tuple[Draft, bool]"
"""A resource that a companion configures, and whether that is certain."""
_NAMES: Final = ("id", "arn", "name", "bucket", "function_name", "cluster_identifier", "identifier", "key_id")


class Companions:
    """Folds companions into drafts (resource id → drafts of it)."""

    def __init__(
        self,
        drafts: Mapping[str, list["Draft"]],
        references: References,
        note: Callable[[Instance, str], None],
    ) -> None:
        self.drafts = drafts
        self.references = references
        self.note = note
        self._named: dict[tuple[str, str], list[Draft]] | None = None
        self._levels: dict[tuple[str, str, str | None], Level] = {}
        self._of_type: dict[str, list[Draft]] = {}
        self._pointing: dict[tuple[str, str], dict[str | None, list[Draft]]] = {}
        for some in drafts.values():
            for each in some:
                self._of_type.setdefault(each.target.type, []).append(each)

    def fold(self, instance: Instance, entry: Mapped) -> None:
        """Fold one companion, or note why it is not."""
        told = True
        for argument, wanted in entry.only.items():
            value = self.references.resolve(instance.values.get(argument))
            if type(value) is Unknown and wanted is not None:
                told = False
            elif value != wanted:
                return
        parents, why = self._parents(instance, entry)
        if not parents:
            self.note(instance, why)
            return
        for parent, sure in parents:
            certain = sure and told
            self._into(parent, instance, entry, certain=certain and instance.uncertain is None)
            if certain:
                parent.accepted += instance.accepted

    # which ------------------------------------------------------------------------------------------------------------

    def _parents(self, instance: Instance, entry: Mapped) -> tuple[list[_Meant], str]:
        """The resources that a companion configures, each with whether that is certain, or why there are none. Where
        each type has an argument of its own, those of all of them; else those of the first that names any."""
        why = f"configures {' or '.join(entry.parents)} that is not among what was read"
        named: list[_Meant] = []
        possible: list[_Meant] = []
        arguments = entry.parent_arguments()
        several = len(set(arguments.values())) > 1
        for kind, argument in arguments.items():
            value = self.references.resolve(instance.values.get(argument))
            if value is None:
                continue
            found = self._meant(kind, value)
            if type(value) is Unknown and not value.references and not found:
                same = self._of_same_text(kind, value)
                found = [(each, len(same) == 1) for each in same]
                if not found and not (value.text or "").startswith("${data."):  # read from AWS, so not made here
                    possible += [(each, False) for each in self._of_type.get(kind, ())]
            named += found
            if found and not several:
                break
            if isinstance(value, str) and value:
                why = f"configures {value}, a {kind} that is not among what was read"
        if not named and entry.match:
            some, certain = self._matching(instance, entry)
            named = [(each, certain) for each in some]
        return (named + possible if several else named or possible), why

    def _matching(self, instance: Instance, entry: Mapped) -> tuple[list["Draft"], bool]:
        """The resources whose properties equal what the companion says of its parent; those that may equal it, if none
        does."""
        given = {name: self.references.resolve(instance.values.get(each)) for each, name in entry.match.items()}
        wanted = {name: value for name, value in given.items() if value is not None}
        sure: list[Draft] = []
        possible: list[Draft] = []
        for kind in entry.parents:
            for draft in self._candidates(kind, wanted):
                equal = {self._equal(value, draft.properties.get(name), draft) for name, value in wanted.items()}
                if equal == {True}:
                    sure.append(draft)
                elif equal and False not in equal:
                    possible.append(draft)
        return sure or possible, bool(sure)

    def _candidates(self, kind: str, wanted: Mapping[str, Value]) -> list["Draft"]:
        """The resources of a type that may match: if an argument is a reference, those whose property is the same one
        or none, and the resource referred to."""
        best = self._of_type.get(kind, [])
        for name, value in wanted.items():
            only = _only(value)
            if only is None:
                continue
            if (kind, name) not in self._pointing:
                index = self._pointing[kind, name] = {}
                for each in self._of_type.get(kind, ()):
                    index.setdefault(_only(each.properties.get(name)), []).append(each)
            index = self._pointing[kind, name]
            itself = [each for each in self.drafts.get(only, ()) if each.target.type == kind]
            found = {id(each): each for each in (*index.get(only, ()), *index.get(None, ()), *itself)}
            if len(found) < len(best):
                best = list(found.values())
        return best

    def _equal(self, value: Value, own: Value, draft: "Draft") -> bool | None:
        """As :func:`_equal`; a text also equals a reference to the resource whose name it is."""
        found = _equal(value, own, draft)
        if found is None:
            text, name = (value, _only(own)) if isinstance(value, str) else (own, _only(value))
            for each in self.drafts.get(name, ()) if isinstance(text, str) and name is not None else ():
                if any(other is each for other in self._by_name(each.target.type, text)):
                    return True
        return found

    def _meant(self, kind: str, value: Value) -> list[_Meant]:
        if isinstance(value, list):
            return [found for each in value for found in self._meant(kind, each)]
        if isinstance(value, str):
            return [(each, True) for each in self._by_name(kind, value)]
        ids = dict.fromkeys(each.resource for each in references_in(value))
        drafts = [other for name in ids for each in self.drafts.get(name, ()) for other in self._behind(kind, each)]
        certain = len(drafts) == 1 and type(value) is Unknown and not value.maybe_absent
        return [(each, certain) for each in drafts]

    def _behind(self, kind: str, draft: "Draft") -> list["Draft"]:
        """The resource itself, or what an alias of one stands for, if it is of a type."""
        if draft.target.type == kind:
            return [draft]
        of = _only(draft.properties.get(_ALIASES.get(draft.target.type, "")))
        return [each for each in self.drafts.get(of or "", ()) if each.target.type == kind]

    def _of_same_text(self, kind: str, value: Unknown) -> list["Draft"]:
        """The resources whose name is not known either, but is written as the same expression."""
        own = name_property(kind)
        if own is None or value.text is None or "each." in value.text or "count." in value.text:
            return []
        named = ((each, each.properties.get(own)) for each in self._of_type.get(kind, ()))
        return [each for each, name in named if type(name) is Unknown and name.text == value.text]

    def _by_name(self, kind: str, text: str) -> list["Draft"]:
        if self._named is None:
            self._named = {}
            for some in self.drafts.values():
                for each in some:
                    own = name_property(each.target.type)
                    texts = {each.properties.get(own) if own is not None else None}
                    texts |= {value for name in _NAMES if isinstance(value := each.instance.values.get(name), str)}
                    for name in texts:
                        if isinstance(name, str) and name:
                            self._named.setdefault((each.target.type, name), []).append(each)
        return self._named.get((kind, text), []) or self._named.get(
            (kind, text.rpartition(":")[2].rpartition("/")[2]), []
        )

    # what -------------------------------------------------------------------------------------------------------------

    def _object(self, instance: Instance, entry: Mapped) -> str | None:
        """The object of the parent that a companion goes into."""
        for argument in entry.parent_arguments().values() if entry.to_of else ():
            value = self.references.resolve(instance.values.get(argument))
            if type(value) is Unknown and len(value.references) == 1:
                return entry.to_of.get(value.references[0].attribute, entry.to)
        for argument, objects in entry.to_by.items():
            value = self.references.resolve(instance.values.get(argument))
            return objects.get(value, entry.to) if isinstance(value, str) else entry.to
        return entry.to

    def _into(self, parent: "Draft", instance: Instance, entry: Mapped, *, certain: bool) -> None:
        naming = {*entry.parent_arguments().values(), *(each for each in entry.match if each not in entry.properties)}
        given = {key: value for key, value in instance.values.items() if key not in naming}
        if "region" in entry.properties and given.get("region") is None:
            given["region"] = instance.region  # that of its provider
        filler = Filler(self.references, instance.lines)
        to = self._object(instance, entry)
        key = (instance.type, parent.target.type, to)
        if key not in self._levels:
            self._levels[key] = level_of(parent.target.type, entry.properties_on(parent.target.type), to)
        level = self._levels[key]
        made: dict[str, Value] = {}
        whole: dict[str, Value] = {}
        if to is None:
            filler.fill(level, given, whole, whole)
        else:
            filler.fill(level, given, made, whole, path=to.replace("[]", ""))
        own = whole if to is None else made
        for path, value in entry.fixed.items():
            store(own, steps_of(path), value)
        for path, value in entry.defaults.items():
            set_default(own, path, value)
        if to is not None:
            store(whole, steps_of(to), made)
        why = instance.uncertain or f"it is not known whether {instance.address} configures it"
        for name, value in whole.items():
            if certain:
                before = parent.properties.get(name)
                merge(parent.properties, name, value)
                self._place(parent, name, before, instance, filler)
            elif name not in parent.properties:
                parent.properties[name] = Unknown(why, references_in(value), maybe_absent=True)

    @staticmethod
    def _place(parent: "Draft", name: str, before: Value, instance: Instance, filler: Filler) -> None:
        """Keep where a companion declares what it gives."""
        declared = instance.declared
        prefix = f"{name}[{len(before)}]" if isinstance(before, list) else name
        parent.places[prefix] = Declared(declared.file, declared.line, instance.address)
        for path, line in filler.places.items():
            if path == name or path.startswith((f"{name}.", f"{name}[")):
                where = prefix + path[len(name) :]
                parent.places[where] = Declared(declared.file, line, instance.address)


def give(drafts: Mapping[str, list["Draft"]], references: References) -> None:
    """Put what resources say of those that refer to them (``gives``) into these."""
    everything = [each for some in drafts.values() for each in some]
    for draft in everything:
        for given in draft.target.entry.gives:
            value = references.resolve(draft.instance.values.get(given.argument))
            if value is None or draft.inline:
                continue
            if not isinstance(value, dict | list) and type(value) is not Unknown:
                value = given.values.get(value, value)
            for other in everything:
                if other.target.type == given.type and _only(other.properties.get(given.of)) == draft.target.id:
                    store(other.properties, steps_of(given.to), value)


def repetitions(drafts: Iterable["Draft"]) -> set[int]:
    """The ``id()`` of those inline that a resource of their own says too, as in a state, where both stand."""
    inline: list[Draft] = []
    pointing: dict[tuple[str, str], list[Draft]] = {}
    for each in drafts:
        if each.inline:
            inline.append(each)
            continue
        for value in each.properties.values():
            for one in value if isinstance(value, list) else (value,):
                of = _only(one)
                if of is not None:
                    pointing.setdefault((each.target.type, of), []).append(each)
    return {
        id(each)
        for each in inline
        for other in pointing.get((each.target.type, each.target.id), ())
        if all(_equal(value, other.properties.get(name), other) is True for name, value in each.properties.items())
    }


def _equal(value: Value, own: Value, draft: "Draft") -> bool | None:
    """Whether a companion's argument equals a property of a resource; ``None`` if that is not known. An argument that
    refers to the resource itself repeats the resource's own property."""
    if value == own:
        return True
    one, other = _only(value), _only(own)
    if one is not None and one == draft.target.id:
        return True
    if one is not None and other is not None:
        return one == other
    return None if type(value) is Unknown or type(own) is Unknown else False


def _only(value: Value) -> str | None:
    """The one resource that a value is a reference to."""
    if type(value) is not Unknown or value.open or value.maybe_absent or value.cases is not None:
        return None
    return value.references[0].resource if len(value.references) == 1 else None
