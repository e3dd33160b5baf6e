"""The help pages: short texts about the console, and one page for each check of the policy validator."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from iamconsole.cli import command
from iamconsole.pages import page
from policies.validation.help import CHECKS

TOPICS = {
    "root": "The root user",
    "users": "Users",
    "groups": "User groups",
    "policies": "Policies",
    "begin-policy": "Ways to begin a policy",
    "policy-summaries": "How to read the summary of a policy",
    "mfa": "Multi-factor authentication",
    "access-keys": "Access keys",
    "cli": "Do this with the CLI",
    "sign-in": "Signing in",
    "evaluation": "How a request is decided",
    "effective-access": "Effective access",
    "escalation": "How far somebody can get",
    "check-access": "Check access",
    "simulator": "Policy simulator",
    "who-can": "Who can do this?",
    "effect": "What a change would do",
    "move": "Moving a user to another job",
    "account-settings": "Account settings",
    "events": "Event history",
}

EXAMPLE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ListReceipts",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "arn:aws:s3:::maven-repo-tutorial.asimi.net",
        }
    ],
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return page(request, "help/index.html", {"topics": TOPICS})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in TOPICS:
        raise Http404
    context = {
        "title": TOPICS[slug],
        "topics": TOPICS,
        "slug": slug,
        "example": EXAMPLE,
        "first_command": command("See who awscli is", "sts:GetCallerIdentity"),
    }
    return page(request, f"help/{slug}.html", context)


@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    return page(request, "help/checks.html", {"checks": sorted(CHECKS.items())})


@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    if code not in CHECKS:
        raise Http404
    return page(request, "help/check.html", {"code": code, "check": CHECKS[code]})


urlpatterns = [
    path("", index),
    path("checks/", checks),
    path("checks/<str:code>/", check),
    path("<slug:slug>/", topic),
]
