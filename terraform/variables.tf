variable "name" {
  description = "Name of the repository and the plain project, and what every other name begins with"
  type        = string
  default     = "codebuild-docker"
  nullable    = false

  validation {
    # of the 37 characters that a bucket's prefix may have, -source- takes 8
    condition     = can(regex("^[a-z][a-z0-9-]{1,26}[a-z0-9]$", var.name))
    error_message = "name is to be 3 to 28 lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "region" {
  description = "Region to build in; null: the one that AWS_REGION or the profile names"
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything, besides Project"
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "build_image" {
  description = "Image that builds run in: one of CodeBuild's own, which its hosts hold already"
  type        = string
  default     = "aws/codebuild/standard:7.0"
  nullable    = false

  validation {
    condition     = can(regex("^aws/codebuild/[a-z0-9_-]+:[a-zA-Z0-9._-]+$", var.build_image))
    error_message = "build_image is to be one of CodeBuild's own: aws codebuild list-curated-environment-images lists them."
  }
}

variable "compute_type" {
  description = "Size of the build hosts; the price of a minute depends on it"
  type        = string
  default     = "BUILD_GENERAL1_SMALL"
  nullable    = false

  validation {
    # LOCAL_DOCKER_LAYER_CACHE is not to be had on 2XLARGE
    condition     = can(regex("^BUILD_GENERAL1_(SMALL|MEDIUM|LARGE|XLARGE)$", var.compute_type))
    error_message = "compute_type is to be BUILD_GENERAL1_ and SMALL, MEDIUM, LARGE or XLARGE."
  }
}

variable "docker_server_compute_type" {
  description = "Size of the Docker server of a project of its own; null: no such project. Its price is not known here"
  type        = string
  default     = null

  validation {
    condition     = var.docker_server_compute_type == null || can(regex("^BUILD_GENERAL1_(SMALL|MEDIUM|LARGE|XLARGE|2XLARGE)$", var.docker_server_compute_type))
    error_message = "docker_server_compute_type is to be null or BUILD_GENERAL1_ and SMALL, MEDIUM, LARGE, XLARGE or 2XLARGE."
  }
}

variable "build_parameters" {
  description = "Names of parameters (SSM) that builds may read: those of env/parameter-store of a buildspec of your own"
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.build_parameters : can(regex("^/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", name))])
    error_message = "build_parameters is to be names such as /team/key, without patterns."
  }
}

variable "build_secrets" {
  description = "Names of secrets that builds may read: those of env/secrets-manager of a buildspec of your own"
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.build_secrets : can(regex("^[A-Za-z0-9/_+=.@-]+$", name))])
    error_message = "build_secrets is to be names such as team/token, without their keys and without patterns."
  }
}

variable "build_timeout" {
  description = "Minutes after which a build is stopped"
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.build_timeout == floor(var.build_timeout) && var.build_timeout >= 5 && var.build_timeout <= 2160
    error_message = "build_timeout is to be 5 to 2160 whole minutes."
  }
}

variable "concurrent_builds" {
  description = "Builds that a project runs at once, no more than the account may; null: as many as that"
  type        = number
  default     = null

  validation {
    condition     = var.concurrent_builds == null || try(var.concurrent_builds == floor(var.concurrent_builds) && var.concurrent_builds >= 1, false)
    error_message = "concurrent_builds is to be a whole number from 1 on, or null."
  }
}

variable "log_days" {
  description = "Days that build logs are kept"
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days is to be one of CloudWatch's: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … days."
  }
}

variable "source_days" {
  description = "Days that uploaded build contexts are kept"
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.source_days == floor(var.source_days) && var.source_days >= 1
    error_message = "source_days is to be a whole number from 1 on."
  }
}

variable "cache_days" {
  description = "Days that a cache is kept which no build writes or refreshes any more"
  type        = number
  default     = 14
  nullable    = false

  validation {
    # BuildKit refreshes what it finds in an S3 cache once a day
    condition     = var.cache_days == floor(var.cache_days) && var.cache_days >= 2
    error_message = "cache_days is to be a whole number from 2 on."
  }
}

variable "keep_images" {
  description = "Entries that the image repository keeps, the newest; ECR may count more than one a build"
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.keep_images == floor(var.keep_images) && var.keep_images >= 1
    error_message = "keep_images is to be a whole number from 1 on."
  }
}
