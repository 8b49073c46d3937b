"""Deploys the app's extensions to the sandbox shop as the platform's command line does: built for the app's address."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.sandbox.settings import SandboxSettings


class DeployFailed(Exception):
    """An extension could not be built; the message holds what the build said."""


def deploy_extension(settings: SandboxSettings) -> None:
    """Build the one-click page's bundle, with the app's origin in it, to where the checkout takes it from.

    Raises:
        DeployFailed: Node is missing, the packages are not installed, or the sources are faulty.
    """
    _build(settings, "post-purchase", settings.bundle_path)


def deploy_blocks(settings: SandboxSettings) -> None:
    """Build the bundle of the thank-you and order-status blocks, and put their texts beside it.

    Raises:
        DeployFailed: as `deploy_extension`, or a file of texts is no JSON, or not exactly one is the default.
    """
    folder = _build(settings, "thank-you", settings.block_path)
    settings.block_texts_path.write_text(json.dumps(read_texts(folder / "locales")), encoding="utf-8")


def read_texts(folder: Path) -> dict[str, Any]:
    """Return `fallback`, the language of `<language>.default.json`, and `locales`, the texts of each language.

    Raises:
        DeployFailed: a file is no JSON object, or not exactly one is the default.
    """
    locales, fallbacks = {}, []
    for file in sorted(folder.glob("*.json")):
        language, _, is_default = file.stem.partition(".")
        try:
            locales[language] = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DeployFailed(f"{file} is no JSON: {error}") from error
        if not isinstance(locales[language], dict):
            raise DeployFailed(f"{file} holds no texts by name")
        if is_default == "default":
            fallbacks.append(language)
    if len(fallbacks) != 1:
        raise DeployFailed(f"{folder} must hold exactly one <language>.default.json")
    return {"fallback": fallbacks[0], "locales": locales}


def _build(settings: SandboxSettings, name: str, path: Path) -> Path:
    folder = settings.app_root / "extension" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "APP_URL": settings.app_origin, "OUT_FILE": str(path.absolute())}
    try:
        subprocess.run(
            ["node", "scripts/build.mjs"], cwd=folder, env=environment, check=True, capture_output=True, text=True
        )
    except OSError as error:
        raise DeployFailed(f"Node cannot be started: {error}. Install Node 20.") from error
    except subprocess.CalledProcessError as error:
        raise DeployFailed(
            f"{folder} does not build. If its packages are missing, run `make bundles`.\n{error.stderr}"
        ) from error
    return folder
