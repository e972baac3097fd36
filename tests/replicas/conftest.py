"""One hospital of many processes for each file."""

import itertools
from collections.abc import Iterator

import pytest

from tests.hospital import ADMIN, Person
from tests.postgresql import new_database, server
from tests.replicas.deployment import ReplicatedHospital
from tests.world import World, build

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicatedHospital]:
    database = new_database(server(), f"replicated_{next(_numbers)}")
    with ReplicatedHospital(tmp_path_factory.mktemp("replicas"), url_of_database=database).running_with_admin() as running:
        yield running


@pytest.fixture(scope="module")
def admin(hospital: ReplicatedHospital) -> Iterator[Person]:
    person = hospital.sign_in(ADMIN)
    yield person
    person.http.close()


@pytest.fixture(scope="module")
def world(hospital: ReplicatedHospital, admin: Person) -> Iterator[World]:
    with build(hospital, admin) as built:
        yield built
