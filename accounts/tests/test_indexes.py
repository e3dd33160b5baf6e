"""No table keeps an index that another one of its own begins with: each takes a page of every commit."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model, UniqueConstraint


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model.__name__)
def test_no_relation_has_a_second_index(model: type[Model]) -> None:
    meta = model._meta
    unique = (
        found for found in meta.constraints if isinstance(found, UniqueConstraint) and not found.condition
    )
    begun = {found.fields[0] for found in unique} | {index.fields[0].lstrip("-") for index in meta.indexes}

    keys = [field for field in meta.concrete_fields if isinstance(field, ForeignKey)]
    indexed = {key.name for key in keys if key.db_index}  # type: ignore[attr-defined]  # not in the stubs
    assert not indexed & begun
