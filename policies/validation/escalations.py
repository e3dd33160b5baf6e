"""Known ways from a few permissions to all of them, as a policy alone can show them.

After the public lists of Rhino Security Labs ("AWS IAM Privilege Escalation Methods") and of Bishop Fox ("IAM
Vulnerable"). The engine follows those of IAM through a real account (`policies/engine/escalation.py`); here are the
ones that need no account to be dangerous, and those by way of a service that runs as the role passed to it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Way(NamedTuple):
    """The actions that are needed together, and what they come to."""

    actions: tuple[str, ...]
    gain: str


# On which kind of entity each action of IAM has to be free: what it is confined to by an ARN is somebody's choice.
KINDS: Final[Mapping[str, str]] = {
    "iam:AddUserToGroup": "group",
    "iam:AttachGroupPolicy": "group",
    "iam:AttachRolePolicy": "role",
    "iam:AttachUserPolicy": "user",
    "iam:CreateAccessKey": "user",
    "iam:CreateLoginProfile": "user",
    "iam:CreatePolicyVersion": "policy",
    "iam:PassRole": "role",
    "iam:PutGroupPolicy": "group",
    "iam:PutRolePolicy": "role",
    "iam:PutUserPolicy": "user",
    "iam:SetDefaultPolicyVersion": "policy",
    "iam:UpdateAssumeRolePolicy": "role",
    "iam:UpdateLoginProfile": "user",
}
_ATTACH: Final = "attach any managed policy"
_WRITE: Final = "write a policy of one's own choice"
_SIGN_IN: Final = "sign in as any user"
_OF_IAM: Final[Mapping[str, str]] = {
    "iam:AddUserToGroup": "join any group",
    "iam:AttachGroupPolicy": _ATTACH,
    "iam:AttachRolePolicy": _ATTACH,
    "iam:AttachUserPolicy": _ATTACH,
    "iam:CreateAccessKey": "make an access key for any user",
    "iam:CreateLoginProfile": _SIGN_IN,
    "iam:CreatePolicyVersion": "rewrite a policy that one holds",
    "iam:PutGroupPolicy": _WRITE,
    "iam:PutRolePolicy": _WRITE,
    "iam:PutUserPolicy": _WRITE,
    "iam:SetDefaultPolicyVersion": "put an older version with more permissions into force",
    "iam:UpdateAssumeRolePolicy": "be trusted by any role",
    "iam:UpdateLoginProfile": _SIGN_IN,
}
# What has to be allowed beside iam:PassRole for a service to run as any role on one's behalf.
_OF_SERVICES: Final[tuple[tuple[str, ...], ...]] = (
    ("apprunner:CreateService",),
    ("autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"),
    ("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
    ("cloudformation:CreateStack",),
    ("cloudformation:UpdateStack",),
    ("codebuild:CreateProject", "codebuild:StartBuild"),
    ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
    ("ec2:RunInstances",),
    ("ecs:RegisterTaskDefinition", "ecs:CreateService"),
    ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
    ("glue:CreateDevEndpoint",),
    ("glue:CreateJob", "glue:StartJobRun"),
    ("lambda:CreateFunction", "lambda:AddPermission"),
    ("lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    ("lambda:CreateFunction", "lambda:InvokeFunction"),
    ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
    ("sagemaker:CreateProcessingJob",),
    ("sagemaker:CreateTrainingJob",),
    ("states:CreateStateMachine", "states:StartExecution"),
)
WAYS: Final = (
    *(Way((action,), gain) for action, gain in _OF_IAM.items()),
    *(
        Way(("iam:PassRole", *actions), "run code as any role that the service may use")
        for actions in _OF_SERVICES
    ),
)
