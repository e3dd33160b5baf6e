"""Access advisor: which services somebody may use, when each was used last, and which policies open them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from accounts.models import Group, LastAccessedJob, User
from operations.call import Call
from operations.entities import entity_at, find_entity, holder_at
from operations.errors import NoSuchEntity
from operations.granted_services import granted_actions, is_granted
from operations.holdings import INLINE, Held, Holder, name_of, rows_of, sources_of_rows
from operations.last_uses import Bearers, Entry, entity_details, read_back, services_last_accessed
from operations.numbered_pages import numbered_page
from operations.operation import operation
from operations.paging import Page
from policies.engine import Kind, Source

SERVICE_LEVEL, ACTION_LEVEL = "SERVICE_LEVEL", "ACTION_LEVEL"
# "IAM reports activity for at least the last 400 days."
TRACKING_PERIOD = timedelta(days=400)
# A report is there at once: nobody comes for it a day later.
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class JobDetails:
    """A job, which is completed when it is answered, and a page of what it found."""

    job_creation_date: datetime
    job_completion_date: datetime
    is_truncated: bool
    marker: str | None
    job_type: str | None = None
    services_last_accessed: Sequence[Entry] | None = None
    entity_details_list: Sequence[Entry] | None = None

    job_status: ClassVar[str] = "COMPLETED"


@operation("iam:GenerateServiceLastAccessedDetails", keeps_revision=True)
def generate_service_last_accessed_details(
    call: Call, *, arn: str, granularity: str | None = None
) -> LastAccessedJob:
    """Report the services that a user, a group, a role or a policy opens, and their last use.

    Raises NoSuchEntity and InvalidInput.
    """
    entity = entity_at(call, arn, parameter="arn")
    jobs = call.account.last_accessed_jobs
    jobs.filter(job_creation_date__lt=call.now - KEPT).delete()
    since = call.real_now - TRACKING_PERIOD
    has_actions = granularity == ACTION_LEVEL
    job = jobs.create(
        job_id=str(uuid4()),
        arn=entity.arn,
        job_type=granularity or SERVICE_LEVEL,
        job_creation_date=call.now,
        services=services_last_accessed(call.account, entity, since=since, has_actions=has_actions),
    )
    call.respond(jobId=job.job_id)
    return job


@operation("iam:GetServiceLastAccessedDetails", reads=True)
def get_service_last_accessed_details(
    call: Call, *, job_id: str, max_items: int | None = None, marker: str | None = None
) -> JobDetails:
    """The services of a report, by their namespaces; raises NoSuchEntity."""
    job = _job(call, job_id)
    page = numbered_page(job.services, marker=marker, max_items=max_items)
    return JobDetails(
        job.job_creation_date,
        job.job_creation_date,
        page.is_truncated,
        page.marker,
        job_type=job.job_type,
        services_last_accessed=[read_back(entry) for entry in page.items],
    )


@operation("iam:GetServiceLastAccessedDetailsWithEntities", reads=True)
def get_service_last_accessed_details_with_entities(
    call: Call,
    *,
    job_id: str,
    service_namespace: str,
    max_items: int | None = None,
    marker: str | None = None,
) -> JobDetails:
    """The users and roles that can use the service by what the report is about, the latest first.

    Raises NoSuchEntity.
    """
    job = _job(call, job_id)
    page = numbered_page(_entities(call, job, service_namespace), marker=marker, max_items=max_items)
    return JobDetails(
        job.job_creation_date,
        job.job_creation_date,
        page.is_truncated,
        page.marker,
        entity_details_list=page.items,
    )


@operation("iam:ListPoliciesGrantingServiceAccess", reads=True)
def list_policies_granting_service_access(
    call: Call, *, marker: str | None = None, arn: str, service_namespaces: Sequence[str]
) -> Page[Entry]:
    """For each service the policies of a user (its groups' too), a group or a role that allow anything of it.

    Raises NoSuchEntity and InvalidInput.
    """
    holder = holder_at(call, arn, parameter="arn")
    policies = list(_policies(call, holder))
    entries = [
        {
            "ServiceNamespace": namespace,
            "Policies": [policy for policy, granted in policies if is_granted(granted, namespace)],
        }
        for namespace in service_namespaces
    ]
    return numbered_page(entries, marker=marker, max_items=None)


def _job(call: Call, job_id: str) -> LastAccessedJob:
    call.authorize("*")
    job = call.account.last_accessed_jobs.filter(job_id=job_id).first()
    if job is None:
        raise NoSuchEntity(f"The job with id {job_id} cannot be found.", parameter="job_id")
    return job


def _entities(call: Call, job: LastAccessedJob, namespace: str) -> Sequence[Entry]:
    """Nobody, where the report does not have the service, or its subject is gone."""
    services: Sequence[Mapping[str, Any]] = job.services
    used = next((one["Entities"] for one in services if one["ServiceNamespace"] == namespace.lower()), None)
    entity = find_entity(call.account, job.arn)
    if used is None or entity is None:
        return []
    return entity_details(Bearers.of(call.account, entity), used)


def _policies(call: Call, holder: Holder) -> Iterator[tuple[Entry, int]]:
    """Each policy once, however many groups it comes through, with the actions that it allows by itself."""
    rows = [row for row in rows_of(holder) if row[0] is not Kind.BOUNDARY]
    seen: list[Entry] = []
    for (_, held), source in zip(rows, sources_of_rows(rows), strict=True):
        policy = _policy(holder, held, source)
        if policy not in seen:
            seen.append(policy)
            yield policy, granted_actions(call.account, [source])


def _policy(holder: Holder, held: Held, source: Source) -> Entry:
    """A managed policy has an ARN, an inline one a place."""
    if held.owner != INLINE:
        return {"PolicyName": held.policy_name, "PolicyType": "MANAGED", "PolicyArn": source.arn}
    place = {"EntityType": _entity_type(holder, held), "EntityName": held.group_name or name_of(holder)}
    return {"PolicyName": held.policy_name, "PolicyType": "INLINE", **place}


def _entity_type(holder: Holder, held: Held) -> str:
    if held.group_name or isinstance(holder, Group):
        return "GROUP"
    return "USER" if isinstance(holder, User) else "ROLE"
