"""Which operation a request asks for, and what botocore's models of the services have against it.

botocore checks on the client what is required, known and of which type; maxima, enumerations and
patterns it leaves to the services. Here all of that is checked, whoever the client is.
"""

import functools
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from botocore.model import OperationModel, ServiceModel, Shape
from botocore.session import get_session
from botocore.validate import ParamValidator
from moto.core.model import ServiceModel as MotoModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

JSON, QUERY, XML = "json", "query", "rest-xml"


@dataclass
class Call:
    """A request: service and region it was signed for, operation, parameters, problems in words."""

    service: str
    region: str
    operation: str
    protocol: str = JSON
    params: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


def read_body(environ: dict[str, Any]) -> bytes:
    """A request's body, put back so that it can be read again."""
    source = environ["wsgi.input"]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    body = source.read() if chunked else source.read(length)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def read_call(environ: dict[str, Any]) -> Call:
    """The call that a request is, with what is wrong with it."""
    body = read_body(environ)
    signed = re.search(
        r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4", environ.get("HTTP_AUTHORIZATION", "")
    )
    if not signed:
        words = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        return Call("?", "?", words, problems=["the request is not signed"])
    region, service = signed.groups()
    model = load_model(service)
    if model is None:
        return Call(service, region, "?", problems=[f"there is no service {service!r}"])
    call = Call(service, region, "?", model.resolved_protocol)
    try:
        operation = READERS[call.protocol](environ, body, model, call)
    except Exception as error:
        # whatever can't be read: its sender shall hear of it, and the test
        call.problems.append(f"no operation of {service} ({error!r})")
        return call
    call.operation = operation.name
    call.problems += find_problems(call.params, operation)
    return call


@functools.cache
def load_model(service: str) -> ServiceModel | None:
    """The model of the service with this name in a signature; null if there is none."""
    session = get_session()
    if service not in session.get_available_services():
        return None
    return session.get_service_model(service)


def read_json(
    environ: dict[str, Any], body: bytes, model: ServiceModel, call: Call
) -> OperationModel:
    """The operation that X-Amz-Target names; parameters are the body as it is."""
    prefix, _, call.operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")
    if prefix != model.metadata["targetPrefix"]:
        call.problems.append(f"X-Amz-Target has the prefix {prefix!r}")
    call.params = json.loads(body or b"{}")
    return model.operation_model(call.operation)


def read_query(
    environ: dict[str, Any], body: bytes, model: ServiceModel, call: Call
) -> OperationModel:
    """The operation that the form's Action names."""
    form = parse_qs(body.decode(), keep_blank_values=True)
    call.operation = form["Action"][0]
    if form.get("Version") != [model.api_version]:
        call.problems.append(f"Version is {form.get('Version')}, not {model.api_version}")
    operation = model.operation_model(call.operation)
    call.params = parse(environ, body, get_service_model(model.service_name), call, {})
    return operation


def read_xml(
    environ: dict[str, Any], body: bytes, model: ServiceModel, call: Call
) -> OperationModel:
    """The operation that method, path and query stand for."""
    found, names = get_service_router(model.service_name).match(
        Request(environ | {"wsgi.input": io.BytesIO(body)})
    )
    call.operation = found.name
    call.params = parse(environ, body, get_service_model(model.service_name), call, names)
    return model.operation_model(found.name)


READERS = {JSON: read_json, QUERY: read_query, XML: read_xml}


def parse(
    environ: dict[str, Any], body: bytes, model: MotoModel, call: Call, names: dict[str, Any]
) -> dict[str, Any]:
    """Parameters of a request whose form its protocol says; moto's parsers want moto's models."""
    request = Request(environ | {"wsgi.input": io.BytesIO(body)})
    parts = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": body,
        "url_path": request.path,
        "url_params": names,
    }
    operation = model.operation_model(call.operation)
    return PROTOCOL_PARSERS[call.protocol](operation, map_type=dict).parse(parts)


def find_problems(params: dict[str, Any], operation: OperationModel) -> list[str]:
    """What an operation's model has against parameters, in words."""
    shape = operation.input_shape
    if shape is None:
        return [f"{operation.name} takes no parameters, not {params}"] if params else []
    report = ParamValidator().validate(params, shape)
    own = report.generate_report().splitlines() if report.has_errors() else []
    return own + list(find_more(params, shape, "input"))


def find_more(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Values above a maximum, outside an enumeration or against a pattern."""
    yield from find_faults(value, shape, path)
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in value.keys() & shape.members.keys():
            yield from find_more(value[name], shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value):
            yield from find_more(item, shape.member, f"{path}[{number}]")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from find_more(name, shape.key, f"{path} (key)")
            yield from find_more(item, shape.value, f"{path}.{name}")


def find_faults(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """What a shape itself has against a value."""
    limit = shape.metadata.get("max")
    size = len(value) if isinstance(value, str | list | dict) else value
    if limit is not None and isinstance(size, int | float) and size > limit:
        yield f"{path} is {size}, at most {limit} is valid"
    if isinstance(value, str):
        enum = shape.metadata.get("enum")
        if enum and value not in enum:
            yield f"{path} is {value!r}, valid are {', '.join(enum)}"
        pattern = compiled(shape.metadata.get("pattern"))
        if pattern and not pattern.fullmatch(value):
            yield f"{path} is {value!r}, which is not of the pattern {pattern.pattern}"


@functools.cache
def compiled(pattern: str | None) -> re.Pattern[str] | None:
    """A model's pattern; null without one, and for one in words that Python does not know."""
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
