"""SQL by which the database keeps a row of `handovers` for each doctor that can no longer act."""

_COULD = "OLD.role = 'doctor' AND OLD.active"
_CAN = "NEW.role = 'doctor' AND NEW.active"
_BY_COLLEAGUE = "SELECT 1 FROM accounts WHERE id = NEW.colleague_id AND role = 'doctor' AND active"

SQLITE = (
    f"""
CREATE TRIGGER doctor_leaves AFTER UPDATE OF role, active ON accounts WHEN {_COULD} AND NOT ({_CAN})
BEGIN
  UPDATE handovers SET colleague_id = NULL WHERE colleague_id = NEW.id;
  INSERT INTO handovers (doctor_id, colleague_id, left_at) VALUES (NEW.id, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
END""",
    f"""
CREATE TRIGGER doctor_returns AFTER UPDATE OF role, active ON accounts WHEN {_CAN} AND NOT ({_COULD})
BEGIN DELETE FROM handovers WHERE doctor_id = NEW.id; END""",
    *(
        f"""
CREATE TRIGGER {event.split()[0].lower()}_handover_colleague BEFORE {event} ON handovers
WHEN NEW.colleague_id IS NOT NULL AND NOT EXISTS ({_BY_COLLEAGUE})
BEGIN SELECT RAISE(ABORT, 'colleague_cannot_act'); END"""
        for event in ("INSERT", "UPDATE OF colleague_id")
    ),
)

POSTGRESQL = (
    f"""
CREATE FUNCTION keep_handovers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_COULD} AND NOT ({_CAN}) THEN
    UPDATE handovers SET colleague_id = NULL WHERE colleague_id = NEW.id;
    INSERT INTO handovers (doctor_id, colleague_id, left_at) VALUES (NEW.id, NULL, date_trunc('second', now()));
  ELSIF {_CAN} AND NOT ({_COULD}) THEN
    DELETE FROM handovers WHERE doctor_id = NEW.id;
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER keep_handovers AFTER UPDATE OF role, active ON accounts FOR EACH ROW EXECUTE FUNCTION keep_handovers()",
    f"""
CREATE FUNCTION check_colleague() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.colleague_id IS NOT NULL AND NOT EXISTS ({_BY_COLLEAGUE}) THEN RAISE EXCEPTION 'colleague_cannot_act'; END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER check_colleague BEFORE INSERT OR UPDATE OF colleague_id ON handovers"
    " FOR EACH ROW EXECUTE FUNCTION check_colleague()",
)
