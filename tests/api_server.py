"""The console as gunicorn serves it, for programs that speak IAM and STS: a server for all tests of a process.

Each test has an account of its own there, so that none sees what another one did.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from pytest_django import DjangoDbBlocker

from accounts.models import Account
from operations.access_keys import create_access_key
from operations.attachments import attach_user_policy
from operations.caller import Caller, system_caller
from operations.installation import create_account
from operations.users import create_user
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR
from tests import databases
from tests.cast import ADMINISTRATOR, ROOT_PASSWORD

STARTING = 60
REGION = "us-east-1"
# As many threads may use one client at once.
CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Key:
    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    @classmethod
    def of(cls, made: Any) -> Key:
        """From what CreateAccessKey and the operations of STS answer."""
        return cls(made["AccessKeyId"], made["SecretAccessKey"], made.get("SessionToken", ""))


@dataclass(frozen=True, slots=True)
class Server:
    """gunicorn with its workers, over a database file."""

    port: int
    file: Path
    process: subprocess.Popen[bytes]
    blocker: DjangoDbBlocker

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def log(self) -> Path:
        return self.file.with_suffix(".log")

    @contextmanager
    def database(self) -> Iterator[None]:
        """Inside, this process works on the server's database."""
        with self.blocker.unblock(), databases.pointed_at(str(self.file)):
            yield

    def kill(self) -> None:
        """All of it at once, with no time to tidy up."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Shop:
    """An account on a server, with the keys of its root user and of alice, who administers it."""

    server: Server
    account_id: str
    root: Key
    alice: Key

    def arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self.account_id}:{resource}"

    def client(self, service: str, key: Key | None = None) -> Any:
        """A client of boto3, for alice unless somebody else's key is given."""
        key = key or self.alice
        return boto3.client(
            service,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
            aws_session_token=key.session_token or None,
            region_name=REGION,
            endpoint_url=self.server.url,
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=CONNECTIONS),
        )

    def environment(self, key: Key | None = None) -> dict[str, str]:
        """What tells any program of AWS's whom to ask, and as whom."""
        key = key or self.alice
        token = {"AWS_SESSION_TOKEN": key.session_token} if key.session_token else {}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            **token,
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @contextmanager
    def installation(self) -> Iterator[Caller]:
        """What the operator does beside the server, with manage.py: the installation as a caller in this account."""
        with self.server.database():
            yield system_caller(Account.objects.get(pk=self.account_id))


@contextmanager
def served(file: Path, blocker: DjangoDbBlocker) -> Iterator[Server]:
    """A server over this file, until the block ends; what it logs stands beside the file."""
    port = _free_port()
    environment = {
        **os.environ,
        **isolated_environment(),
        "DATABASE_URL": f"sqlite:///{file}",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "iamconsole/gunicorn.py"]
    with file.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  our own program
            command, cwd=BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    server = Server(port, file, process, blocker)
    try:
        _wait_for(port)
        yield server
    finally:
        server.kill()


def new_file(folder: Path, blocker: DjangoDbBlocker) -> Path:
    """A migrated database without any account."""
    with blocker.unblock():
        return Path(shutil.copy(databases.migrated_template(), folder / "database.sqlite3"))


def open_shop(server: Server) -> Shop:
    """A new account; its name and address are nobody else's."""
    name = f"shop-{uuid4()}"
    with server.database():
        made = create_account(
            system_caller(None),
            account_name=name,
            email_address=f"{name}@coffee.example",
            password=ROOT_PASSWORD,
            access_key=True,
        )
        caller = system_caller(made.account)
        create_user(caller, user_name="alice")
        attach_user_policy(caller, user_name="alice", policy_arn=ADMINISTRATOR)
        key = create_access_key(caller, user_name="alice")
    root = Key(made.access_key_id, made.secret_access_key)
    return Shop(server, made.account.id, root, Key(key.access_key_id, key.secret_access_key))


@pytest.fixture(scope="session")
def api_server(
    tmp_path_factory: pytest.TempPathFactory,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Server]:
    file = new_file(tmp_path_factory.mktemp("api"), django_db_blocker)
    with served(file, django_db_blocker) as server:
        yield server
    # A program of others may take a ServiceFailure for granted, but there is to be none.
    assert "Internal Server Error" not in server.log.read_text(encoding="utf-8")


@pytest.fixture
def shop(api_server: Server) -> Shop:
    return open_shop(api_server)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"Nobody listens on {port}.")
