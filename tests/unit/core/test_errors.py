from server.core.errors import AppError


def test_an_error_has_words_a_code_and_data() -> None:
    class Lost(AppError):
        code = "lost"

    error = Lost("The thing is lost.", thing=7)
    assert (str(error), error.message, error.code, error.data) == (
        "The thing is lost.",
        "The thing is lost.",
        "lost",
        {"thing": 7},
    )
