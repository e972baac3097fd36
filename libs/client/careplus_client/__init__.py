"""The Python client of CarePlus, for programs outside of the hospital: see README.md."""

from careplus_client.hospital import CarePlus
from careplus_contracts.client import Client, NotModified, Reply, UndocumentedAnswer
from careplus_contracts.refusals import Refusal

__all__ = ["CarePlus", "Client", "NotModified", "Refusal", "Reply", "UndocumentedAnswer"]
