from server.core.api_keys import digest_of, handle_of, is_same, make_key


def test_a_key_is_found_by_its_handle_and_proven_by_its_digest() -> None:
    made = make_key()
    assert handle_of(made.text) == made.handle
    assert is_same(made.text, made.digest)
    assert made.text not in repr(made)
    assert made.text not in made.digest


def test_no_two_keys_are_alike() -> None:
    made = {make_key().text for _ in range(200)}
    assert len(made) == 200


def test_what_is_not_the_whole_key_proves_nothing() -> None:
    made, other = make_key(), make_key()
    assert not is_same(made.text[:-1] + ("A" if made.text[-1] != "A" else "B"), made.digest)
    assert not is_same(other.text, made.digest)
    assert not is_same(made.text, None)
    assert not is_same("", digest_of("x"))


def test_what_has_not_the_form_of_a_key_is_looked_for_nowhere() -> None:
    text = make_key().text
    for wrong in ("", text[:-1], text + "x", text.upper(), f" {text}", text.replace("afk", "shp"), text + "\n"):
        assert handle_of(wrong) is None
