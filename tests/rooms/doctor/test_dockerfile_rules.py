"""Rules on Dockerfiles and contexts: hits and near misses, each in files of its own."""

import pytest
from doctor_files import dockerfile, project, spec

NPM = ("FROM node:20", "WORKDIR /app")
ORDER = {
    "npm": (["Dockerfile:3"], {"Dockerfile": dockerfile(*NPM, "COPY . .", "RUN npm ci")}),
    "from above the context, which is its root": (
        ["Dockerfile:3"],
        {"Dockerfile": dockerfile(*NPM, "COPY ../ .", "RUN npm ci")},
    ),
    "pip, ADD, a file of another name": (
        ["services/api/api.dockerfile:2"],
        {
            "services/api/api.dockerfile": dockerfile(
                "FROM python:3.12", "ADD ./ /code/", "RUN pip install -r requirements.txt"
            )
        },
    ),
    "in JSON, with flags": (
        ["Dockerfile.prod:2"],
        {
            "Dockerfile.prod": dockerfile(
                "FROM ruby", 'COPY --chown=a:b [".", "/app"]', 'RUN ["bundle", "install"]'
            )
        },
    ),
    "over several lines": (
        ["Containerfile:2"],
        {
            "Containerfile": dockerfile(
                "FROM php",
                "COPY . .",
                "RUN set -ex; \\",
                "    cd /app && \\",
                "    composer install",
            )
        },
    ),
    "in a heredoc": (
        ["Dockerfile:2"],
        {
            "Dockerfile": dockerfile(
                "FROM a", "COPY . .", "RUN <<EOF", "apt-get install -y x", "EOF"
            )
        },
    ),
    "inherited from another stage": (
        ["Dockerfile:2"],
        {
            "Dockerfile": dockerfile(
                "FROM node AS base", "COPY . .", "FROM base AS build", "RUN yarn install"
            )
        },
    ),
    "a folder with its manifest": (
        ["Dockerfile:2"],
        {
            "Dockerfile": dockerfile(
                "FROM python", "COPY app /app", "RUN pip install -r /app/requirements.txt"
            ),
            "app/requirements.txt": "a==1\n",
            "app/main.py": "",
            "app/other.py": "",
        },
    ),
    "after another package by its name": (
        ["Dockerfile:3"],
        {"Dockerfile": dockerfile("FROM a", "RUN npm i -g pnpm@9", "COPY . .", "RUN npm ci")},
    ),
    "maven": (
        ["Dockerfile:2"],
        {"Dockerfile": dockerfile("FROM maven", "COPY . .", "RUN ./mvnw -B clean package")},
    ),
    "the lock first": (
        [],
        {"Dockerfile": dockerfile(*NPM, "COPY package*.json ./", "RUN npm ci", "COPY . .")},
    ),
    "installed once more": (
        [],
        {
            "Dockerfile": dockerfile(
                *NPM, "COPY package*.json ./", "RUN npm ci", "COPY . .", "RUN npm install x@1"
            )
        },
    ),
    "no install": ([], {"Dockerfile": dockerfile(*NPM, "COPY . .", "RUN npm run build")}),
    "from another stage": (
        [],
        {
            "Dockerfile": dockerfile(
                "FROM a AS b", "FROM c", "COPY --from=b . .", "RUN pip install x"
            )
        },
    ),
    "the folder of one source": (
        [],
        {"Dockerfile": dockerfile("FROM a", "COPY conf/ /etc/conf", "RUN apt-get install -y x=1")},
    ),
    "modules first": (
        [],
        {
            "Dockerfile": dockerfile(
                "FROM golang", "COPY go.* ./", "RUN go mod download", "COPY . .", "RUN go build"
            )
        },
    ),
    "the project alone": (
        [],
        {"Dockerfile": dockerfile("FROM python", "COPY . .", "RUN pip install --no-deps .")},
    ),
    "in an echo": ([], {"Dockerfile": dockerfile("FROM a", "COPY . .", 'RUN echo "npm ci"')}),
}
PINNED = "RUN apt-get update && apt-get install -y curl=7.88.1-10"
LOCKS = {
    "npm without a lock": (
        ["Dockerfile:4"],
        {"Dockerfile": dockerfile(*NPM, "COPY package.json .", "RUN npm install")},
    ),
    "a pattern that takes no lock": (
        ["Dockerfile:4"],
        {
            "Dockerfile": dockerfile(*NPM, "COPY package*.json ./", "RUN npm install"),
            "package.json": "",
        },
    ),
    "yarn": (
        ["Dockerfile:3"],
        {"Dockerfile": dockerfile("FROM node", "COPY package.json ./", "RUN yarn")},
    ),
    "composer": (
        ["Dockerfile:3"],
        {"Dockerfile": dockerfile("FROM a", "COPY composer.json ./", "RUN composer install")},
    ),
    "apt": (
        ["Dockerfile:2"],
        {"Dockerfile": dockerfile("FROM a", "RUN apt-get update && apt-get install -y curl git")},
    ),
    "apk": (["Dockerfile:2"], {"Dockerfile": dockerfile("FROM a", "RUN apk add --no-cache curl")}),
    "pip by name": (
        ["Dockerfile:2"],
        {"Dockerfile": dockerfile("FROM a", "RUN pip3 install flask")},
    ),
    "pip by a file without versions": (
        ["Dockerfile:3"],
        {
            "Dockerfile": dockerfile("FROM a", "COPY r.txt .", "RUN pip install -r r.txt"),
            "r.txt": "# all\nflask\nrequests>=2\n",
        },
    ),
    "npm with a lock": (
        [],
        {
            "Dockerfile": dockerfile(
                *NPM, "COPY package.json package-lock.json ./", "RUN npm install"
            )
        },
    ),
    "a pattern that takes the lock": (
        [],
        {
            "Dockerfile": dockerfile(*NPM, "COPY package*.json ./", "RUN npm install"),
            "package-lock.json": "{}",
        },
    ),
    "a pattern that takes the lock of a folder": (
        [],
        {
            "apps/a/b/Dockerfile": dockerfile(
                "FROM a",
                "COPY apps/a/b/pyproject.toml apps/a/b/poetry.lock* ./",
                "RUN poetry install",
            ),
            "apps/a/b/poetry.lock": "",
            "buildspec.yml": spec("docker build -f apps/a/b/Dockerfile ."),
        },
    ),
    "a folder that holds the lock": (
        [],
        {
            "Dockerfile": dockerfile(*NPM, "COPY web/ ./", "RUN npm install"),
            "web/package-lock.json": "",
        },
    ),
    "a folder that holds none": (
        ["Dockerfile:4"],
        {
            "Dockerfile": dockerfile(*NPM, "COPY web/ ./", "RUN npm install"),
            "web/package.json": "",
            "package-lock.json": "",
        },
    ),
    "npm ci": ([], {"Dockerfile": dockerfile(*NPM, "COPY package.json .", "RUN npm ci")}),
    "all of the context": (
        [],
        {"Dockerfile": dockerfile(*NPM, "COPY . .", "RUN npm install"), "package-lock.json": "{}"},
    ),
    "a bind mount": (
        [],
        {
            "Dockerfile": dockerfile(
                *NPM,
                "RUN --mount=type=bind,source=package-lock.json,target=p.json npm install",
            )
        },
    ),
    "apt with versions": ([], {"Dockerfile": dockerfile("FROM a", PINNED)}),
    "pip with versions": ([], {"Dockerfile": dockerfile("FROM a", "RUN pip install flask==3.0")}),
    "pip by a file with versions": (
        [],
        {
            "Dockerfile": dockerfile("FROM a", "COPY r.txt .", "RUN pip install -r r.txt"),
            "r.txt": "flask==3\n",
        },
    ),
    "pip itself": ([], {"Dockerfile": dockerfile("FROM a", "RUN pip install --upgrade pip")}),
    "the project itself": (
        [],
        {"Dockerfile": dockerfile("FROM a", "COPY . .", "RUN pip install .")},
    ),
    "a package that was copied": (
        [],
        {"Dockerfile": dockerfile("FROM a", "COPY a.deb /", "RUN apt-get install -y /a.deb")},
    ),
}
ARGUED = dockerfile("FROM node", "ARG COMMIT", "COPY package*.json ./", "RUN npm ci", "COPY . .")
BELOW = dockerfile("FROM node", "COPY package*.json ./", "RUN npm ci", "ARG COMMIT", "COPY . .")
ARGUMENTS = {
    "the commit": (
        ["Dockerfile:2"],
        {
            "Dockerfile": ARGUED,
            "buildspec.yml": spec(
                "docker build --build-arg COMMIT=$CODEBUILD_RESOLVED_SOURCE_VERSION ."
            ),
        },
    ),
    "the commit by way of variables": (
        ["Dockerfile:2"],
        {
            "Dockerfile": ARGUED,
            "buildspec.yml": spec(
                "HASH=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)",
                "TAG=${HASH:=latest}",
                'docker build --build-arg "COMMIT=$TAG" .',
            ),
        },
    ),
    "a date": (
        ["Dockerfile:2"],
        {
            "Dockerfile": ARGUED,
            "buildspec.yml": spec("docker build --build-arg COMMIT=$(date +%s) ."),
        },
    ),
    "git": (
        ["Dockerfile:2"],
        {
            "Dockerfile": ARGUED,
            "buildspec.yml": spec("docker build --build-arg COMMIT=`git rev-parse HEAD` ."),
        },
    ),
    "in compose": (
        ["Dockerfile:2"],
        {
            "Dockerfile": ARGUED,
            "compose.yml": "services:\n  a:\n    build:\n      context: .\n      args:\n"
            "        COMMIT: ${CODEBUILD_BUILD_NUMBER}\n",
        },
    ),
    "of a file that nobody builds, by its name": (["Dockerfile:2"], {"Dockerfile": ARGUED}),
    "below what is expensive": (
        [],
        {
            "Dockerfile": BELOW,
            "buildspec.yml": spec("docker build --build-arg COMMIT=$CODEBUILD_BUILD_ID ."),
        },
    ),
    "a fixed value": (
        [],
        {"Dockerfile": ARGUED, "buildspec.yml": spec("docker build --build-arg COMMIT=1.2 .")},
    ),
    "another argument": (
        [],
        {
            "Dockerfile": ARGUED.replace("COMMIT", "NODE_ENV"),
            "buildspec.yml": spec("docker build --build-arg COMMIT=$(date) ."),
        },
    ),
    "nobody gives it": (
        [],
        {"Dockerfile": ARGUED, "buildspec.yml": spec("docker build -t a .")},
    ),
    "in another stage": (
        [],
        {
            "Dockerfile": dockerfile(
                "FROM a AS x", "RUN npm ci", "FROM b", "ARG COMMIT", "RUN echo"
            ),
            "buildspec.yml": spec("docker build --build-arg COMMIT=$CODEBUILD_BUILD_ID ."),
        },
    ),
    "below COPY of all, which misses anyway": (
        [],
        {
            "Dockerfile": dockerfile("FROM a", "COPY . .", "ARG COMMIT", "RUN npm ci"),
            "buildspec.yml": spec("docker build --build-arg COMMIT=$CODEBUILD_BUILD_ID ."),
        },
    ),
}
ALL = dockerfile("FROM a", "COPY . .")
CONTEXTS = {
    ".git": (["Dockerfile:2"], {"Dockerfile": ALL, ".git/": ""}),
    "node_modules": (["Dockerfile:2"], {"Dockerfile": ALL, "node_modules/": ""}),
    "node_modules that git keeps": (
        ["Dockerfile:2"],
        {"Dockerfile": ALL, "node_modules/": "", "buildspec.yml": spec("docker build .")},
    ),
    "node_modules that git leaves out": (
        [],
        {
            "Dockerfile": ALL,
            "node_modules/": "",
            ".gitignore": "node_modules\n",
            "buildspec.yml": spec("docker build ."),
        },
    ),
    "ignored by half": (
        ["Dockerfile:2"],
        {"Dockerfile": ALL, ".git/": "", ".dockerignore": "*.md\nnode_modules\n"},
    ),
    "taken back": (
        ["Dockerfile:2"],
        {"Dockerfile": ALL, ".git/": "", ".dockerignore": "*\n!.git\n"},
    ),
    "installed by the buildspec": (
        ["web/Dockerfile:2"],
        {
            "web/Dockerfile": ALL,
            "buildspec.yml": spec("cd web", "npm ci && npm run build", "docker build -t a ."),
        },
    ),
    "the context is above the file": (
        ["docker/Dockerfile:2"],
        {
            "docker/Dockerfile": ALL,
            ".git/": "",
            "buildspec.yml": spec("docker build -f docker/Dockerfile ."),
        },
    ),
    "the source comes from CodePipeline": (
        [],
        {
            "Dockerfile": ALL,
            ".git/": "",
            "buildspec.yml": spec("docker build ."),
            "project.json": project().replace(
                '"buildspec":', '"type": "CODEPIPELINE", "buildspec":'
            ),
        },
    ),
    "ignored": ([], {"Dockerfile": ALL, ".git/": "", ".dockerignore": ".git\n"}),
    "all in it ignored": ([], {"Dockerfile": ALL, ".git/": "", ".dockerignore": ".git/**\n"}),
    "ignored by a pattern": (
        [],
        {
            "Dockerfile": ALL,
            ".git/": "",
            "node_modules/": "",
            ".dockerignore": "**/.git\n**/node_modules\n",
        },
    ),
    "all ignored but a folder": (
        [],
        {"Dockerfile": ALL, ".git/": "", ".dockerignore": "**\n!src\n"},
    ),
    "ignored by the Dockerfile's own": (
        [],
        {"Dockerfile": ALL, ".git/": "", "Dockerfile.dockerignore": "/.git/\n"},
    ),
    "not in the context": (
        [],
        {
            "api/Dockerfile": ALL,
            ".git/": "",
            "buildspec.yml": spec("docker build -t a api"),
        },
    ),
    "not copied": ([], {"Dockerfile": dockerfile("FROM a", "COPY src src"), ".git/": ""}),
    "neither is there": ([], {"Dockerfile": ALL}),
}
TABLE = {
    "copy-before-install": ORDER,
    "install-without-lock": LOCKS,
    "changing-argument": ARGUMENTS,
    "context-without-ignore": CONTEXTS,
}


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, cases in TABLE.items() for name in cases]
)
def test_a_rule_finds_what_it_is_about_and_nothing_else(rule, name, find):
    places, files = TABLE[rule][name]
    assert find(rule, files) == places
