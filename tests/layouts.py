"""Ordinary layouts of projects: a Dockerfile, files, and what a commit should change and hit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Layout(NamedTuple):
    """Files by their names, and for source and dependency: (the file, the first layer to miss)."""

    dockerfile: str
    files: str
    source: tuple[str, str]
    dependency: tuple[str, str] | None
    options: Mapping[str, object] = MappingProxyType({})
    ignore: str = ""


LAYOUTS = {
    "npm, all copied last": Layout(
        "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
        "RUN npm run build\n",
        "package.json package-lock.json .eslintrc.js babel.config.js src/index.js src/a.test.js",
        ("src/index.js", "COPY . ."),
        ("package.json", "COPY package*.json ./"),
    ),
    "a script in front of the dependencies": Layout(
        "FROM python:3.13\nCOPY scripts/setup.py /setup.py\nRUN python /setup.py\n"
        "COPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY app/ app/\n",
        "scripts/setup.py requirements.txt app/main.py",
        ("app/main.py", "COPY app/ app/"),
        ("requirements.txt", "COPY requirements.txt ."),
    ),
    "a settings file after the source": Layout(
        "FROM golang:1 AS build\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\n"
        "COPY cmd/ cmd/\nRUN go build ./cmd\nFROM alpine\nCOPY --from=build /src/app /app\n"
        "COPY nginx.conf docker-entrypoint.sh /etc/\n",
        "go.mod go.sum cmd/main.go cmd/main_test.go nginx.conf docker-entrypoint.sh",
        ("cmd/main.go", "COPY cmd/ cmd/"),
        ("go.mod", "COPY go.mod go.sum ./"),
    ),
    "a stage that the target does not need": Layout(
        "FROM node:22 AS deps\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n"
        "FROM deps AS prod\nCOPY src ./src\nFROM prod AS dev\nCOPY tools ./tools\n",
        "package.json src/server.ts tools/watch.ts",
        ("src/server.ts", "COPY src ./src"),
        ("package.json", "COPY package.json ./"),
        {"target": "prod"},
    ),
    "a monorepo": Layout(
        "FROM python:3.13\nWORKDIR /app\nCOPY services/api/requirements.txt .\n"
        "RUN pip install -r requirements.txt\nCOPY services/api/ .\n",
        "services/api/Dockerfile services/api/requirements.txt services/api/main.py "
        "services/web/package.json services/web/index.js a.py",
        ("services/api/main.py", "COPY services/api/ ."),
        ("services/api/requirements.txt", "COPY services/api/requirements.txt ."),
        {"dockerfile": "services/api/Dockerfile"},
    ),
    "pnpm workspace": Layout(
        "FROM node:22\nWORKDIR /repo\nCOPY pnpm-lock.yaml pnpm-workspace.yaml ./\n"
        "RUN --mount=type=cache,id=pnpm,target=/pnpm/store pnpm fetch\nCOPY . .\n"
        "RUN pnpm install --offline && pnpm -r build\n",
        "package.json pnpm-lock.yaml pnpm-workspace.yaml apps/web/package.json "
        "apps/web/src/main.tsx packages/ui/package.json packages/ui/src/button.tsx",
        ("apps/web/src/main.tsx", "COPY . ."),
        ("pnpm-lock.yaml", "COPY pnpm-lock.yaml pnpm-workspace.yaml ./"),
    ),
    "shared packages below the app": Layout(
        "FROM node:22\nWORKDIR /r\nCOPY package.json yarn.lock ./\n"
        "COPY packages/ui/package.json packages/ui/\n"
        "RUN yarn install --frozen-lockfile\nCOPY packages/ui packages/ui\n"
        "RUN yarn workspace ui build\n"
        "COPY apps/web apps/web\nRUN yarn workspace web build\n",
        "package.json yarn.lock packages/ui/package.json packages/ui/a.ts apps/web/b.ts",
        ("apps/web/b.ts", "COPY apps/web apps/web"),
        ("package.json", "COPY package.json yarn.lock ./"),
    ),
    "uv with bind mounts": Layout(
        "FROM python:3.13 AS build\nWORKDIR /app\n"
        "RUN --mount=type=cache,target=/var/cache/uv "
        "--mount=type=bind,source=uv.lock,target=uv.lock \\\n"
        "    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\\n"
        "    uv sync --locked --no-install-project\nCOPY . /app\nRUN uv sync --locked\n",
        "pyproject.toml uv.lock src/app/__init__.py src/app/web.py docs/conf.py alembic/env.py",
        ("src/app/__init__.py", "COPY . /app"),
        (
            "pyproject.toml",
            "RUN --mount=type=cache,target=/var/cache/uv --mount=type=bind,source=uv.lock,"
            "target=uv.lock --mount=type=bind,source=pyproject.toml,target=pyproject.toml uv sync "
            "--locked --no-install-project",
        ),
    ),
    "uv in a heredoc": Layout(
        "FROM python:3.13\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN <<EOF\nset -e\n"
        "cd /app\nuv sync --frozen\nEOF\nCOPY <<EOF /app/version.py\nv = 1\nEOF\nCOPY app app\n",
        "pyproject.toml uv.lock app/a.py",
        ("app/a.py", "COPY app app"),
        ("pyproject.toml", "COPY pyproject.toml uv.lock ./"),
    ),
    "poetry": Layout(
        "FROM python:3.13\nRUN pip install poetry==2.1\nWORKDIR /code\n"
        "COPY poetry.lock pyproject.toml /code/\n"
        "RUN poetry install --no-root --only main\nCOPY . /code\n",
        "poetry.lock pyproject.toml app/api.py tests/conftest.py manage.py",
        ("app/api.py", "COPY . /code"),
        ("pyproject.toml", "COPY poetry.lock pyproject.toml /code/"),
    ),
    "a folder of requirements": Layout(
        "FROM python:3.13\nARG STAGE=prod\nWORKDIR /app\nCOPY requirements requirements\n"
        "RUN pip install --no-cache-dir -r requirements/${STAGE}.txt\nCOPY src src\n",
        "requirements/base.txt requirements/dev.txt requirements/prod.txt src/x.py",
        ("src/x.py", "COPY src src"),
        ("requirements/prod.txt", "COPY requirements requirements"),
        {"build_args": {"STAGE": "prod"}},
    ),
    "nothing copied before the source": Layout(
        "FROM python:3.13\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n",
        "requirements.txt app.py README.md setup.cfg",
        ("app.py", "COPY . /app"),
        ("requirements.txt", "COPY . /app"),
    ),
    "a package that installs itself": Layout(
        "FROM python:3.13\nWORKDIR /p\nCOPY pyproject.toml README.md ./\nCOPY src/ src/\n"
        "RUN pip install .\n",
        "pyproject.toml README.md src/pkg/core.py",
        ("src/pkg/core.py", "COPY src/ src/"),
        ("pyproject.toml", "COPY pyproject.toml README.md ./"),
    ),
    "cargo with a stub": Layout(
        "FROM rust:1 AS build\nWORKDIR /b\nCOPY Cargo.toml Cargo.lock ./\n"
        "RUN mkdir src && echo 'fn main(){}' > src/main.rs && cargo build --release\n"
        "COPY src ./src\nRUN cargo build --release\nFROM debian\nCOPY --from=build /b/t /t\n",
        "Cargo.toml Cargo.lock src/main.rs src/lib.rs benches/b.rs",
        ("src/lib.rs", "COPY src ./src"),
        ("Cargo.toml", "COPY Cargo.toml Cargo.lock ./"),
    ),
    "cargo with mounts alone": Layout(
        "FROM rust:1 AS build\nWORKDIR /b\n"
        "RUN --mount=type=bind,source=src,target=src "
        "--mount=type=bind,source=Cargo.toml,target=Cargo.toml "
        "--mount=type=cache,target=/b/target cargo build\nFROM debian\nCOPY --from=build /b /b\n",
        "Cargo.toml src/main.rs",
        (
            "src/main.rs",
            "RUN --mount=type=bind,source=src,target=src --mount=type=bind,source=Cargo.toml,"
            "target=Cargo.toml --mount=type=cache,target=/b/target cargo build",
        ),
        (
            "Cargo.toml",
            "RUN --mount=type=bind,source=src,target=src --mount=type=bind,source=Cargo.toml,"
            "target=Cargo.toml --mount=type=cache,target=/b/target cargo build",
        ),
    ),
    "cargo chef": Layout(
        "FROM rust:1 AS chef\nWORKDIR /app\nFROM chef AS planner\nCOPY . .\n"
        "RUN cargo chef prepare\n"
        "FROM chef AS build\nCOPY --from=planner /app/recipe.json .\nRUN cargo chef cook\n"
        "COPY . .\n"
        "RUN cargo build\n",
        "Cargo.toml Cargo.lock crates/core/Cargo.toml crates/core/src/lib.rs",
        ("crates/core/src/lib.rs", "COPY . ."),
        ("Cargo.toml", "COPY . ."),
    ),
    "maven": Layout(
        "FROM maven:3 AS build\nWORKDIR /w\nCOPY pom.xml .\nRUN mvn -B dependency:go-offline\n"
        "COPY src src\nRUN mvn -B package\n",
        "pom.xml src/main/java/com/example/App.java src/main/a.yml src/test/AppTest.java",
        ("src/main/java/com/example/App.java", "COPY src src"),
        ("pom.xml", "COPY pom.xml ."),
    ),
    "maven wrapper": Layout(
        "FROM jdk:21\nWORKDIR /w\nCOPY .mvn .mvn\nCOPY mvnw pom.xml ./\n"
        "RUN ./mvnw dependency:resolve\nCOPY src src\n",
        ".mvn/wrapper.properties mvnw pom.xml src/main/kotlin/App.kt",
        ("src/main/kotlin/App.kt", "COPY src src"),
        ("pom.xml", "COPY mvnw pom.xml ./"),
    ),
    "gradle": Layout(
        "FROM gradle:8 AS build\nWORKDIR /w\nCOPY settings.gradle.kts build.gradle.kts gradlew ./\n"
        "COPY gradle gradle\nRUN ./gradlew dependencies --no-daemon\nCOPY src src\n"
        "RUN ./gradlew bootJar\n",
        "settings.gradle.kts build.gradle.kts gradlew gradle/libs.versions.toml src/java/A.java",
        ("src/java/A.java", "COPY src src"),
        ("build.gradle.kts", "COPY settings.gradle.kts build.gradle.kts gradlew ./"),
    ),
    "composer": Layout(
        "FROM composer:2 AS vendor\nWORKDIR /app\nCOPY composer.json composer.lock ./\n"
        "RUN composer install --no-dev --no-scripts\nFROM php:8-apache\nCOPY . /var/www\n"
        "COPY --from=vendor /app/vendor /var/www/vendor\n",
        "composer.json composer.lock index.php public/style.css config/app.php",
        ("index.php", "COPY . /var/www"),
        ("composer.json", "COPY composer.json composer.lock ./"),
    ),
    "bundler": Layout(
        "FROM ruby:3\nWORKDIR /rails\nCOPY Gemfile Gemfile.lock ./\nRUN bundle install\nCOPY . .\n"
        'ENTRYPOINT ["bin/docker-entrypoint"]\n',
        "Gemfile Gemfile.lock Rakefile app/models/user.rb bin/docker-entrypoint config/routes.rb "
        "spec/user_spec.rb",
        ("app/models/user.rb", "COPY . ."),
        ("Gemfile", "COPY Gemfile Gemfile.lock ./"),
    ),
    "mix": Layout(
        "FROM elixir:1 AS build\nWORKDIR /app\nCOPY mix.exs mix.lock ./\n"
        "RUN mix deps.get --only prod\n"
        "COPY config config\nRUN mix deps.compile\nCOPY priv priv\nCOPY lib lib\nRUN mix compile\n",
        "mix.exs mix.lock config/config.exs priv/repo/seeds.exs lib/app.ex",
        ("lib/app.ex", "COPY lib lib"),
        ("mix.exs", "COPY mix.exs mix.lock ./"),
    ),
    "dotnet": Layout(
        "FROM sdk:9 AS build\nWORKDIR /src\nCOPY Api/Api.csproj Api/\nCOPY Core/Core.csproj Core/\n"
        "RUN dotnet restore Api/Api.csproj\nCOPY . .\nRUN dotnet publish Api/Api.csproj -o /out\n",
        "Api/Api.csproj Core/Core.csproj Api/Program.cs Core/Model.cs",
        ("Api/Program.cs", "COPY . ."),
        ("Api/Api.csproj", "COPY Api/Api.csproj Api/"),
    ),
    "two languages": Layout(
        "FROM node:22 AS assets\nWORKDIR /w\nCOPY web/package.json web/package-lock.json ./\n"
        "RUN npm ci\nCOPY web .\nRUN npm run build\nFROM python:3.13\nWORKDIR /app\n"
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
        "COPY --from=assets /w/dist static\n"
        "COPY server server\n",
        "web/package.json web/package-lock.json web/src/main.ts requirements.txt server/app.py",
        ("server/app.py", "COPY server server"),
        ("requirements.txt", "COPY requirements.txt ./"),
    ),
    "a static site": Layout(
        "FROM nginx:1\nCOPY nginx.conf /etc/nginx/nginx.conf\nCOPY site/ /usr/share/nginx/html/\n",
        "nginx.conf site/index.html site/app.css site/photo.jpg",
        ("site/app.css", "COPY site/ /usr/share/nginx/html/"),
        None,
    ),
    "ignored and generated files": Layout(
        "FROM node:22\nWORKDIR /app\nCOPY package.json .\nRUN npm i\nCOPY . .\n",
        "package.json a/generated.js dist/a.js node_modules/x/a.js src/z.js vendor/keep.js",
        ("src/z.js", "COPY . ."),
        ("package.json", "COPY package.json ."),
        ignore="**/node_modules\ndist\n*/generated.*\nvendor/*\n!vendor/keep.js\n",
    ),
    "nothing is ignored": Layout(
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n",
        "package.json dist/a.js lib/core.js lib/jquery.min.js node_modules/a/index.js",
        ("lib/core.js", "COPY . ."),
        ("package.json", "COPY . ."),
    ),
    "an ignore file of its own": Layout(
        "FROM node:22\nWORKDIR /app\nCOPY package.json .\nRUN npm install -g npm && npm ci\n"
        "COPY . .\n",
        "docker/prod.Dockerfile package.json aa.js src/b.js",
        ("src/b.js", "COPY . ."),
        ("package.json", "COPY package.json ."),
        {"dockerfile": "docker/prod.Dockerfile"},
        ignore="docker/prod.Dockerfile.dockerignore: aa.js\n",
    ),
    "parents and excludes": Layout(
        "# syntax=docker/dockerfile:1-labs\nFROM node:22\nWORKDIR /r\n"
        "COPY --parents package.json packages/*/package.json ./\nRUN npm ci\n"
        "COPY --exclude=*.md --exclude=legacy . .\n",
        "package.json packages/a/package.json packages/a/x.js legacy/a.js readme.md",
        ("packages/a/x.js", "COPY --exclude=*.md --exclude=legacy . ."),
        ("package.json", "COPY --parents package.json packages/*/package.json ./"),
    ),
    "lists and globs": Layout(
        'FROM python:3.13\nWORKDIR /a\nCOPY ["req*.txt", "/a/"]\n'
        'RUN ["pip", "install", "-r", "reqs.txt"]\n'
        'COPY ["my app/", "/a/my app/"]\nADD *.py /a/\nADD https://example.com/x.py /a/\n',
        "reqs.txt wsgi.py|my app/views.py",
        ("wsgi.py", "ADD *.py /a/"),
        ("reqs.txt", 'COPY ["req*.txt", "/a/"]'),
    ),
    "another folder by cd and prefix": Layout(
        "FROM node:22\nCOPY . /src\nRUN cd /src/client && npm ci\n",
        "package.json client/package.json client/main.js",
        ("client/main.js", "COPY . /src"),
        ("client/package.json", "COPY . /src"),
    ),
    "arguments in names": Layout(
        "ARG APP=api\nFROM golang:1\nARG APP\nENV DIR=services/${APP}\nWORKDIR /s\n"
        "COPY ${DIR}/go.mod ./\nRUN go mod download\nCOPY ${DIR}/ ./\n",
        "services/api/go.mod services/api/main.go services/jobs/go.mod services/jobs/main.go",
        ("services/jobs/main.go", "COPY ${DIR}/ ./"),
        ("services/jobs/go.mod", "COPY ${DIR}/go.mod ./"),
        {"build_args": {"APP": "jobs"}},
    ),
}
