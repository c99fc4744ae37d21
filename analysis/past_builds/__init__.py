"""Builds that a project already had, read without building anything: `read_history`.

reading (origin, since and limit, frames) calls codebuild (a project), group
(CloudWatch), bucket (S3) or files; each finds builds with what is known of them and their logs.
described has CodeBuild's own words for a build; access reads at AWS.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
