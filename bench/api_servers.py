"""The two servers of the comparison: ours with two workers on a file, moto's as it comes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.api_load import Target, answered
from bench.engine_peers import MOTO_VERSION, install
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

FOLDER: Final = BASE_DIR / "var" / "bench"
STARTING: Final = 60
MEBIBYTE: Final = 1 << 20
TICKS: Final = os.sysconf("SC_CLK_TCK")

# Run by manage.py shell in our server's environment: an account of so many users, and an administrator with a key.
FILL = """
import json
from secrets import token_urlsafe
from accounts.models import Account
from accounts.models import User
from iamconsole.clock import now
from operations.access_keys import create_access_key
from operations.attachments import attach_user_policy
from operations.caller import Caller, Credential, CredentialKind, system_caller
from operations.installation import create_account, seed_users
from operations.policies import create_policy
from operations.roles import create_role
from operations.users import create_user
made = create_account(
    system_caller(None),
    account_name="Bench",
    email_address="b@bench.example",
    password=token_urlsafe(16) + "-Aa1",
)
account = made.account
seed_users(system_caller(account), users={users})
system = system_caller(Account.objects.get(pk=account.pk))
create_user(system, user_name="bench-admin")
attach_user_policy(system, user_name="bench-admin", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")
key = create_access_key(system, user_name="bench-admin")
document = {{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}}
create_policy(system, policy_name="bench-policy", policy_document=json.dumps(document))
statement = {{"Effect": "Allow", "Principal": {{"AWS": account.id}}, "Action": "sts:AssumeRole"}}
trust = {{"Version": "2012-10-17", "Statement": statement}}
create_role(system, role_name="bench-role", assume_role_policy_document=json.dumps(trust))
print("MADE", json.dumps([account.id, key.access_key_id, key.secret_access_key]))
"""


@contextmanager
def console(users: int, database_url: str | None = None) -> Iterator[tuple[Target, str, int]]:
    """Ours: the target, its account, and the process."""
    port, file = free_port(), FOLDER / f"api-{users}.sqlite3"
    for leftover in FOLDER.glob(f"{file.name}*"):
        leftover.unlink()
    environment = {
        **os.environ,
        **isolated_environment(),
        "DATABASE_URL": database_url or f"sqlite:///{file}",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "QUOTA_USERS": str(10 * users + 10_000),
        "API_CALLS_PER_SECOND": "100000",
    }
    manage(environment, "migrate", "--verbosity", "0")
    said = manage(
        environment,
        "shell",
        "--verbosity",
        "0",
        "-c",
        FILL.format(users=users),
    )
    account, key_id, secret = json.loads(said.rpartition("MADE ")[2])
    with running(
        [sys.executable, "-m", "gunicorn", "--config", "iamconsole/gunicorn.py"], port, environment
    ) as process:
        yield Target("iamconsole", port, "/api/", key_id, secret), account, process


@contextmanager
def moto(users: int) -> Iterator[tuple[Target, str, int]]:
    """moto_server: it checks no signature, authorizes nothing, and keeps everything in memory."""
    folder = FOLDER / f"moto-server-{MOTO_VERSION}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=0"]
    install(
        folder,
        lambda place: [
            *pip,
            "--only-binary",
            ":all:",
            "--target",
            str(place),
            f"moto[server]=={MOTO_VERSION}",
        ],
    )
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with running([sys.executable, "-m", "moto.server", "-p", str(port)], port, environment) as process:
        target = Target("moto", port, "/", "AKIAIOSFODNN7EXAMPLE", "secret")
        names = [f"user-{number}" for number in range(users)]
        answered(port, [target.request("iam", "CreateUser", UserName=name) for name in names])
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": allow})
        made = target.request("iam", "CreatePolicy", PolicyName="bench-policy", PolicyDocument=document)
        answered(port, [made])
        answered(
            port, [target.request("iam", "CreateRole", RoleName="bench-role", AssumeRolePolicyDocument=trust)]
        )
        yield target, "123456789012", process


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """A server until the block ends."""
    process = subprocess.Popen(
        command, cwd=BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Nobody listens on {port}.")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def manage(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def tree(process: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [process, *(descendant for child in children for descendant in tree(int(child)))]


def processor_seconds(process: int) -> float:
    """User and system time of a whole server so far."""
    spent = 0
    for pid in tree(process):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / TICKS


def memory(process: int) -> float:
    """What a whole server holds, in MiB; of a page that its processes share, each counts its part."""
    held = 0
    for pid in tree(process):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        held += int(rollup.partition("\nPss:")[2].split()[0]) * 1024
    return held / MEBIBYTE
