"""The forms besides JSON in which the AWS command line prints an answer: table, YAML and text."""

import re

# how many characters tell
_BEGIN = 4000
# by `--output`; names as the answers of ECR, CodeBuild and CloudWatch Logs have them
_FORMS = {
    "table": re.compile(r"\s*-{8,}\s*\n\|\s+[A-Z][A-Za-z]+\s+\|\s*\n"),
    "yaml": re.compile(
        r"\s*(?:-\s+)?(?:imageDetails|images|failures|builds|buildsNotFound|ids|projects|events"
        r"|lifecyclePolicyText|registryId|repositoryName|repositories|summary|previewResults"
        r"|(?:- )?imageDigest|(?:- )?arn):(?:[ ](?![{\[])[^\n]*)?(?:\n|\Z)"
    ),
    "text": re.compile(
        r"\s*(?:(?:IMAGEDETAILS|IMAGES|IMAGEIDS|BUILDS|IDS|FAILURES|PROJECTS|REPOSITORIES"
        r"|PREVIEWRESULTS|SUMMARY)\t|[^\t\n{]{1,200}\t\{\"rules\"|\d{4}-\d\d-\d\dT[^\t\n]*\t)"
    ),
}


def find_output(text: str) -> str | None:
    """What `--output` was when AWS's command line printed a text: table, yaml, text; null if none.

    That may also be because the text is JSON, or of something else.
    """
    begin = text[:_BEGIN]
    return next((name for name, form in _FORMS.items() if form.match(begin)), None)


def say_output(text: str) -> str:
    """What is wrong with a text that AWS's command line printed otherwise, and the cure; or ""."""
    found = find_output(text)
    return f"is what `--output {found}` prints: ask for it with `--output json`" if found else ""
