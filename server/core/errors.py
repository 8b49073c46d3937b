"""The base of every anticipated error."""


class AppError(Exception):
    """An error we expect and can explain: a stable code, a sentence for people, and data for logs.

    The message says what is wrong, where, and what to do. Data must hold neither secrets nor personal data.
    """

    code = "app_error"

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data
