from server.domain.reasons import WORDING, Reason


def test_every_reason_has_words_of_its_own() -> None:
    assert WORDING.keys() == set(Reason)
    assert len(set(WORDING.values())) == len(WORDING)
    for words in WORDING.values():
        assert words.endswith(".")
        assert words[0].isupper()


def test_a_reason_is_stored_as_its_name_in_small_letters() -> None:
    assert all(reason.value == reason.name.lower() for reason in Reason)
