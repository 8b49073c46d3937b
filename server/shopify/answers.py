"""What every answer of the Admin API is made of, and the answers about the shop, the app and a customer."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from server.ports import AppState, ConsentChange, CustomerSnapshot, ShopFacts
from server.shopify.payloads import consent_state
from server.shopify.validation import Amount, Currency, Moment, PlainId, Text, minor

Node = TypeVar("Node")


class Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class AnyNode(Part):
    id: PlainId


class PageInfo(Part):
    has_next_page: bool
    end_cursor: str | None = None

    @property
    def next_cursor(self) -> str | None:
        return self.end_cursor if self.has_next_page else None


class Listing(Part, Generic[Node]):
    nodes: list[Node]
    page_info: PageInfo


class Count(Part):
    count: int


class ShopMoney(Part):
    amount: Amount
    currency_code: Currency


class _Address(Part):
    country_code_v2: str | None = Field(alias="countryCodeV2")


class ShopAnswer(Part):
    id: PlainId
    name: Text
    email: Text | None
    myshopify_domain: str
    currency_code: Currency
    iana_timezone: str
    shop_address: _Address

    def facts(self) -> ShopFacts:
        return ShopFacts(
            platform_id=self.id,
            domain=self.myshopify_domain,
            name=self.name,
            email=self.email or None,
            currency=self.currency_code,
            time_zone=self.iana_timezone,
            country_code=self.shop_address.country_code_v2,
        )


class ShopCurrency(Part):
    currency_code: Currency


class _Scope(Part):
    handle: str


class _App(Part):
    is_post_purchase_app_in_use: bool


class AppInstallation(Part):
    access_scopes: list[_Scope]
    app: _App

    def state(self) -> AppState:
        return AppState(
            scopes=tuple(sorted(scope.handle for scope in self.access_scopes)),
            is_post_purchase_app=self.app.is_post_purchase_app_in_use,
        )


class _EmailConsent(Part):
    email_address: Text
    marketing_state: str
    marketing_opt_in_level: str | None
    marketing_updated_at: Moment | None


class _SmsConsent(Part):
    state: str
    opt_in_level: str | None
    updated_at: Moment | None


class _PhoneConsent(Part):
    phone_number: Text
    sms_marketing_consent: _SmsConsent


class CustomerNode(Part):
    id: PlainId
    first_name: Text | None
    locale: str | None
    number_of_orders: Annotated[int, Field(ge=0)]
    amount_spent: ShopMoney
    tags: list[Text]
    default_email_address: _EmailConsent | None
    default_phone_number: _PhoneConsent | None

    def snapshot(self) -> CustomerSnapshot:
        email, phone = self.default_email_address, self.default_phone_number
        return CustomerSnapshot(
            customer_id=self.id,
            first_name=self.first_name or None,
            email=email.email_address if email else None,
            phone=phone.phone_number if phone else None,
            locale=self.locale or None,
            orders_count=self.number_of_orders,
            spent=minor(self.amount_spent.amount, self.amount_spent.currency_code),
            tags=tuple(self.tags),
            consents=tuple(self._consents()),
        )

    def _consents(self) -> list[ConsentChange]:
        found: list[ConsentChange] = []
        if email := self.default_email_address:
            found.append(
                ConsentChange(
                    channel="email",
                    customer_id=self.id,
                    address=email.email_address,
                    state=consent_state(email.marketing_state),
                    occurred_at=email.marketing_updated_at,
                    opt_in_level=_lower(email.marketing_opt_in_level),
                )
            )
        if phone := self.default_phone_number:
            consent = phone.sms_marketing_consent
            found.append(
                ConsentChange(
                    channel="sms",
                    customer_id=self.id,
                    address=phone.phone_number,
                    state=consent_state(consent.state),
                    occurred_at=consent.updated_at,
                    opt_in_level=_lower(consent.opt_in_level),
                )
            )
        return found


def _lower(text: str | None) -> str | None:
    return text.lower() if text else None
