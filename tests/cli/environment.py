"""The environment of one installed app, as a command is started in it."""

from tests.web.installed import CLIENT_ID, CLIENT_SECRET

KEY = "Zk3v9Qm1xT7pLr5bN8dHs2wYc6fJg4aE"


def environment(url: str, *, key: str = KEY, **more: str) -> dict[str, str]:
    """Return the settings under which a command finds the database at `url`, its secrets sealed under `key`."""
    return {
        "AFTERS_PUBLIC_URL": "https://afters.shop-tools.com",
        "SHOPIFY_API_KEY": CLIENT_ID,
        "SHOPIFY_API_SECRET": CLIENT_SECRET,
        "AFTERS_SECRET_KEY": key,
        "AFTERS_DATABASE_URL": url,
        **more,
    }
