"""The list of vendors. Each is one file with a module-level SPEC; nothing imports them but by these names."""

INTEGRATIONS = (
    "server.integrations.twilio",
    "server.integrations.smtp",
)
