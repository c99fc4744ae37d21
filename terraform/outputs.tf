output "ecr_repository_url" {
  description = "Address of the image repository, for docker push"
  value       = aws_ecr_repository.image.repository_url
}

output "cache_repository_url" {
  description = "Address of the cache repository, for --cache-to and --cache-from"
  value       = aws_ecr_repository.cache.repository_url
}

output "project_name" {
  description = "CodeBuild project without a cache"
  value       = aws_codebuild_project.this["plain"].name
}

output "cache_project_name" {
  description = "CodeBuild project with LOCAL_DOCKER_LAYER_CACHE"
  value       = aws_codebuild_project.this["cached"].name
}

output "server_project_name" {
  description = "CodeBuild project with a Docker server; null when there is none"
  value       = local.server_project_name
  depends_on  = [aws_cloudformation_stack.server]
}

output "source_bucket" {
  description = "Bucket that build contexts are uploaded to"
  value       = aws_s3_bucket.this["source"].bucket
}

output "cache_bucket" {
  description = "Bucket of caches with type=s3"
  value       = aws_s3_bucket.this["cache"].bucket
}

output "log_group_name" {
  description = "Log group of all projects"
  value       = aws_cloudwatch_log_group.builds.name
}

output "region" {
  description = "Region that everything is in"
  value       = data.aws_region.current.name
}

output "experiment_policy_arn" {
  description = "Policy to attach to whoever runs the experiment"
  value       = aws_iam_policy.experiment.arn
}

output "push_policy_arn" {
  description = "Policy to attach to whoever pushes by hand, as the quick start does"
  value       = aws_iam_policy.push.arn
}

output "environment" {
  description = "Settings of an experiment by the names of its environment variables"
  value       = local.environment
}

output "exports" {
  description = "The same as lines of a shell, for eval"
  value       = join("\n", [for name, value in local.environment : "export ${name}='${value}'"])
}
