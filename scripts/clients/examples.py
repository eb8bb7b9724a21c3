"""Every example of an OpenAPI document is as its schema says."""

import json
import sys

from openapi_schema_validator import OAS31Validator

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
components = document["components"]


def check(place, schema, example):
    schema = {**schema, "components": components}
    for fault in OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER).iter_errors(example):
        raise SystemExit(f"{place}: {fault.message} ({fault.json_path})")


def check_contents(place, part):
    for media, content in part.get("content", {}).items():
        if "example" in content:
            check(f"{place} {media}", content["schema"], content["example"])


for path, methods in document["paths"].items():
    for method, operation in methods.items():
        check_contents(f"{method} {path}", operation.get("requestBody", {}))
        for status, answer in operation["responses"].items():
            check_contents(f"{method} {path} {status}", answer)
for name, answer in components["responses"].items():
    check_contents(name, answer)
for name, schema in components["schemas"].items():
    for example in schema.get("examples", []):
        check(name, schema, example)
