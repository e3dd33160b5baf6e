"""AWS services that have a role of their own in an account: what it is called, and which policy is made for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

DOMAIN: Final = ".amazonaws.com"
PREFIX: Final = "AWSServiceRoleFor"
_PRINCIPAL: Final = re.compile(r"([a-z0-9-]+\.)+amazonaws\.com")

# What follows the prefix, as the guides of the services tell it; the host name without its domain says whose it is.
ROLE_NAMES: Final = {
    "access-analyzer": "AccessAnalyzer",
    "accountdiscovery.ssm": "AmazonSSM_AccountDiscovery",
    "acm": "CertificateManager",
    "appmesh": "AppMesh",
    "autoscaling": "AutoScaling",
    "autoscaling-plans": "AutoScalingPlans_EC2AutoScaling",
    "backup": "Backup",
    "batch": "Batch",
    "cassandra.application-autoscaling": "ApplicationAutoScaling_CassandraTable",
    "cks.kms": "KeyManagementServiceCustomKeyStores",
    "cloudhsm": "CloudHSM",
    "cloudtrail": "CloudTrail",
    "cloudwatch-crossaccount": "CloudWatchCrossAccount",
    "codestar-notifications": "CodeStarNotifications",
    "compute-optimizer": "ComputeOptimizer",
    "config": "Config",
    "connect": "AmazonConnect",
    "dax": "DAX",
    "dms": "DMSServerless",
    "dms-fleet-advisor": "DMSFleetAdvisor",
    "docdb-elastic": "DocDB-Elastic",
    "dynamodb.application-autoscaling": "ApplicationAutoScaling_DynamoDBTable",
    "ec2-instance-connect": "Ec2InstanceConnect",
    "ec2.application-autoscaling": "ApplicationAutoScaling_EC2SpotFleetRequest",
    "ec2fleet": "EC2Fleet",
    "ecr": "ECRTemplate",
    "ecs": "ECS",
    "ecs.application-autoscaling": "ApplicationAutoScaling_ECSService",
    "eks": "AmazonEKS",
    "eks-connector": "AmazonEKSConnector",
    "eks-fargate": "AmazonEKSForFargate",
    "eks-nodegroup": "AmazonEKSNodegroup",
    "elasticache": "ElastiCache",
    "elasticbeanstalk": "ElasticBeanstalk",
    "elasticfilesystem": "AmazonElasticFileSystem",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "elasticmapreduce": "EMRCleanup",
    "email.cognito-idp": "AmazonCognitoIdpEmailService",
    "emr-containers": "AmazonEMRContainers",
    "es": "AmazonElasticsearchService",
    "events": "CloudWatchEvents",
    "fis": "FIS",
    "fms": "FMS",
    "fsx": "AmazonFSx",
    "globalaccelerator": "GlobalAccelerator",
    "grafana": "AmazonGrafana",
    "guardduty": "AmazonGuardDuty",
    "imagebuilder": "ImageBuilder",
    "inspector2": "AmazonInspector2",
    "kafka": "Kafka",
    "kafkaconnect": "KafkaConnect",
    "lakeformation": "LakeFormationDataAccess",
    "lambda.application-autoscaling": "ApplicationAutoScaling_LambdaConcurrency",
    "lex": "LexBots",
    "lexv2": "LexV2Bots",
    "lightsail": "Lightsail",
    "logger.cloudfront": "CloudFrontLogger",
    "macie": "AmazonMacie",
    "malware-protection.guardduty": "AmazonGuardDutyMalwareProtection",
    "member.org.stacksets.cloudformation": "CloudFormationStackSetsOrgMember",
    "memorydb": "MemoryDB",
    "mq": "AmazonMQ",
    "mrk.kms": "KeyManagementServiceMultiRegionKeys",
    "networkmanager": "NetworkManager",
    "notifications": "AwsUserNotifications",
    "observability.aoss": "AmazonOpenSearchServerless",
    "opensearchservice": "AmazonOpenSearchService",
    "ops.apigateway": "APIGateway",
    "ops.emr-serverless": "AmazonEMRServerless",
    "opsdatasync.ssm": "SystemsManagerOpsDataSync",
    "opsinsights.ssm": "AmazonSSM_OpsInsights",
    "organizations": "Organizations",
    "pullthroughcache.ecr": "ECRPullThroughCache",
    "ram": "ResourceAccessManager",
    "rds": "RDS",
    "rds.application-autoscaling": "ApplicationAutoScaling_RDSCluster",
    "redshift": "Redshift",
    "replication.cassandra": "KeyspacesReplication",
    "replication.dynamodb": "DynamoDBReplication",
    "replication.ecr": "ECRReplication",
    "replicator.lambda": "LambdaReplicator",
    "resource-explorer-2": "ResourceExplorer",
    "rolesanywhere": "RolesAnywhere",
    "s3-outposts": "S3OnOutposts",
    "securityhub": "SecurityHub",
    "servicequotas": "ServiceQuotas",
    "ses": "AmazonSES",
    "shield": "AWSShield",
    "spot": "EC2Spot",
    "spotfleet": "EC2SpotFleet",
    "ssm": "AmazonSSM",
    "ssm-incidents": "IncidentManager",
    "ssm-quicksetup": "SSMQuickSetup",
    "sso": "SSO",
    "storage-lens.s3": "S3StorageLens",
    "support": "Support",
    "transitgateway": "VPCTransitGateway",
    "trustedadvisor": "TrustedAdvisor",
    "vpcorigin.cloudfront": "CloudFrontVPCOrigin",
    "waf": "WAFLogging",
    "wafv2": "WAFV2Logging",
}
# The known services that may have several such roles, told apart by a suffix.
WITH_SUFFIX: Final = frozenset({"autoscaling", "connect", "lexv2"})

_OF_AWS: Final = re.compile(r"^(awsservicerolefor)?(aws|amazon)?")
_KIND_OF_POLICY: Final = re.compile(r"((service(linked)?)?role|service)?policy$")


def is_service(aws_service_name: str) -> bool:
    """Whether the text has the form of a service's principal."""
    return _PRINCIPAL.fullmatch(aws_service_name) is not None


def may_have_suffix(aws_service_name: str) -> bool:
    """Whether AWS takes a suffix for the service's role; of a service that nobody told us about, yes."""
    name = aws_service_name.removesuffix(DOMAIN)
    return name in WITH_SUFFIX or name not in ROLE_NAMES


def role_name_of(aws_service_name: str, custom_suffix: str | None) -> str:
    """`elasticbeanstalk.amazonaws.com` → `AWSServiceRoleForElasticBeanstalk`."""
    name = aws_service_name.removesuffix(DOMAIN)
    words = name.partition(".")[0].split("-")
    own = ROLE_NAMES.get(name) or "".join(word[:1].upper() + word[1:] for word in words)
    return f"{PREFIX}{own}_{custom_suffix}" if custom_suffix else PREFIX + own


def policies_made_for(role_name: str, policy_names: Iterable[str]) -> list[str]:
    """Those of the policies that bear the role's name, but for the words AWS puts around it."""
    wanted = _bare(role_name).removesuffix("service")
    return [name for name in policy_names if _KIND_OF_POLICY.sub("", _bare(name)) == wanted]


def _bare(name: str) -> str:
    return _OF_AWS.sub("", name.lower().replace("_", "").replace("-", ""))
