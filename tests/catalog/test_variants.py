"""The variants that move the line: each has an offering of its own, which some resource reaches."""

import pytest

from demarcate.catalog import catalog
from demarcate.model import Party

VARIANTS = {
    "EC2": ("ec2.instance", "ec2.dedicated-instance", "ec2.instance-on-dedicated-host", "ec2.dedicated-host"),
    "EC2 Mac and bare metal": ("ec2.mac", "ec2.bare-metal"),
    "Lightsail": ("lightsail.instance", "lightsail.container", "lightsail.database"),
    "ECS": ("ecs.ec2", "ecs.fargate", "ecs.anywhere", "ecs.managed-instances"),
    "EKS": ("eks.cluster", "eks.auto-mode", "eks.managed-nodes", "eks.managed-nodes-custom-ami", "eks.fargate"),
    "EKS nodes of one's own": ("eks.self-managed-nodes", "eks.hybrid"),
    "Lambda": ("lambda.function", "lambda.container-image"),
    "App Runner": ("apprunner.image", "apprunner.source-code"),
    "Elastic Beanstalk": ("elasticbeanstalk.managed-updates", "elasticbeanstalk.environment"),
    "Batch": ("batch.ec2", "batch.fargate", "batch.eks"),
    "RDS": ("rds.instance", "rds.aurora", "rds.aurora-serverless", "rds.custom", "rds.outposts"),
    "DocumentDB": ("docdb.cluster", "docdb.serverless", "docdbelastic.cluster"),
    "Neptune": ("neptune.cluster", "neptune.serverless"),
    "ElastiCache": ("elasticache.nodes", "elasticache.serverless"),
    "MemoryDB, DAX": ("memorydb.cluster", "dax.cluster"),
    "OpenSearch": ("opensearchservice.domain", "opensearchserverless.collection"),
    "Redshift": ("redshift.cluster", "redshiftserverless.warehouse"),
    "EMR": ("emr.cluster", "emr.cluster-custom-ami", "emrcontainers.virtual-cluster", "emrserverless.application"),
    "MSK": ("msk.standard", "msk.express", "msk.serverless", "kafkaconnect.provisioned", "kafkaconnect.autoscaled"),
    "Amazon MQ": ("amazonmq.activemq", "amazonmq.rabbitmq"),
    "DynamoDB, Keyspaces, Timestream": ("dynamodb.table", "cassandra.table", "cassandra.provisioned"),
    "Timestream": ("timestream.liveanalytics", "timestream.influxdb"),
    "S3": ("s3.bucket", "s3outposts.bucket", "s3express.directory-bucket"),
    "EFS": ("efs.file-system",),
    "FSx": ("fsx.windows", "fsx.ontap", "fsx.openzfs", "fsx.lustre"),
    "EBS": ("ec2.volume", "ec2.volume-on-outpost"),
    "messaging": ("sqs.queue", "sns.topic", "events.bus", "kinesis.on-demand", "kinesis.provisioned"),
    "streams and workflows": ("kinesisfirehose.stream", "stepfunctions.workflow"),
    "API Gateway": ("apigateway.edge", "apigateway.regional", "apigateway.private", "apigatewayv2.api"),
    "edge": ("appsync.api", "cloudfront.distribution", "route53.hosted-zone", "wafv2.web-acl"),
    "Cognito": ("cognito.user-pool", "cognito.identity-pool"),
    "KMS key origins": (
        "kms.customer-managed-key",
        "kms.imported-key",
        "kms.cloudhsm-key-store",
        "kms.external-key-store",
    ),
    "KMS key owners": ("kms.aws-owned-key", "kms.aws-managed-key", "kms.customer-managed-key"),
    "CloudHSM, Secrets Manager": ("cloudhsm.cluster", "secretsmanager.secret"),
    "ACM": (
        "certificatemanager.public-certificate",
        "certificatemanager.imported-certificate",
        "certificatemanager.private-certificate",
        "acmpca.general-purpose",
        "acmpca.short-lived",
    ),
    "SageMaker": ("sagemaker.notebook-instance", "sagemaker.endpoint", "sagemaker.training-job", "sagemaker.studio"),
    "Bedrock": ("bedrock.inference", "bedrock.agent", "bedrock.knowledge-base", "bedrock.guardrail"),
    "Glue, MWAA": ("glue.job", "glue.catalog", "mwaa.environment"),
    "CodeBuild": ("codebuild.managed-image", "codebuild.custom-image"),
    "WorkSpaces, AppStream": ("workspaces.personal", "workspaces.pool", "appstream.fleet", "appstream.elastic-fleet"),
    "business applications": ("connect.instance", "quicksight.bi", "workmail.organization"),
    "transfer": ("transfer.server", "storagegateway.appliance", "datasync.transfer", "datasync.agent"),
    "networks": ("ec2.site-to-site-vpn", "ec2.client-vpn", "directconnect.connection"),
    "on premises": ("outposts.rack", "outposts.server", "ec2.local-zone", "snow.compute", "snow.transfer"),
    "IoT Greengrass": ("greengrass.core", "greengrassv2.core-device"),
    "GameLift": ("gamelift.managed-ec2", "gamelift.managed-containers", "gamelift.anywhere"),
    "Marketplace": ("marketplace.ami", "marketplace.container", "marketplace.saas"),
}


@pytest.mark.parametrize("offering", sorted({each for group in VARIANTS.values() for each in group}))
def test_a_variant_has_its_own_split(offering):
    data = catalog()
    found = data.offering(offering)
    service = data.service_of(offering)
    assert found is not None
    assert service is not None
    assert found.when or found.resources or found.boundary
    assert found.source or service.documentation
    cells = data.split(offering)
    assert set(cells) == set(data.responsibilities)
    assert all(cell.reason and cell.party in Party for cell in cells.values())


@pytest.mark.parametrize(
    ("one", "other", "moved"),
    [
        ("ec2.instance", "rds.instance", "operating-system"),
        ("ec2.instance", "outposts.rack", "facilities"),
        ("ecs.ec2", "ecs.fargate", "operating-system"),
        ("eks.self-managed-nodes", "eks.auto-mode", "operating-system"),
        ("rds.custom", "rds.instance", "operating-system"),
        ("codebuild.custom-image", "codebuild.managed-image", "operating-system"),
        ("lambda.container-image", "lambda.function", "platform-software"),
        ("elasticbeanstalk.environment", "elasticbeanstalk.managed-updates", "operating-system"),
        ("kms.external-key-store", "kms.customer-managed-key", "key-management"),
    ],
)
def test_a_variant_moves_the_line(one, other, moved):
    data = catalog()
    assert data.split(one)[moved] != data.split(other)[moved]
