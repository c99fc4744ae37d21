"""Secrets with random values as build logs show them, and harmless texts that look alike."""

from secret_forms.accounts import list_accounts
from secret_forms.assignments import list_assignments
from secret_forms.credentials import list_credentials
from secret_forms.encoded import list_encoded, list_wordlike
from secret_forms.files import list_files
from secret_forms.harmless import make_harmless
from secret_forms.making import Case, Maker
from secret_forms.services import list_services
from secret_forms.values import list_keys, list_odd_values, list_wrapped

__all__ = ["make_harmless", "make_secrets"]


def make_secrets(seed: int) -> list[Case]:
    """All cases, of random values of a seed."""
    make = Maker(seed)
    makers = (
        list_services, list_assignments, list_credentials, list_odd_values, list_keys,
        list_wrapped, list_accounts, list_files, list_encoded, list_wordlike,
    )  # fmt: skip
    return [case for each in makers for case in each(make)]
