"""The merchant's side of the sandbox: the pages of the admin shell and what the embedded app asks of it."""
