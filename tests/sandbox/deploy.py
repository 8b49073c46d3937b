"""Deploys the app's extension to the sandbox shop, as the platform's command line does: built for the app's address."""

import os
import subprocess

from tests.sandbox.settings import SandboxSettings


class DeployFailed(Exception):
    """The extension could not be built; the message holds what the build said."""


def deploy_extension(settings: SandboxSettings) -> None:
    """Build the one-click page's bundle, with the app's origin in it, to where the checkout takes it from.

    Raises:
        DeployFailed: Node is missing, the packages are not installed, or the sources are faulty.
    """
    folder = settings.app_root / "extension" / "post-purchase"
    settings.bundle_path.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "APP_URL": settings.app_origin, "OUT_FILE": str(settings.bundle_path.absolute())}
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
