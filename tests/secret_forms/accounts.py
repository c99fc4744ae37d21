"""Account numbers of AWS where they stand."""

from collections.abc import Iterator

from secret_forms.making import DIGITS, Case, Maker


def list_accounts(make: Maker) -> Iterator[Case]:
    """Account numbers of AWS."""
    for carrier in (
        "NUMBER.dkr.ecr.eu-west-1.amazonaws.com/app:1",
        "arn:aws:codebuild:eu-west-1:NUMBER:build/x:y",
        "arn:aws:iam::NUMBER:role/build",
        "arn:aws-cn:sts::NUMBER:assumed-role/x/y",
        "s3://codebuild-cache-NUMBER/prefix",
        "s3://NUMBER-eu-west-1-logs/x",
        "bucket my-logs-NUMBER does not exist",
        "https://my-logs-NUMBER.s3.eu-west-1.amazonaws.com/x",
        "https://s3.amazonaws.com/my-logs-NUMBER/x",
        "arn:aws:s3:::my-logs-NUMBER/x",
        '"Account": "NUMBER"',
        "accountId=NUMBER",
        "AWS_ACCOUNT_ID=NUMBER",
        "--registry-ids NUMBER",
        '"registryId": "NUMBER"',
        "registry with id 'NUMBER'",
        "account NUMBER is not allowed to",
        "https://sqs.eu-west-1.amazonaws.com/NUMBER/queue",
        "https://NUMBER.signin.aws.amazon.com/console",
        "--bucket my-logs-NUMBER --prefix x",
        "bucket=codepipeline-eu-west-1-NUMBER",
    ):
        number = f"{make.between(1, 9)}{make.of(DIGITS, 11)}"
        yield Case(carrier, carrier.replace("NUMBER", number), (number,))
