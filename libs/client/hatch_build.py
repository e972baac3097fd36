"""Puts the contracts into the wheel, so that one file is enough; an editable installation imports them from their own folder."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContractsHook(BuildHookInterface[Any]):
    """Hatchling calls `initialize` before it builds; `version` is the kind of wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["../contracts/careplus_contracts"] = "careplus_contracts"
