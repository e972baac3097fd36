"""Request lines of the gateway name their caller by keyed hashes: equal for one account or address, and no value itself."""

from tests.gateway.journal import log_lines
from tests.hospital import Hospital, Person


def test_request_line_has_hashes_of_its_caller(hospital: Hospital, admin: Person) -> None:
    other = hospital.register("hashed@example.org", "Hana Hashed")
    answers = [person.http.get("/auth/me") for person in (admin, admin, other)]
    with hospital.client() as visitor:
        answers.append(visitor.get("/api/config"))
    lines = [next(line for line in log_lines(hospital, answer) if line["event"] == "request_finished") for answer in answers]
    first, second, others, anonymous = lines
    assert first["account_hash"] == second["account_hash"] != others["account_hash"]
    assert "account_hash" not in anonymous
    assert len({line["address_hash"] for line in lines}) == 1
    assert [len(first[name]) for name in ("account_hash", "address_hash")] == [16, 16]
    assert "127.0.0.1" not in str(lines)
    other.http.close()
