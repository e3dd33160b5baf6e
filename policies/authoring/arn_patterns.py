"""ARNs of a type of resource, as fields to be filled: taken apart and put together along the catalog's pattern."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final, Self

from policies.authoring.drafts import CannotChange
from policies.catalog import Catalog, ResourceType
from policies.validation.arn import Arn, arn_of, is_open

ANY: Final = "*"
_PARTITION_FIELD: Final = 1
_REGION_FIELD: Final = 3
_ACCOUNT_FIELD: Final = 4
LONGEST_ARN: Final = 2_048
# Names that stand side by side with nothing between cannot be told apart: they are one field.
_FIELD: Final = re.compile(r"(?:\$\{[^}]*\})+")
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """`literals` stand around `fields`: there is one more of them."""

    literals: tuple[str, ...]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, pattern: str) -> Self:
        names = ("".join(re.findall(r"[^${}]+", field)) for field in _FIELD.findall(pattern))
        return cls(tuple(_FIELD.split(pattern)), tuple(names))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names in words: `BucketName` reads Bucket name."""
        return tuple(_WORD.sub(" ", name).capitalize() for name in self.fields)

    def joined(self, values: Sequence[str]) -> str:
        """The ARN of these values, one for each field. Raises CannotChange when one is empty or cannot stand there."""
        for label, value in zip(self.labels, values, strict=True):
            if not value:
                raise CannotChange(f"{label}: fill it in, or choose Any.")
            if not value.isprintable():
                raise CannotChange(f"{label}: it holds a character that cannot be seen.")
        filled = (value + literal for value, literal in zip(values, self.literals[1:], strict=True))
        arn = self.literals[0] + "".join(filled)
        if len(arn) > LONGEST_ARN:
            raise CannotChange(
                f"The ARN would have {len(arn):,} characters; at most {LONGEST_ARN:,} can stand."
            )
        return arn

    def split(self, arn: str) -> tuple[str, ...] | None:
        """The values of an ARN, or None when it is not of this form. Joined, they are the same ARN again."""
        if len(arn) > LONGEST_ARN or not arn.startswith(self.literals[0]):
            return None
        rest, values = arn[len(self.literals[0]) :], []
        for place, literal in enumerate(self.literals[1:], start=1):
            is_last = place == len(self.fields)
            end = _last_end(rest, literal) if is_last else rest.find(literal)
            if end <= 0:
                return None
            values.append(rest[:end])
            rest = rest[end + len(literal) :]
        return None if rest else tuple(values)


def _last_end(rest: str, literal: str) -> int:
    return len(rest) - len(literal) if rest.endswith(literal) else -1


@lru_cache(maxsize=4_096)
def patterns_of(kind: ResourceType) -> tuple[ArnPattern, ...]:
    """The forms of a type's ARNs, the first one being the usual."""
    return tuple(ArnPattern.of(form.arn) for form in kind.forms)


def prefilled(
    pattern: ArnPattern, account_id: str, resources: Iterable[str], catalog: Catalog
) -> tuple[str, ...]:
    """What is known beforehand: the partition, the account, and a region that another resource names.

    Their place tells them, since the account goes by several names: `${Account}`, `${AccountId}` and more.
    """
    colons = accumulate(literal.count(":") for literal in pattern.literals)
    known = {
        _PARTITION_FIELD: "aws",
        _REGION_FIELD: _region(resources, catalog) or ANY,
        _ACCOUNT_FIELD: account_id,
    }
    return tuple(known.get(place, "") for place, _ in zip(colons, pattern.fields, strict=False))


def _region(resources: Iterable[str], catalog: Catalog) -> str | None:
    regions = (arn.region for text in resources if (arn := arn_of(text)))
    return next((region for region in regions if region in catalog.regions), None)


def kind_of(arn: str, kinds: Mapping[str, ResourceType]) -> tuple[str, ArnPattern, tuple[str, ...]] | None:
    """The type that says most about an ARN, the form it fits and its values; None when it fits no type."""
    found = [
        (name, pattern, values)
        for name, kind in kinds.items()
        for pattern in patterns_of(kind)
        if (values := pattern.split(arn)) is not None
    ]
    return max(found, key=lambda row: sum(map(len, row[1].literals)), default=None)


def covers(resource: str, kind: ResourceType, others: Iterable[ResourceType]) -> bool:
    """Whether a resource of a policy names something of the type; `others` are all types of the service.

    `arn:aws:s3:::menu/*` names objects and not the bucket, although a star could stand for a name with a slash: the
    form of an object's ARN goes on where that of a bucket ends.
    """
    if resource == ANY:
        return True
    arn = arn_of(resource)
    return arn is not None and any(
        _may_name(arn, form) and not _goes_on(arn, form, others) for form in kind.forms
    )


def _may_name(arn: Arn, form: ResourceType) -> bool:
    if not (arn.service == form.arn_service or is_open(arn.service)):
        return False
    if not is_open(arn.resource):
        return form.resource_pattern.matches(arn.resource)
    ours, theirs = form.resource_beginning, re.split(r"[*?]", arn.resource)[0]
    return ours.startswith(theirs) or theirs.startswith(ours)


def _goes_on(arn: Arn, form: ResourceType, others: Iterable[ResourceType]) -> bool:
    """Whether the ARN is of a longer form that begins with the whole of this one."""
    longer = (
        other
        for kind in others
        for other in kind.forms
        if other.arn != form.arn and other.arn.startswith(form.arn)
    )
    return any(other.resource_pattern.matches(arn.resource) for other in longer)
