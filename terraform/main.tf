# What an experiment on AWS needs: two image repositories, two buckets, a log group, build projects,
# the role they build with, and the policy of whoever starts them.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  region_account = "${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"

  ssm_arn     = "arn:${data.aws_partition.current.partition}:ssm:${local.region_account}"
  secrets_arn = "arn:${data.aws_partition.current.partition}:secretsmanager:${local.region_account}"

  projects = {
    plain  = { name = var.name, strategy = "docker", cache = "NO_CACHE", modes = [] }
    cached = { name = "${var.name}-layer-cache", strategy = "local-layer-cache", cache = "LOCAL", modes = ["LOCAL_DOCKER_LAYER_CACHE"] }
  }
  # StartBuild can't ask for a Docker server: it takes a project of its own
  server_project_name = var.docker_server_compute_type == null ? null : "${var.name}-server"
  project_arns = [
    for name in compact(concat([for project in local.projects : project.name], [local.server_project_name])) :
    "arn:${data.aws_partition.current.partition}:codebuild:${local.region_account}:project/${name}"
  ]

  buckets = { source = var.source_days, cache = var.cache_days }

  # each history of an experiment pushes to a repository of its own below these two
  history_arns    = ["${aws_ecr_repository.image.arn}/*", "${aws_ecr_repository.cache.arn}/*"]
  repository_arns = concat([aws_ecr_repository.image.arn, aws_ecr_repository.cache.arn], local.history_arns)

  environment = {
    for name, value in {
      AWS_REGION               = data.aws_region.current.name
      CACHE_BUCKET             = aws_s3_bucket.this["cache"].bucket
      CACHE_REPOSITORY_URL     = aws_ecr_repository.cache.repository_url
      CODEBUILD_CACHE_PROJECT  = aws_codebuild_project.this["cached"].name
      CODEBUILD_PROJECT        = aws_codebuild_project.this["plain"].name
      CODEBUILD_SERVER_PROJECT = local.server_project_name
      ECR_REPOSITORY_URL       = aws_ecr_repository.image.repository_url
      SOURCE_BUCKET            = aws_s3_bucket.this["source"].bucket
    } : name => value if value != null
  }
}

# Repositories

resource "aws_ecr_repository" "image" {
  #checkov:skip=CKV_AWS_51:every build of the quick start pushes :latest again
  #checkov:skip=CKV_AWS_136:ECR's own encryption does; a key costs a dollar a month and permissions of its own
  name                 = var.name
  image_tag_mutability = "MUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}

# A cache beside the images would take places that the policy below gives to builds.
resource "aws_ecr_repository" "cache" {
  #checkov:skip=CKV_AWS_51:every build writes :cache again
  #checkov:skip=CKV_AWS_136:ECR's own encryption does, as for the images
  #checkov:skip=CKV_AWS_163:a cache is no image that could be scanned
  name                 = "${var.name}-cache"
  image_tag_mutability = "MUTABLE"
  force_delete         = true
}

# Rules stand in the order of their priorities, or every plan would put them there again.
resource "aws_ecr_lifecycle_policy" "image" {
  repository = aws_ecr_repository.image.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "what a newer push took the tag from goes after a week"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "the newest stay"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep_images }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_ecr_lifecycle_policy" "cache" {
  repository = aws_ecr_repository.cache.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "a cache that a newer one took the tag from goes after a day"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "a cache that no build writes any more goes too"
        selection    = { tagStatus = "any", countType = "sinceImagePushed", countUnit = "days", countNumber = var.cache_days }
        action       = { type = "expire" }
      },
    ]
  })
}

# Buckets

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:what is in here can be made again; a log of accesses would be a third bucket
  #checkov:skip=CKV_AWS_21:contexts are named by their content and caches by their digests: a version more is waste
  #checkov:skip=CKV_AWS_144:a copy in another region would serve no build
  #checkov:skip=CKV_AWS_145:S3's own encryption does; a key costs a dollar a month and permissions of its own
  #checkov:skip=CKV2_AWS_62:nobody waits for events
  for_each = local.buckets

  # S3 adds what no other account can have taken already
  bucket_prefix = "${var.name}-${each.key}-"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = each.value
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# Builds

resource "aws_cloudwatch_log_group" "builds" {
  #checkov:skip=CKV_AWS_158:CloudWatch's own encryption does; a key costs a dollar a month and permissions of its own
  #checkov:skip=CKV_AWS_338:an experiment keeps its logs on disk; var.log_days can be a year
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_codebuild_project" "this" {
  #checkov:skip=CKV_AWS_147:no artifacts leave a build; images are encrypted where they are pushed to
  #checkov:skip=CKV_AWS_316:a build that runs docker needs a privileged host
  for_each = local.projects

  name                   = each.value.name
  description            = "Docker caches compared: ${each.value.strategy}"
  service_role           = aws_iam_role.build.arn
  build_timeout          = var.build_timeout
  concurrent_build_limit = var.concurrent_builds

  # An experiment gives each build its own context and buildspec. Without, a project builds the
  # sources of this very repository: source.zip in the bucket.
  source {
    type      = "S3"
    location  = "${aws_s3_bucket.this["source"].bucket}/source.zip"
    buildspec = "deploy/buildspecs/${each.value.strategy}.yml"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  cache {
    type  = each.value.cache
    modes = each.value.modes
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = var.compute_type
    image           = var.build_image
    privileged_mode = true

    environment_variable {
      name  = "ECR_REPOSITORY_URL"
      value = aws_ecr_repository.image.repository_url
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.builds.name
    }
  }

  # a build that starts before its role may do anything would fail
  depends_on = [aws_iam_role_policy.build]
}

# The provider knows Docker servers from 6.2 on, CloudFormation in every version.
resource "aws_cloudformation_stack" "server" {
  #checkov:skip=CKV_AWS_124:whoever applies this sees how it ends
  count = var.docker_server_compute_type == null ? 0 : 1
  name  = local.server_project_name

  template_body = jsonencode({
    Resources = {
      Project = {
        Type = "AWS::CodeBuild::Project"
        Properties = merge({
          Name             = local.server_project_name
          Description      = "Docker caches compared: docker-server"
          ServiceRole      = aws_iam_role.build.arn
          TimeoutInMinutes = var.build_timeout
          Source = {
            Type      = "S3"
            Location  = "${aws_s3_bucket.this["source"].bucket}/source.zip"
            BuildSpec = "deploy/buildspecs/docker-server.yml"
          }
          Artifacts = { Type = "NO_ARTIFACTS" }
          Environment = {
            Type                 = "LINUX_CONTAINER"
            ComputeType          = var.compute_type
            Image                = var.build_image
            PrivilegedMode       = true
            DockerServer         = { ComputeType = var.docker_server_compute_type }
            EnvironmentVariables = [{ Name = "ECR_REPOSITORY_URL", Value = aws_ecr_repository.image.repository_url }]
          }
          LogsConfig = { CloudWatchLogs = { Status = "ENABLED", GroupName = aws_cloudwatch_log_group.builds.name } }
        }, var.concurrent_builds == null ? {} : { ConcurrentBuildLimit = var.concurrent_builds })
      }
    }
  })

  depends_on = [aws_iam_role_policy.build]
}

# Permissions

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }

    # not for the projects of anyone else
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = local.project_arns
    }
  }
}

# what docker login, pull and push do, in a build and in the quick start alike
data "aws_iam_policy_document" "push" {
  statement {
    sid     = "Login"
    actions = ["ecr:GetAuthorizationToken"]
    # a login is for the registry as a whole: AWS allows no other resource
    resources = ["*"]
  }

  statement {
    sid = "PullAndPush"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = local.repository_arns
  }
}

data "aws_iam_policy_document" "build" {
  source_policy_documents = [data.aws_iam_policy_document.push.json]

  statement {
    sid       = "ReadContext"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.this["source"].arn}/*"]
  }

  statement {
    sid       = "FindContext"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"]
    resources = [aws_s3_bucket.this["source"].arn]
  }

  statement {
    sid       = "FindCache"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["cache"].arn]
  }

  statement {
    sid       = "Cache"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this["cache"].arn}/*"]
  }

  statement {
    sid       = "WriteLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.builds.arn}:*"]
  }

  # what a buildspec of one's own takes from AWS by its name, and nothing beside it
  dynamic "statement" {
    for_each = length(var.build_parameters) > 0 ? [1] : []
    content {
      sid       = "ReadParameters"
      actions   = ["ssm:GetParameters"]
      resources = [for name in var.build_parameters : "${local.ssm_arn}:parameter/${trimprefix(name, "/")}"]
    }
  }

  dynamic "statement" {
    for_each = length(var.build_secrets) > 0 ? [1] : []
    content {
      sid     = "ReadSecrets"
      actions = ["secretsmanager:GetSecretValue"]
      # the last six signs are AWS's own
      resources = [for name in var.build_secrets : "${local.secrets_arn}:secret:${name}-??????"]
    }
  }
}

data "aws_iam_policy_document" "experiment" {
  statement {
    sid = "Build"
    actions = [
      "codebuild:BatchGetBuilds",
      "codebuild:BatchGetProjects",
      "codebuild:ListBuildsForProject",
      "codebuild:StartBuild",
      "codebuild:StopBuild",
    ]
    resources = local.project_arns
  }

  statement {
    sid       = "ReadLogs"
    actions   = ["logs:DescribeLogStreams", "logs:GetLogEvents"]
    resources = ["${aws_cloudwatch_log_group.builds.arn}:*"]
  }

  statement {
    sid       = "ReadImages"
    actions   = ["ecr:BatchGetImage", "ecr:DescribeImages"]
    resources = local.repository_arns
  }

  statement {
    sid       = "Preview"
    actions   = ["ecr:GetLifecyclePolicyPreview", "ecr:StartLifecyclePolicyPreview"]
    resources = [aws_ecr_repository.image.arn, aws_ecr_repository.cache.arn]
  }

  statement {
    sid = "Histories"
    actions = [
      "ecr:CreateRepository",
      "ecr:DeleteRepository",
      "ecr:DescribeRepositories",
      "ecr:ListTagsForResource",
      "ecr:TagResource",
    ]
    resources = local.history_arns
  }

  # what builds may do is asked before one is paid
  statement {
    sid       = "AskForBuilds"
    actions   = ["iam:SimulatePrincipalPolicy"]
    resources = [aws_iam_role.build.arn]
  }

  statement {
    sid       = "UploadContext"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.this["source"].arn}/*"]
  }

  statement {
    sid       = "ListCache"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["cache"].arn]
  }

  statement {
    sid       = "EmptyCache"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.this["cache"].arn}/*"]
  }
}

resource "aws_iam_role" "build" {
  name               = "${var.name}-build"
  description        = "What builds of ${var.name} may do"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "build" {
  name   = "build"
  role   = aws_iam_role.build.name
  policy = data.aws_iam_policy_document.build.json
}

resource "aws_iam_policy" "push" {
  name        = "${var.name}-push"
  description = "What pushing images to ${var.name} by hand takes"
  policy      = data.aws_iam_policy_document.push.json
}

resource "aws_iam_policy" "experiment" {
  name        = "${var.name}-experiment"
  description = "What running an experiment with ${var.name} takes"
  policy      = data.aws_iam_policy_document.experiment.json
}
