"""One battery over every registered vendor. A vendor without a description stops the collection here."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.outbound.registry import load_registry
from server.outbound.spec import InvalidSettings
from server.ports import (
    MessageChannel,
    PermanentFailure,
    ReceiptSource,
    RecipientRejected,
    TemporaryFailure,
    UnreadablePayload,
    VendorFailure,
)
from tests.contract.description import (
    SITUATIONS,
    Description,
    MissingDescription,
    Receipts,
    SampleReceipt,
    Stand,
    describe,
)

REGISTRY = load_registry()
VENDORS = describe(REGISTRY.specs)
REPORTING = tuple(vendor for vendor in VENDORS if vendor.receipts)
SINCE = datetime(2026, 11, 22, 9, 59, tzinfo=UTC)

every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.slug)
every_reporting_vendor = pytest.mark.parametrize("vendor", REPORTING, ids=lambda vendor: vendor.slug)
every_receipt = pytest.mark.parametrize(
    ("vendor", "sample"),
    [
        pytest.param(vendor, sample, id=f"{vendor.slug}-{sample.name}")
        for vendor in REPORTING
        if vendor.receipts
        for sample in vendor.receipts.samples
    ],
)


@pytest.fixture
def stand(vendor: Description) -> Iterator[Stand]:
    with vendor.stand() as opened:
        yield opened


@pytest.fixture
def channel(vendor: Description, stand: Stand) -> MessageChannel:
    return REGISTRY.get(vendor.slug).make_channel(stand.settings, stand.tools)


@pytest.fixture
def source(vendor: Description, stand: Stand) -> ReceiptSource:
    return REGISTRY.get(vendor.slug).make_receipt_source(stand.settings, stand.tools)


def test_a_vendor_without_a_description_is_found_out() -> None:
    owl = replace(REGISTRY.specs[0], slug="owl")
    with pytest.raises(MissingDescription, match="owl"):
        describe([owl])


def test_a_description_that_leaves_something_out_is_found_out() -> None:
    silent_about_receipts = replace(REGISTRY.get("twilio"), capabilities=("sms",))
    with pytest.raises(MissingDescription, match="receipts"):
        describe([silent_about_receipts])


@every_vendor
def test_a_form_makes_a_round_trip(vendor: Description, stand: Stand) -> None:
    spec = REGISTRY.get(vendor.slug)
    settings = spec.read_settings(stand.settings)
    assert settings == dict(stand.settings)
    shown = spec.shown_settings(settings)
    assert set(shown) == {field.name for field in spec.fields}
    assert all(secret not in shown.values() for secret in secrets_of(vendor, stand))
    assert spec.read_settings(shown, stored=settings) == settings


@every_vendor
def test_each_required_setting_is_asked_for_by_name(vendor: Description, stand: Stand) -> None:
    spec = REGISTRY.get(vendor.slug)
    for field in spec.fields:
        if field.is_required and not field.default:
            with pytest.raises(InvalidSettings) as caught:
                spec.read_settings({**stand.settings, field.name: " "})
            (problem,) = caught.value.problems
            assert problem.field == field.name
            assert field.label in problem.message


@pytest.mark.parametrize(
    ("vendor", "changes", "field"),
    [
        pytest.param(vendor, changes, field, id=f"{vendor.slug}-{field}-{number}")
        for vendor in VENDORS
        for number, (changes, field) in enumerate(vendor.bad_settings)
    ],
)
def test_wrong_settings_are_named_and_never_quoted(
    vendor: Description, stand: Stand, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        REGISTRY.get(vendor.slug).read_settings({**stand.settings, **changes})
    assert [problem.field for problem in caught.value.problems] == [field]
    told = str(caught.value) + repr(caught.value.data)
    assert all(len(value) < 4 or value not in told for value in changes.values())
    assert all(secret not in told for secret in secrets_of(vendor, stand))


@every_vendor
def test_what_is_made_has_every_method_of_its_ports(vendor: Description, stand: Stand) -> None:
    spec = REGISTRY.get(vendor.slug)
    made: Any = spec.factory(spec.read_settings(stand.settings), stand.tools)
    for capability in spec.capabilities:
        for method in ("verify", "parse") if capability == "receipts" else ("send", "find"):
            assert callable(getattr(made, method))
        assert capability in {"receipts", made.channel}


@every_vendor
def test_a_message_arrives_once_under_the_id_we_are_told(
    vendor: Description, stand: Stand, channel: MessageChannel
) -> None:
    accepted = channel.send(vendor.message)
    assert stand.taken == (accepted.vendor_id,)


@pytest.mark.parametrize("situation", SITUATIONS)
@every_vendor
def test_each_way_to_fail_is_told_apart(
    vendor: Description, stand: Stand, channel: MessageChannel, situation: str
) -> None:
    expected = vendor.situations[situation]
    stand.play(situation)
    with pytest.raises(VendorFailure) as caught:
        channel.send(vendor.message)
    failure = caught.value
    assert type(failure) is expected.failure
    assert len(failure.message) > 20
    if isinstance(failure, TemporaryFailure):
        assert failure.retry_after == expected.retry_after
        assert failure.is_fate_unknown == expected.is_fate_unknown
    if isinstance(failure, RecipientRejected):
        assert failure.suppress == expected.suppress
    if not expected.is_fate_unknown:
        assert stand.taken == ()


@every_vendor
def test_a_vendor_that_recovers_takes_the_next_message(
    vendor: Description, stand: Stand, channel: MessageChannel
) -> None:
    for situation in SITUATIONS:
        stand.play(situation)
        with pytest.raises(VendorFailure):
            channel.send(vendor.message)
    stand.play("accepted")
    assert channel.send(vendor.message).vendor_id in stand.taken


@every_vendor
def test_a_lost_answer_leaves_a_trace_to_find_the_message_by(
    vendor: Description, stand: Stand, channel: MessageChannel
) -> None:
    stand.play("lost")
    with pytest.raises(TemporaryFailure) as caught:
        channel.send(vendor.message)
    assert caught.value.is_fate_unknown
    (taken,) = stand.taken
    stand.play("accepted")
    if vendor.can_be_asked:
        found = channel.find(vendor.message, since=SINCE)
        assert found is not None
        assert found.vendor_id == taken
        assert channel.find(replace(vendor.message, text="Something else"), since=SINCE) is None
        assert channel.find(vendor.message, since=SINCE + timedelta(days=1)) is None
    else:
        with pytest.raises(PermanentFailure):
            channel.find(vendor.message, since=SINCE)
        again = channel.send(vendor.message)
        assert again.vendor_id == taken
        other = channel.send(replace(vendor.message, idempotency_key="touch:8:1"))
        assert other.vendor_id != again.vendor_id


@every_vendor
def test_a_message_that_was_never_taken_is_not_found(
    vendor: Description, stand: Stand, channel: MessageChannel
) -> None:
    stand.play("silent")
    with pytest.raises(TemporaryFailure):
        channel.send(vendor.message)
    if vendor.can_be_asked:
        assert channel.find(vendor.message, since=SINCE) is None
    assert stand.taken == ()


@every_vendor
def test_nothing_tells_secrets_or_recipients(
    vendor: Description, stand: Stand, channel: MessageChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(channel), str(channel), repr(REGISTRY), repr(stand.tools)]
    for situation in (*SITUATIONS, "lost", "accepted"):
        stand.play(situation)
        try:
            told.append(repr(channel.send(vendor.message)))
        except VendorFailure as failure:
            told += [*traceback.format_exception(failure), repr(failure), repr(failure.data)]
    with suppress(VendorFailure):
        channel.find(vendor.message, since=SINCE)
    ours = [record for record in caplog.records if record.name != "mail.log"]  # aiosmtpd's, on the other side
    logged = "\n".join(record.getMessage() for record in ours)
    # httpx writes whole addresses at INFO, queries included; bootstrap keeps that logger to warnings.
    loud = "\n".join(record.getMessage() for record in ours if record.levelno >= logging.WARNING)
    everything = "\n".join(told)
    for secret in secrets_of(vendor, stand):
        assert secret not in everything + logged
    assert vendor.message.recipient.removeprefix("+") not in everything + loud
    assert vendor.message.text not in everything + logged


@every_receipt
def test_a_signed_receipt_is_believed_and_read(
    vendor: Description, sample: SampleReceipt, stand: Stand, source: ReceiptSource
) -> None:
    receipts = told_of(vendor)
    headers = receipts.sign(receipts.url, sample.raw, stand.settings)
    assert source.verify(url=receipts.url, headers=headers, raw=sample.raw)
    assert source.parse(headers=headers, raw=sample.raw) == (sample.receipt,)


@every_receipt
def test_a_receipt_with_any_other_signature_is_refused(
    vendor: Description, sample: SampleReceipt, stand: Stand, source: ReceiptSource
) -> None:
    receipts = told_of(vendor)
    good = receipts.sign(receipts.url, sample.raw, stand.settings)
    ((name, signature),) = good.items()
    elsewhere = receipts.url.replace("touch=7", "touch=8")
    assert elsewhere != receipts.url
    for headers in (
        {},
        {name: ""},
        {name: signature[:-2]},
        {name: signature.swapcase()},
        {name: "é" + signature[1:]},
        receipts.sign(receipts.url, sample.raw, receipts.other_settings),
        receipts.sign(elsewhere, sample.raw, stand.settings),
        receipts.sign(receipts.url, sample.raw + b"&More=1", stand.settings),
    ):
        assert not source.verify(url=receipts.url, headers=headers, raw=sample.raw)
    assert not source.verify(url=receipts.url, headers=good, raw=sample.raw + b"&More=1")
    assert not source.verify(url=receipts.url, headers=good, raw=b"")


@every_receipt
def test_a_repeated_receipt_reads_the_same(vendor: Description, sample: SampleReceipt, source: ReceiptSource) -> None:
    assert told_of(vendor).samples
    assert source.parse(headers={}, raw=sample.raw) == source.parse(headers={}, raw=sample.raw)


@every_reporting_vendor
def test_what_is_no_receipt_is_unreadable(vendor: Description, source: ReceiptSource) -> None:
    for raw in told_of(vendor).unreadable:
        with pytest.raises(UnreadablePayload):
            source.parse(headers={}, raw=raw)
        assert not source.verify(url=told_of(vendor).url, headers={}, raw=raw)


def told_of(vendor: Description) -> Receipts:
    assert vendor.receipts is not None
    return vendor.receipts


def secrets_of(vendor: Description, stand: Stand) -> list[str]:
    fields = REGISTRY.get(vendor.slug).fields
    secrets = [stand.settings[field.name] for field in fields if field.is_secret]
    assert all(secrets)
    return secrets
