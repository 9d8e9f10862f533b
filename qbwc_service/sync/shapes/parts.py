"""What the shapes of documents are made of: exact numbers, texts that can be kept, references, addresses."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _exact(value: object) -> object:
    """Refuse floats and booleans where an exact number is asked for."""
    if isinstance(value, float | bool):
        # A TypeError would leave pydantic's validation; a ValueError is listed with the field.
        raise ValueError(  # noqa: TRY004
            'write it as text, "150.00": a floating-point number is not exact'
        )
    return value


def _storable(value: str) -> str:
    """Refuse the one character that PostgreSQL keeps in no text."""
    if "\0" in value:
        raise ValueError("it holds a character that cannot be kept (NUL)")
    return value


def _plain(value: Decimal) -> Decimal:
    """Write equal numbers alike, so that they are the same content: 2, 2.0 and "2.00" are all 2."""
    return Decimal(format(value.normalize(), "f"))


def _cents(value: Decimal) -> Decimal:
    """Write equal amounts alike: 150 and "150.00" are both 150.00."""
    return value.quantize(Decimal("0.01"))


Number = Annotated[Decimal, BeforeValidator(_exact), AfterValidator(_plain)]
Amount = Annotated[Decimal, BeforeValidator(_exact), Field(max_digits=15, decimal_places=2), AfterValidator(_cents)]
Positive = Annotated[Amount, Field(gt=0)]
Kept = Annotated[str, AfterValidator(_storable)]
Text = Annotated[Kept, Field(min_length=1)]
ExternalId = Annotated[Kept, Field(min_length=1, max_length=200)]
QuickBooksId = Annotated[Kept, Field(min_length=1, max_length=36)]


class Shape(BaseModel):
    """The base of all shapes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Reference(Shape):
    """Names something in exactly one way: our document, an id in QuickBooks, or its full name there."""

    external_id: ExternalId | None = None
    quickbooks_id: QuickBooksId | None = None
    full_name: Text | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Reference":
        given = [value for value in (self.external_id, self.quickbooks_id, self.full_name) if value is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of external_id, quickbooks_id and full_name")
        return self


class ListReference(Shape):
    """Names an entry of a QuickBooks list that is never a document of ours (account, sales tax code)."""

    quickbooks_id: QuickBooksId | None = None
    full_name: Text | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "ListReference":
        if (self.quickbooks_id is None) == (self.full_name is None):
            raise ValueError("give exactly one of quickbooks_id and full_name")
        return self


class TransactionReference(Shape):
    """Names a transaction: our document, or its TxnID in QuickBooks."""

    external_id: ExternalId | None = None
    quickbooks_id: QuickBooksId | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "TransactionReference":
        if (self.external_id is None) == (self.quickbooks_id is None):
            raise ValueError("give exactly one of external_id and quickbooks_id")
        return self


class Address(Shape):
    """A postal address, in QuickBooks' parts."""

    line1: Text | None = None
    line2: Text | None = None
    line3: Text | None = None
    line4: Text | None = None
    line5: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    note: Text | None = None
