"""The services that roles are passed to and that policies of resources name. AWS publishes no list of them."""

from typing import Final

_NAMES: Final = """
    access-analyzer acm airflow amplify apigateway appflow application-autoscaling apprunner appsync athena
    autoscaling backup batch bedrock bedrock-agentcore budgets cloud9 cloudformation cloudfront cloudtrail
    cloudwatch codebuild codecommit codedeploy codepipeline cognito-idp config connect databrew datasync dax
    delivery.logs dlm dms ds dynamodb ec2 ec2fleet ecr ecs ecs-tasks edgelambda eks eks-fargate-pods
    elasticache elasticbeanstalk elasticfilesystem elasticloadbalancing elasticmapreduce emr-containers
    emr-serverless events export.rds firehose fis fsx glue grafana greengrass guardduty imagebuilder
    inspector2 iot kafka kafkaconnect kendra kinesis kinesisanalytics kms lakeformation lambda lex lexv2
    lightsail logs logdelivery.elasticloadbalancing macie mediaconvert medialive monitoring.rds mq
    network-firewall omics opensearchservice organizations osis personalize pipes pods.eks ram rds redshift
    redshift-serverless rekognition replicator.lambda resource-groups robomaker rolesanywhere route53
    s3 sagemaker scheduler secretsmanager securityhub serverlessrepo servicecatalog ses shield sns spotfleet
    sqs ssm ssm-incidents states storagegateway streams.metrics.cloudwatch textract transcribe transfer
    translate vmie vpc-flow-logs vpc-lattice wafv2 workspaces xray
"""
SERVICE_PRINCIPALS: Final = tuple(f"{name}.amazonaws.com" for name in sorted(_NAMES.split()))
