"""Projects of CodeBuild with all that they were made of; bare moto forgets some of it."""

import json
from typing import Any

from moto.codebuild import responses
from moto.codebuild.exceptions import InvalidInputException, ResourceNotFoundException
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult, EmptyResult

from aws.state import State


def find_project(self: CodeBuildResponse, name: str) -> dict[str, Any]:
    """A project's description; ResourceNotFoundException."""
    project = self.codebuild_backend.codebuild_projects.get(name.split(":project/")[-1])
    if project is None:
        arn = f"arn:aws:codebuild:{self.region}:{self.current_account}:project/{name}"
        raise ResourceNotFoundException(f"Project cannot be found: {arn}")
    return project.project_metadata


def create_project(self: CodeBuildResponse) -> ActionResult:
    """A project with all that was asked for; bare moto forgets some of it."""
    params = json.loads(self.body)
    check_limit(self, params)
    CREATE(self)
    project = self.codebuild_backend.codebuild_projects[params["name"]].project_metadata
    project |= {k: v for k, v in params.items() if k not in (*project, "badgeEnabled")}
    return ActionResult({"project": project})


def update_project(self: CodeBuildResponse) -> ActionResult:
    """A changed project."""
    params = json.loads(self.body)
    check_limit(self, params)
    project = find_project(self, params.pop("name"))
    project |= {k: v for k, v in params.items() if k != "badgeEnabled"}
    project["lastModified"] = self.aws.now()
    return ActionResult({"project": project})


def check_limit(self: CodeBuildResponse, params: dict[str, Any]) -> None:
    """A project may not run more builds at once than its account, of which new ones have few."""
    limit = self.aws.limit
    if limit is not None and (params.get("concurrentBuildLimit") or 0) > limit:
        raise InvalidInputException(
            "Project-level concurrent build limit cannot exceed the account-level concurrent build "
            f"limit of {limit}."
        )


def delete_project(self: CodeBuildResponse) -> EmptyResult:
    """Nothing: a project that is named by its ARN goes too, and one that is gone is no error."""
    name = self._get_param("name").split(":project/")[-1]
    self.codebuild_backend.delete_project(name)
    return EmptyResult()


def batch_get_projects(self: CodeBuildResponse) -> ActionResult:
    """Projects by name or ARN, and which of them there are not."""
    names = {name: name.split(":project/")[-1] for name in self._get_param("names")}
    known = self.codebuild_backend.codebuild_projects
    found = [known[short].project_metadata for short in names.values() if short in known]
    missing = [name for name, short in names.items() if short not in known]
    return ActionResult({"projects": found, "projectsNotFound": missing})


def invalidate_project_cache(self: CodeBuildResponse) -> EmptyResult:
    """Nothing."""
    find_project(self, self._get_param("projectName"))
    return EmptyResult()


def check_source(source: dict[str, Any]) -> None:
    """InvalidInputException for a source that AWS refuses; NO_SOURCE needs no location."""
    if source.get("type") != "NO_SOURCE":
        CHECK_SOURCE(source)
    elif source.get("location"):
        raise InvalidInputException("location must be empty for source type NO_SOURCE")


CREATE, CHECK_SOURCE = (
    CodeBuildResponse.create_project,
    responses._validate_required_params_source,
)
CORRECTED = (
    create_project,
    update_project,
    delete_project,
    batch_get_projects,
    invalidate_project_cache,
)


def install(aws: State) -> None:
    """Put all of this in moto's place."""
    CodeBuildResponse.aws = aws
    responses._validate_required_params_source = check_source
    # its lists of compute and environment types are old; the service model has been asked
    responses._validate_required_params_environment = lambda environment: None
    for function in CORRECTED:
        setattr(CodeBuildResponse, function.__name__, function)
