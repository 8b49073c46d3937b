"""What the sandbox reads of the app's own files, as a deploy would: `shopify.app.toml` and the extensions' TOML."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sandbox.shopify.admin.access import split_scopes
from tests.sandbox.shopify.oauth import declared_scopes


@dataclass(frozen=True, kw_only=True)
class AppConfiguration:
    """The app as the admin knows it; `post_purchase` says whether it brings a post-purchase page."""

    name: str
    handle: str
    scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    extensions: tuple[dict[str, Any], ...]

    @property
    def has_post_purchase(self) -> bool:
        """Whether a shop may choose this app for its post-purchase page."""
        return any(extension.get("type") == "checkout_post_purchase" for extension in self.extensions)


def read_app(root: Path) -> AppConfiguration:
    """Return the configuration of the app whose checkout is `root`.

    Raises:
        OSError: there is no shopify.app.toml.
        KeyError: it has no name.
    """
    document = tomllib.loads((root / "shopify.app.toml").read_text(encoding="utf-8"))
    optional = document.get("access_scopes", {}).get("optional_scopes", [])
    return AppConfiguration(
        name=document["name"],
        handle=document.get("handle") or document["name"].lower().replace(" ", "-"),
        scopes=declared_scopes(root),
        optional_scopes=tuple(split_scopes(optional) if isinstance(optional, str) else optional),
        extensions=tuple(_extensions(root, document.get("extension_directories", ["extensions/*"]))),
    )


def block_targets(app: AppConfiguration) -> list[str]:
    """Return the targets where a merchant may place a block of the app."""
    return [
        place["target"]
        for extension in app.extensions
        if extension.get("type") == "ui_extension"
        for place in extension.get("targeting", [])
    ]


def extension_states(app: AppConfiguration, placed: Collection[str]) -> list[dict[str, Any]]:
    """Return what `shopify.app.extensions()` answers: UI extensions with those of their targets that are placed."""
    return [
        {
            "handle": extension["handle"],
            "type": "ui_extension",
            "activations": [
                {"target": place["target"]} for place in extension.get("targeting", []) if place["target"] in placed
            ],
        }
        for extension in app.extensions
        if extension.get("type") == "ui_extension"
    ]


def _extensions(root: Path, patterns: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for pattern in patterns:
        for file in sorted(root.glob(f"{pattern.rstrip('/')}/shopify.extension.toml")):
            document = tomllib.loads(file.read_text(encoding="utf-8"))
            # One file may hold several extensions in a list, or be one itself.
            entries = document.get("extensions") or [document]
            found.extend({"handle": file.parent.name, **entry} for entry in entries)
    return found
