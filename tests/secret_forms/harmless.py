"""Texts that look like secrets and are none."""

import base64
from textwrap import wrap

from secret_forms.files import list_harmless
from secret_forms.making import DIGITS, HEX, Maker, read_lines

_HARMLESS = read_lines("harmless.txt")


def make_harmless(seed: int) -> list[str]:
    """Texts that must stay byte for byte."""
    make = Maker(seed)
    digest, commit = make.of(HEX, 64), make.of(HEX, 40)
    uuid = "-".join(make.of(HEX, n) for n in (8, 4, 4, 4, 12))
    picture = base64.b64encode(make.random.randbytes(3000)).decode()
    return [*_HARMLESS, *list_harmless(make), *(
        f"#5 [2/4] FROM docker.io/library/python:3.13-slim@sha256:{digest}",
        f"#5 sha256:{digest} 57.56MB / 57.56MB 0.1s done",
        f"#9 exporting manifest sha256:{digest} 0.0s done",
        f"#9 pushing layers 1.2s\n#9 pushing manifest for 127.0.0.1:5000/app:1@sha256:{digest}",
        f"https://127.0.0.1:5000/app@sha256:{digest}",
        f"docker-image://docker.io/tonistiigi/binfmt:latest@sha256:{digest}",
        f"HEAD is now at {commit[:7]} Change the token's name",
        f"CODEBUILD_RESOLVED_SOURCE_VERSION={commit}",
        f"git checkout {commit}",
        f"CODEBUILD_BUILD_ID=my-app:{uuid}",
        f"build my-app:{uuid} failed",
        f"[Container] 2026/11/24 23:24:00.352 Running on CodeBuild On-demand {uuid}",
        "uuid 550e8400-e29b-41d4-a716-446655440000",
        f'<img src="data:image/png;base64,{picture}" alt="Seconds.">',
        f"cache-key: node-modules-{digest[:16]}",
        f"CACHE_KEY=deps-{digest}",
        f"key = {digest}",
        f"integrity sha512-{base64.b64encode(make.random.randbytes(64)).decode()}",
        f"Successfully built {digest[:12]}",
        f" ---> {digest[:12]}",
        f'"Digest": "sha256:{digest}"',
        f"--hash=sha256:{digest}",
        f"layer {digest[:12]}: Pull complete",
        f"ref: 3nt8ruqd0kdoplxg5m3ay2srk-{make.of(DIGITS, 4)}",
        f"etag: \"{make.of(HEX, 32)}\"",
        f"#10 writing image sha256:{digest} done",
        "-----BEGIN CERTIFICATE-----\n" + "\n".join(wrap(picture[:600], 64))
        + "\n-----END CERTIFICATE-----",
        "echo " + base64.b64encode(b"-----BEGIN CERTIFICATE-----" + picture.encode()).decode()
        + " | base64 -d > ca.crt",
        "-----BEGIN PUBLIC KEY-----\n" + "\n".join(wrap(picture[:300], 64))
        + "\n-----END PUBLIC KEY-----",
        "ssh-rsa AAAAB3NzaC1yc2E" + picture[:300] + " me@host",
    )]  # fmt: skip
