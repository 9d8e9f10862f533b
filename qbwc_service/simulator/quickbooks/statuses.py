"""The status codes that one request can end with, and their texts.

The texts follow what live QuickBooks answers in public captures, because servers decide 3170 and 3180 by the
text. Severity follows the range: below 500 Info, below 1000 Warn, else Error [SDK reference, status codes].
"""

OK_MESSAGE = "Status OK"
NO_MATCH_MESSAGE = "A query request did not find a matching object in QuickBooks"
_INVALID = "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."
_LOCKED_LIST = "QuickBooks error message: The list has been modified by another user."
_CANNOT_CONVERT = 'There was an error when converting the {what} value "{value}" in the "{field}" field.'
_CONVERSIONS = {
    "BOOL": (3010, "boolean"),
    "DATE": (3020, "date"),
    "DATETIME": (3020, "date"),
    "INTERVAL": (3035, "time interval"),
    "AMT": (3040, "amount"),
    "PRICE": (3045, "price"),
    "PCT": (3050, "percent"),
    "QTY": (3060, "quantity"),
    "GUID": (3065, "GUID"),
    "INT": (3085, "number"),
    "FLOAT": (3085, "number"),
}


def severity_of(code: int) -> str:
    """Give the severity QuickBooks writes for a code."""
    if code < 500:  # noqa: PLR2004 - the ranges are QuickBooks' own
        return "Info"
    return "Warn" if code < 1000 else "Error"  # noqa: PLR2004


class StatusError(Exception):
    """One request was refused; nothing of it was done."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


def unsupported_request(name: str) -> StatusError:
    """1030: this QuickBooks does not know the request."""
    return StatusError(1030, f'The request "{name}" is not supported by this version of QuickBooks.')


def invalid_id(value: str, field: str) -> StatusError:
    """3000: not the shape of an id."""
    return StatusError(3000, f'The given object ID "{value}" in the field "{field}" is invalid.')


def cannot_convert(type_name: str, value: str, field: str) -> StatusError:
    """3010 to 3085: a value that is not in the form of its type."""
    code, what = _CONVERSIONS[type_name]
    return StatusError(code, _CANNOT_CONVERT.format(what=what, value=value, field=field))


def wrong_range(first: str, second: str) -> StatusError:
    """3030 and 3031 share this text: the range ends before it begins."""
    return StatusError(3030, f'The "{first}" is after the "{second}".')


def too_long(value: str, field: str, maximum: int) -> StatusError:
    """3070: longer than the field."""
    return StatusError(3070, f'The string "{value}" in the field "{field}" is too long.  The maximum is {maximum}.')


def cannot_store(value: str, field: str) -> StatusError:
    """3090: the field does not take this value, such as a colon in a name."""
    return StatusError(3090, f'There was an error when storing "{value}" in the "{field}" field.')


def name_in_use(name: str) -> StatusError:
    """3100: the name is taken."""
    return StatusError(3100, f'The name "{name}" of the list element is already in use.')


def unknown_choice(value: str, field: str) -> StatusError:
    """3110: not one of the values of an enumeration."""
    return StatusError(3110, f'The value "{value}" in the field "{field}" is not one of the allowed values.')


def not_found(object_id: str) -> StatusError:
    """3120: the object named in the request is not there."""
    return StatusError(
        3120,
        f'Object "{object_id}" specified in the request cannot be found.  QuickBooks error message: '
        "Invalid argument.  The specified record does not exist in the list.",
    )


def invalid_reference(kind: str, value: str, *, within: str) -> StatusError:
    """3140: a reference to a list entry that is not there (or is inactive)."""
    return StatusError(
        3140, f'There is an invalid reference to QuickBooks {kind} "{value}" in the {within}.  {_INVALID}'
    )


def missing_element(name: str) -> StatusError:
    """3150: something that this object needs was not given."""
    return StatusError(3150, f'There is a missing element: "{name}".')


def cannot_delete(object_id: str, *, why: str) -> StatusError:
    """3160: the object is in use."""
    return StatusError(3160, f'Cannot delete the object specified by the id = "{object_id}".  {why}')


def list_locked(kind: str, name: str) -> StatusError:
    """3170 with the text of a lock: another user changed the list at the same moment."""
    return StatusError(3170, f'There was an error when modifying a {kind} list, element "{name}".  {_LOCKED_LIST}')


def cannot_modify(object_id: str, *, why: str) -> StatusError:
    """3170 with a reason that will not go away by itself."""
    return StatusError(3170, f'There was an error when modifying "{object_id}".  QuickBooks error message: {why}')


def period_closed(closing_date: str) -> StatusError:
    """3171: the closing date forbids it."""
    return StatusError(3171, f"Cannot change a transaction dated on or before the closing date {closing_date}.")


def transaction_locked(object_id: str) -> StatusError:
    """3175: somebody has the form open."""
    return StatusError(
        3175,
        f'There was an error when saving the transaction "{object_id}".  QuickBooks error message: '
        "The transaction could not be locked.  It is in use by another user.",
    )


def related_locked(object_id: str) -> StatusError:
    """3176: a related object is open somewhere."""
    return StatusError(
        3176, f'A related object "{object_id}" is in use.  QuickBooks error message: Failed to acquire the lock.'
    )


def already_there(what: str) -> StatusError:
    """3180: saving failed because the thing is there already."""
    return StatusError(3180, f"There was an error when saving {what}.  It already has a value.")


def out_of_date(edit_sequence: str) -> StatusError:
    """3200: somebody changed the object since it was read."""
    return StatusError(3200, f'The provided edit sequence "{edit_sequence}" is out-of-date.')


def invalid_value(field: str, value: str, *, why: str) -> StatusError:
    """3210: a rule of the business forbids the value."""
    return StatusError(3210, f'The "{field}" field has an invalid value "{value}".  QuickBooks error message: {why}')


def not_processed() -> StatusError:
    """3231: an earlier request of a stopOnError set failed."""
    return StatusError(3231, "The request has not been processed.")


def wrong_order() -> StatusError:
    """3290: the lines of a Mod do not stand in the order of the document."""
    return StatusError(3290, "The lines of the transaction were placed in the request in incorrect order.")


def invalid_iterator(iterator_id: str) -> StatusError:
    """3391: the iterator is not one of this session, or has come to its end [quickbooks-php, issue 183]."""
    return StatusError(3391, f'The iteratorID "{iterator_id}" is invalid or no longer available.')


def unknown_macro(name: str) -> StatusError:
    """9100: a macro that no earlier request of the set defined."""
    return StatusError(9100, f'The macro "{name}" is not defined.')
