"""Passwords: hashing with equal work for everybody, the rules they must keep, and making good ones."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import PasswordPolicy

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
KINDS_BY_DEFAULT = 3
GENERATED_LENGTH = 20
MAXIMUM_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Rules:
    """What a password must be. The defaults are IAM's for an account without a policy of its own."""

    minimum_length: int = 8
    symbols: bool = False
    numbers: bool = False
    uppercase: bool = False
    lowercase: bool = False
    kinds: int = KINDS_BY_DEFAULT

    @classmethod
    def of(cls, policy: PasswordPolicy | None) -> Rules:
        if policy is None:
            return cls()
        return cls(
            minimum_length=policy.minimum_password_length,
            symbols=policy.require_symbols,
            numbers=policy.require_numbers,
            uppercase=policy.require_uppercase_characters,
            lowercase=policy.require_lowercase_characters,
            kinds=0,
        )

    def in_words(self) -> list[str]:
        """The rules as the pages list them."""
        lines = [f"{self.minimum_length} to {MAXIMUM_LENGTH} characters"]
        if self.kinds:
            lines.append("at least three of: uppercase letters, lowercase letters, numbers, symbols")
        required = [word for word, wanted, _ in self._kinds() if wanted]
        lines += [f"at least one {word}" for word in required]
        return [*lines, "none of the well-known passwords, and not the account name or e-mail address"]

    def broken_by(self, password: str, *, names: Iterable[str]) -> Iterator[str]:
        """Each rule that `password` breaks, in words. `names` are texts it must not be."""
        if not self.minimum_length <= len(password) <= MAXIMUM_LENGTH:
            yield f"It must have {self.minimum_length} to {MAXIMUM_LENGTH} characters; this one has {len(password)}."
        present = sum(any(char in kind for char in password) for _, _, kind in self._kinds())
        if present < self.kinds:
            yield "It must hold three of: uppercase letters, lowercase letters, numbers, symbols."
        for word, wanted, kind in self._kinds():
            if wanted and not any(char in kind for char in password):
                yield f"It must hold at least one {word}."
        if password.lower() in {name.lower() for name in names if name}:
            yield "It must not be the account name, the user name or the e-mail address."
        if is_well_known(password):
            yield "It is one of the passwords that attackers try first."

    def _kinds(self) -> tuple[tuple[str, bool, str], ...]:
        return (
            ("uppercase letter", self.uppercase, string.ascii_uppercase),
            ("lowercase letter", self.lowercase, string.ascii_lowercase),
            ("number", self.numbers, string.digits),
            (f"symbol ({SYMBOLS})", self.symbols, SYMBOLS),
        )


@cache
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def is_well_known(password: str) -> bool:
    try:
        _common().validate(password)
    except ValidationError:
        return True
    return False


def hashed(password: str) -> str:
    return str(make_password(password))


def is_right(password: str, stored: str) -> bool:
    """Whether `password` fits `stored`. Without a stored hash the same work is done, and the answer is no."""
    right = bool(check_password(password, stored or _nobodys()))
    return right and bool(stored)


@cache
def _nobodys() -> str:
    """A hash that nothing fits, so that an unknown identity costs what a known one does."""
    return hashed(secrets.token_urlsafe(32))


def generated(rules: Rules) -> str:
    """A random password of every kind of character, long enough for `rules`."""
    pools = (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)
    length = max(GENERATED_LENGTH, rules.minimum_length)
    characters = [secrets.choice(pool) for pool in pools]
    characters += [secrets.choice("".join(pools)) for _ in range(length - len(pools))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
