"""A town of shops under load while processes are killed, and a checker that shares no code with the app."""
