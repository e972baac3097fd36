"""People at the service's own door."""

import httpx

from tests.hospital import PASSWORD


async def registered(auth: httpx.AsyncClient, email: str, headers: dict[str, str] | None = None) -> int:
    """The status of the answer."""
    body = {"email": email, "password": PASSWORD, "full_name": "Pia Novak"}
    return (await auth.post("/auth/register", json=body, headers=headers)).status_code


async def signed_in(auth: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    """The headers of who signed in."""
    answer = await auth.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
