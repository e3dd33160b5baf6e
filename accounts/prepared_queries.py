"""Queries that every request makes, compiled once.

Building the SQL of a query costs Django several times what the database takes to answer it. Here the SQL is built at
the first call, with marks where the values stand, and only run afterwards; rows become the same objects as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any, Final, Generic, TypeAlias, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from accounts.statements import Statement, own_database

M = TypeVar("M", bound=Model)
Value: TypeAlias = str | int

# What no value of a row is: a text that IAM allows nowhere, and numbers that no key has.
_TEXT_MARK: Final = "\x01mark-{}\x01"
_FIRST_NUMBER: Final = -1_000_000_007


class _Prepared:
    """A query whose filters take values of these `kinds`, texts or whole numbers, compiled for each database.

    `build` makes the query from marks; nothing of it may depend on anything but them, and each must reach the database
    as it is.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *kinds: type[Value]) -> None:
        self._build = build
        self._marks: tuple[Value, ...] = tuple(
            _FIRST_NUMBER - place if kind is int else _TEXT_MARK.format(place)
            for place, kind in enumerate(kinds)
        )
        self._compiled: dict[str, _Compiled] = {}
        self._lock = Lock()

    def _run(self, values: Sequence[Value]) -> tuple[_Compiled, list[Any]]:
        alias = own_database()
        compiled = self._compiled.get(alias)
        if compiled is None:
            with self._lock:
                compiled = self._compiled[alias] = _Compiled(self._build(*self._marks), alias, self._marks)
        return compiled, compiled.rows(values)


class PreparedQuery(_Prepared, Generic[M]):
    """One that gives objects of model `M`, with the related objects it selects."""

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type[Value]) -> None:
        super().__init__(build, *kinds)

    def all(self, *values: Value) -> list[M]:
        """Every object for these values."""
        compiled, rows = self._run(values)
        return list(compiled.objects(rows))

    def first(self, *values: Value) -> M | None:
        """The one object for these values, or None."""
        return next(iter(self.all(*values)), None)

    def maker(self, *values: Value) -> Callable[[], M] | None:
        """What makes the one object for these values anew each time, from the row as it is now; or None."""
        compiled, rows = self._run(values)
        return partial(compiled.made, rows[0]) if rows else None


class PreparedRows(_Prepared):
    """One that gives plain rows, as `values_list` does."""

    def all(self, *values: Value) -> list[tuple[Any, ...]]:
        """Every row for these values."""
        _, rows = self._run(values)
        return [tuple(row) for row in rows]

    def first(self, *values: Value) -> tuple[Any, ...] | None:
        """The one row for these values, or None."""
        return next(iter(self.all(*values)), None)


class _Compiled:
    """The SQL for one kind of database, where each value goes in it, and how rows are read."""

    def __init__(self, queryset: QuerySet[Any, Any], alias: str, marks: Sequence[Value]) -> None:
        self._alias = alias
        self._compiler = queryset.query.get_compiler(alias)
        sql, params = self._compiler.as_sql()
        self._statement = Statement(sql)
        self._params = list(params)
        places = {mark: place for place, mark in enumerate(marks)}
        self._places = [(at, places[param]) for at, param in enumerate(params) if param in places]
        if {place for _, place in self._places} != set(range(len(marks))):
            raise ValueError("The query does not hand on each of its values as it is.")
        selected = [column for column, *_ in self._compiler.select]
        self._converters = self._compiler.get_converters(selected)
        self._info = self._compiler.klass_info
        if self._info is not None:
            fields = self._info["select_fields"]
            self._start, self._end = fields[0], fields[-1] + 1
            self._names = [column.target.attname for column in selected[self._start : self._end]]
            # The stubs describe a later Django.
            self._populators = get_related_populators(self._info, self._compiler.select, alias)  # type: ignore[call-arg]

    def rows(self, values: Sequence[Value]) -> list[Any]:
        """What the database answers, each column in its Python form."""
        params = self._params.copy()
        for at, place in self._places:
            params[at] = values[place]
        rows = self._statement.rows(params)
        if not self._converters:
            return rows
        return list(self._compiler.apply_converters(rows, self._converters))

    def objects(self, rows: Sequence[Any]) -> Iterator[Any]:
        """The same as model instances."""
        return map(self.made, rows)

    def made(self, row: Any) -> Any:
        """One row as a model instance, with the related ones."""
        made = self._info["model"].from_db(self._alias, self._names, row[self._start : self._end])
        for populator in self._populators:
            populator.populate(row, made)
        return made


class PreparedInsert:
    """New rows of one model, one at a time, each field by its own rules."""

    def __init__(self) -> None:
        self._statements: dict[str, Statement] = {}

    def insert(self, made: Model) -> None:
        """Save a new object; a key that the database gives is set on it."""
        alias = own_database()
        connection = connections[alias]
        meta = made._meta
        fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
        statement = self._statements.get(connection.vendor)
        if statement is None:
            statement = self._statements[connection.vendor] = _insert_statement(connection, meta, fields)
        values = [field.get_db_prep_save(field.pre_save(made, add=True), connection) for field in fields]
        if meta.auto_field is None:
            statement.run(values)
        else:
            made.pk = statement.rows(values)[0][0]
        made._state.adding, made._state.db = False, alias


def _insert_statement(connection: Any, meta: Any, fields: Sequence[Any]) -> Statement:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    key = f" RETURNING {quoted(meta.auto_field.column)}" if meta.auto_field else ""
    # Nothing but names of the model is put in.
    return Statement(f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({marks}){key}")  # noqa: S608
