"""Experiments on AWS: the lab's rounds of histories, side by side on CodeBuild."""

from analysis.cloud.experiment import run_on_codebuild, say_on_codebuild
from analysis.cloud.leftovers import sweep

__all__ = ["run_on_codebuild", "say_on_codebuild", "sweep"]
