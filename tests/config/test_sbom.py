"""The list of what the product is made of is whole, valid, and the same wherever it is made."""

import json
import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
SCHEMAS = files("cyclonedx.schema") / "_res"
OTHERS = ("spdx", "jsf-0.82")


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import audit
    import parts
    import sbom

    yield {"sbom": sbom, "parts": parts, "audit": audit}
    for name in ("sbom", "parts", "audit"):
        sys.modules.pop(name)


def schema(name):
    return json.loads((SCHEMAS / f"{name}.SNAPSHOT.schema.json").read_text())


def test_it_is_valid_cyclonedx(scripts):
    known = [(f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", schema(name)) for name in OTHERS]
    registry = Registry().with_resources([(uri, Resource.from_contents(told)) for uri, told in known])
    found = Draft7Validator(schema("bom-1.6"), registry=registry).iter_errors(scripts["sbom"].document())
    assert [error.message[:200] for error in found] == []


def test_it_names_every_package_of_the_lock_and_the_front_end_with_hash_and_licence(scripts):
    told = scripts["sbom"].document()["components"]
    lock = (SCRIPTS.parent / "requirements" / "base.txt").read_text()
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE))
    assert {each["name"] for each in told} == locked | {"govuk-frontend", "@ministryofjustice/frontend"}
    assert all(each["properties"] for each in told)
    assert sum(len(each["properties"]) for each in told) == lock.count("--hash=sha256:") + 2
    assert [each["name"] for each in told if not each.get("licenses")] == []


def test_it_is_the_same_every_time_and_names_no_place(scripts):
    first, second = (json.dumps(scripts["sbom"].document()) for _ in range(2))
    assert first == second
    assert "index" not in first and str(SCRIPTS.parent) not in first


def test_a_licence_that_does_not_go_with_ours_is_found(scripts):
    part, unfitting = scripts["parts"].Part, scripts["audit"].unfitting
    good = [part("a", "1", (), "MIT"), part("b", "1", (), "Proprietary OR Apache-2.0")]
    bad = [part("c", "1", (), "Proprietary"), part("d", "1", (), ""), part("e", "1", (), "GPL-2.0-only")]
    assert [each.split()[0] for each in unfitting([*good, *bad])] == ["c", "d", "e"]
    assert unfitting(scripts["parts"].parts()) == []


def test_no_data_is_not_taken_for_no_weakness(scripts):
    known_of = scripts["audit"].known_of
    weak = {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
    fine, skipped = {"name": "b", "version": "1", "vulns": []}, {"name": "c", "skip_reason": "not found"}
    assert known_of([fine]) == ([], "")
    assert known_of([fine, skipped])[0] is None
    assert known_of([weak, fine]) == (["a 1: CVE-1, put right in 2"], "")
    assert known_of([weak, skipped])[0] == ["a 1: CVE-1, put right in 2", "1 packages were not looked up"]
