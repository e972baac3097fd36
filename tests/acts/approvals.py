"""Roles that wait for an approval, for requests of the only administrator of a hospital."""

import sqlalchemy as sa

from careplus_contracts.approvals import ApprovalKind
from careplus_contracts.endpoints import Role
from careplus_runtime.process.clock import this_second
from careplus_tables.approvals import AccountApprovalRow
from careplus_tables.columns import core
from careplus_tables.engine import sync_engine
from tests.hospital import Hospital


def waiting_role(hospital: Hospital, account_id: int, asked_by_id: int) -> int:
    """Return a waiting approval of the laboratory's role, in the database: as of a former administrator."""
    environment = hospital.environment
    engine = sync_engine(environment.get("DATABASE_URL") or f"sqlite:///{environment['CAREPLUS_DATA']}/careplus.db")
    table = core(AccountApprovalRow)
    row = {
        "account_id": account_id,
        "kind": ApprovalKind.ROLE.value,
        "role": Role.LAB.value,
        "asked_by_id": asked_by_id,
        "asked_at": this_second(),
    }
    with engine.begin() as connection:
        made = int(connection.execute(sa.insert(table).values(**row).returning(table.c.id)).scalar_one())
    engine.dispose()
    return made
