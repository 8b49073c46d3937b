"""Ports: free ones for tests, and a clear word about taken ones."""

import socket

BACKLOG = 128


class PortTaken(Exception):
    """Somebody else listens there."""

    def __init__(self, host: str, port: int, purpose: str, option: str) -> None:
        super().__init__(
            f"Port {port} on {host} is taken, and the sandbox needs it for {purpose}. "
            f"Is another sandbox running? Stop it, or choose another port with {option}."
        )


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 lets the system choose.

    Raises:
        OSError: the port is taken or may not be used.
    """
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def require_free(host: str, port: int, *, purpose: str, option: str) -> None:
    """Check that a port can be bound now.

    Raises:
        PortTaken: it cannot.
    """
    try:
        bind(host, port).close()
    except OSError as error:
        raise PortTaken(host, port, purpose, option) from error


def free_ports(host: str, count: int) -> list[int]:
    """Return different ports that nobody listens on at the moment."""
    listeners = [bind(host, 0) for _ in range(count)]
    try:
        return [int(listener.getsockname()[1]) for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()
