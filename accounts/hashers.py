"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id at OWASP's least parameters: a sign-in costs 30 ms, where Django's own cost 260 ms."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
