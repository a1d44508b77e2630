"""Metadata, notices and the cards of the models say the same of whose weights may be used for what."""

import json
import re
import tomllib

import pytest

from cxrview import environment, paths

ROOT = paths.PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECIPE = tomllib.loads((ROOT / "packaging" / "bundled_model.toml").read_text("utf-8"))
SPDX = {"CC BY-NC 4.0": "CC-BY-NC-4.0", "Apache-2.0": "Apache-2.0"}
CARDS = sorted(path.parent.name for path in paths.bundled_models().glob("*/card.json"))


def card(name):
    return json.loads((paths.bundled_models() / name / "card.json").read_text("utf-8"))


def section(name):
    """Return what the notices say of the model `name`."""
    found = [part for part in environment.notices().split("\n## ") if f"`models/{name}`: " in part]
    assert len(found) == 1, name
    return found[0]


def licence(words):
    """Return the licence that a card's or a notice's words begin with."""
    return next(short for short in SPDX if words.startswith(short))


def of_notices(name):
    return licence(section(name).partition(f"`models/{name}`: weights ")[2])


def learnt_from(entries):
    """Return the sources in a card that its model has learnt from, devices left out ("siim 3032x3032")."""
    used = [entry["source"] for entry in entries if "training" in entry.get("use", "training")]
    return {re.sub(r"^siim .*", "siim", source) for source in used}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_names_the_licence_that_the_notices_name(name):
    assert licence(card(name)["license"]) == of_notices(name)
    assert "research and teaching only" in card(name)["license"]


@pytest.mark.parametrize("name", CARDS)
def test_all_that_a_bundled_model_has_learnt_from_is_cited_in_the_notices(name):
    cited = set(re.findall(r"^\| `([^`]+)` \|", section(name), re.MULTILINE))
    assert learnt_from(card(name)["data"]) <= cited


def test_the_recipe_of_the_bundled_model_and_its_notices_agree():
    name, said = RECIPE["model"]["name"], RECIPE["card"]
    assert licence(said["license"]) == of_notices(name)
    assert set(re.findall(r"^\| `([^`]+)` \|", section(name), re.MULTILINE)) == learnt_from(said["data"])


def test_the_package_is_under_the_licence_of_its_code_and_those_of_its_weights():
    weights = {SPDX[of_notices(name)] for name in CARDS}
    assert set(PROJECT["license"].split(" AND ")) == {"Apache-2.0", *weights}


def test_every_licence_travels_with_the_package():
    texts = {name: (ROOT / name).read_text("utf-8") for name in PROJECT["license-files"]}
    assert "Apache License" in texts["LICENSE"]
    assert texts["models/LICENSE"].startswith("Attribution-NonCommercial 4.0 International\n")
    assert texts["models/LICENSE"].count("\nSection ") == 8
    assert (paths.bundled_models() / "LICENSE").is_file()
