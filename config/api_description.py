"""What other systems may ask, as OpenAPI describes it. Written into docs/reference/openapi.json and held by a test."""

from typing import Any

from config.api import MOST
from notifications.api_keys import BEGINS, SCOPES

DAY = {"type": "string", "format": "date"}
OVERDUE = {
    "type": "object",
    "description": "One date that has passed. No name is in it; the reference leads to the case.",
    "required": ["id", "reference", "code", "agency", "due_on", "first_due_on", "days_late", "rung"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "reference": {"type": "string", "description": "Of the case."},
        "code": {"type": "string", "description": "Which timescale, as in the table of timescales."},
        "agency": {"type": "string", "description": "The agency that owes it, by its key."},
        "due_on": DAY,
        "first_due_on": DAY | {"description": "The day that was first promised."},
        "days_late": {"type": "integer", "minimum": 1, "description": "Calendar days."},
        "rung": {"type": ["integer", "null"], "description": "The rung of the ladder it has reached, if any."},
    },
}
REFUSED = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {"error": {"type": "string"}},
}


def described() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Throughline",
            "version": "1",
            "description": "For partners' systems. A key is made by a system administrator, sees what its holder may "
            "see, and is shown once. No answer has a name in it.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "security": [{"key": []}],
        "paths": {"/api/v1/deadlines/overdue": {"get": _overdue(), "head": _overdue() | {"operationId": "hasOverdue"}}},
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"Begins with `{BEGINS}`. Scopes: "
                    + "; ".join(f"`{scope}`: {said}" for scope, said in SCOPES.items()),
                }
            },
            "schemas": {"Overdue": OVERDUE, "Refused": REFUSED},
        },
    }


def _overdue() -> dict[str, Any]:
    return {
        "operationId": "overdue",
        "summary": f"What is overdue in the cases the key's holder may see, {MOST} at a time",
        "parameters": [
            {
                "name": "after",
                "in": "query",
                "description": "The number that `next` said; the rest begins there.",
                "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
            }
        ],
        "responses": {
            "200": _answer(
                "What is overdue.",
                {
                    "type": "object",
                    "required": ["overdue", "next"],
                    "additionalProperties": False,
                    "properties": {
                        "overdue": {
                            "type": "array",
                            "maxItems": MOST,
                            "items": {"$ref": "#/components/schemas/Overdue"},
                        },
                        "next": {"type": ["integer", "null"], "description": "Where the rest begins, if there is one."},
                    },
                },
            ),
            "400": _refused("`after` is no such number."),
            "401": _refused("No key, or one that opens nothing."),
            "403": _refused("The key is for something else."),
        },
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refused(description: str) -> dict[str, Any]:
    return _answer(description, {"$ref": "#/components/schemas/Refused"})
