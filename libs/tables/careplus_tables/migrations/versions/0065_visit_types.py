"""Add types of visits, and the type, the minutes after it and the video code of a visit."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None
older_code_works = True  # its visits have no type; it offers the minutes after a visit

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "visit_types",
        sa.Column("id", BIG, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name_en", "name_de")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("minutes", "buffer_minutes")),
        sa.Column("staff_only", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("preparation_en", "preparation_de", "price", "video_template")
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_visit_types_minutes_v1")),
        sa.CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name=op.f("ck_visit_types_buffer_minutes_v1")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_types")),
    )
    op.create_table(
        "visit_type_choices",
        sa.Column("doctor_id", BIG, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_visit_type_choices_doctor_id_accounts")),
        sa.PrimaryKeyConstraint("doctor_id", name=op.f("pk_visit_type_choices")),
    )
    op.create_table(
        "doctor_visit_types",
        *(sa.Column(name, BIG, autoincrement=False, nullable=False) for name in ("doctor_id", "visit_type_id")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_doctor_visit_types_minutes_v1")),
        sa.ForeignKeyConstraint(["doctor_id"], ["accounts.id"], name=op.f("fk_doctor_visit_types_doctor_id_accounts")),
        sa.ForeignKeyConstraint(
            ["visit_type_id"], ["visit_types.id"], name=op.f("fk_doctor_visit_types_visit_type_id_visit_types")
        ),
        sa.PrimaryKeyConstraint("doctor_id", "visit_type_id", name=op.f("pk_doctor_visit_types")),
    )
    # not by a copy of the table, which would lose its triggers
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE appointments ADD COLUMN visit_type_id {kind}"
        " CONSTRAINT fk_appointments_visit_type_id_visit_types REFERENCES visit_types (id)"
    )
    op.add_column("appointments", sa.Column("buffer_minutes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("appointments", sa.Column("video_code", sa.String(), nullable=True))
