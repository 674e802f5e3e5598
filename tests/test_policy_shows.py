"""Every setting's every value is seen by a reader: it says something else than the other values, and than nothing."""

from __future__ import annotations

import itertools

import pytest

from reading import Reader, Setting, settings, with_setting

#: Values that say the same on purpose, and why.
SAME = {
    ("stance", frozenset({"naast_de_melder", None})): "P-03 has it as its careful default",
    ("anonymity.report", frozenset({"ask", None})): "who has to be asked is asked when nothing is known, too",
    ("show_national_helplines", frozenset({"yes", None})): "the lines are there unless somebody hides them",
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.path)
def test_every_value_says_something_of_its_own(setting: Setting, language: str, reader: Reader) -> None:
    said = {value: reader.everything(with_setting(setting, value), language) for value in (*setting.values, None)}
    same = [pair for pair in itertools.combinations(said, 2) if said[pair[0]] == said[pair[1]]]
    assert [pair for pair in same if (setting.path, frozenset(pair)) not in SAME] == []


def test_the_settings_are_those_of_the_contract() -> None:
    paths = {setting.path for setting in settings()}
    assert {"scope.integriteit", "complaint.acknowledged_days", "visit.in_work_time", "emergency.internal"} <= paths
    assert next(setting for setting in settings() if setting.path == "complaint.who").listed


def test_what_is_named_as_the_same_is_the_same(reader: Reader) -> None:
    by_path = {setting.path: setting for setting in settings()}
    for path, values in SAME:
        one, two = (reader.everything(with_setting(by_path[path], value), "nl") for value in values)
        assert one == two, path
