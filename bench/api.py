"""`python -m bench.api [--postgres] [USERS …]`: IAM and STS calls a second, ours beside moto_server's, in one run.

Ours checks signatures, authorizes, writes durably and keeps a trail; moto_server does none of that. The client runs on
the same machine. `cpu` compares the processor time of the servers for one call.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from bench.api_load import Target, answered, rate
from bench.api_servers import FOLDER, console, memory, moto, processor_seconds
from scripts.postgres import postgres

SIZES: Final = (100, 1_000)
CALLS: Final = 600
LISTINGS: Final = 12
# A row counts for at most this much in the mean: one listing must not hide a slow call.
CAP: Final = 10.0
Requests = Callable[[Target, str], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Calls a second, and milliseconds of processor time for each."""

    calls: float
    milliseconds: float


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    words = sys.argv[1:]
    for users in [int(word) for word in words if word.isdigit()] or SIZES:
        with ExitStack() as stack:
            url = stack.enter_context(postgres()) if "--postgres" in words else None
            ours, theirs = stack.enter_context(console(users, url)), stack.enter_context(moto(users))
            print(f"{users:,} users{' (PostgreSQL)' if url else ''}", flush=True)
            for line in compared(ours, theirs, users):
                print(line, flush=True)


def compared(ours: tuple[Target, str, int], theirs: tuple[Target, str, int], users: int) -> Iterator[str]:
    ratios = []
    yield f"  {'':34}{'ours/s':>9}{'moto/s':>9}{'ratio':>8}{'cpu ms':>9}{'moto':>8}{'ratio':>8}"
    for name, requests in rows(users):
        one, other = measured(requests, *ours), measured(requests, *theirs)
        ratio = one.calls / other.calls
        ratios.append(min(ratio, CAP))
        processor = other.milliseconds / one.milliseconds
        yield (
            f"  {name:34}{one.calls:9.0f}{other.calls:9.0f}{ratio:8.2f}{one.milliseconds:9.2f}"
            f"{other.milliseconds:8.2f}{processor:8.2f}"
        )
    yield f"  geometric mean {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}, worst {min(ratios):.2f}"
    simulated, read = measured(simulate, *ours), measured(get_user, *ours)
    yield f"  SimulatePrincipalPolicy: {simulated.calls:.0f}/s, {simulated.calls / read.calls:.2f} of our own GetUser"
    yield f"  memory, all processes: {memory(ours[2]):.0f} MiB, moto {memory(theirs[2]):.0f} MiB"


def measured(requests: Requests, target: Target, account: str, process: int) -> Measured:
    signed = requests(target, account)
    # What the first call prepares is not counted.
    warm = signed[: max(1, len(signed) // 20)]
    answered(target.port, warm)
    signed = signed[len(warm) :]
    before = processor_seconds(process)
    calls = rate(target.port, signed)
    return Measured(calls, (processor_seconds(process) - before) / len(signed) * 1000)


def rows(users: int) -> list[tuple[str, Requests]]:
    """In an order in which each call finds what it needs."""
    return [
        ("GetCallerIdentity", lambda target, _: [target.request("sts", "GetCallerIdentity")] * CALLS),
        ("GetUser", get_user),
        ("CreateUser", each("CreateUser")),
        ("AttachUserPolicy", attach),
        ("DeleteUser", each("DeleteUser")),
        ("AssumeRole", assume_role),
        (
            "ListUsers, first page",
            lambda target, _: [target.request("iam", "ListUsers", MaxItems=100)] * LISTINGS * 4,
        ),
        ("ListUsers, all", whole("ListUsers")),
        ("GetAccountAuthorizationDetails, all", whole("GetAccountAuthorizationDetails")),
    ]


def get_user(target: Target, _: str) -> Sequence[bytes]:
    return [target.request("iam", "GetUser", UserName=first_user(target))] * CALLS


def first_user(target: Target) -> str:
    (answer,) = answered(target.port, [target.request("iam", "ListUsers", MaxItems=5)])
    names: list[bytes] = re.findall(rb"<UserName>([^<]+)<", answer)
    return names[-1].decode()


def each(action: str) -> Requests:
    """The call once for each of some new users."""
    return lambda target, _: [target.request("iam", action, UserName=f"made-{n}") for n in range(CALLS)]


def attach(target: Target, account: str) -> Sequence[bytes]:
    arn = f"arn:aws:iam::{account}:policy/bench-policy"
    names = user_names(target, CALLS)
    return [target.request("iam", "AttachUserPolicy", UserName=name, PolicyArn=arn) for name in names]


def user_names(target: Target, count: int) -> list[str]:
    """Some that are there from the beginning and have no policy yet."""
    (answer,) = answered(target.port, [target.request("iam", "ListUsers", MaxItems=min(1000, count + 5))])
    found = [name.decode() for name in re.findall(rb"<UserName>([^<]+)<", answer)]
    return [name for name in found if not name.startswith(("bench-admin", "made-"))][:count]


def assume_role(target: Target, account: str) -> Sequence[bytes]:
    role = f"arn:aws:iam::{account}:role/bench-role"
    return [
        target.request("sts", "AssumeRole", RoleArn=role, RoleSessionName=f"session-{number}")
        for number in range(CALLS)
    ]


def whole(action: str) -> Requests:
    """Every page of a listing, again and again; one call is one page."""

    def requests(target: Target, _: str) -> Sequence[bytes]:
        pages, marker = [], ""
        while True:
            parameters = {"Marker": marker} if marker else {}
            pages.append(target.request("iam", action, MaxItems=1000, **parameters))
            (answer,) = answered(target.port, [pages[-1]])
            found = re.search(rb"<Marker>([^<]+)<", answer)
            if b"<IsTruncated>true" not in answer or found is None:
                return pages * max(LISTINGS // len(pages), 2)
            marker = found[1].decode()

    return requests


def simulate(target: Target, account: str) -> Sequence[bytes]:
    arn = f"arn:aws:iam::{account}:user/bench-admin"
    parameters = {
        "PolicySourceArn": arn,
        "ActionNames.member.1": "s3:GetObject",
        "ResourceArns.member.1": "arn:aws:s3:::shop/menu",
    }
    return [target.request("iam", "SimulatePrincipalPolicy", **parameters)] * CALLS


if __name__ == "__main__":
    main()
