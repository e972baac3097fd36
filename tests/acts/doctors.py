"""Acts of doctors' profiles, charts, prescriptions and referrals."""

from tests.acts.act import Act, Mark, Race

CHART = "/api/doctor/patients/{patient_id}"
CERTIFICATE = {"patient": "/api/certificates/{id}", "doctor": "/api/doctor/certificates/{id}"}
PRESCRIPTION = {"patient": "/api/prescriptions/{id}", "doctor": "/api/doctor/prescriptions?limit=1"}
REFILL = "/api/refills/{refill_id}"
VITALS = CHART + "/vitals?limit=100"

ACTS = (
    Act(
        "update_profile",
        read_back={"doctor": "/api/doctor/profile", "admin": "/api/admin/doctors/{id}"},
        fixed=("specialty",),
        race=Race(
            person="other_doctor",
            read="/api/doctor/profile",
            body=lambda _, number: {"full_name": f"Dr Nils Lind {number}", "specialty": "Dermatology"},
        ),
    ),
    Act(
        "add_doctor",
        body=lambda c: {"email": c.email()},
        read_back={"admin": "/api/admin/doctors/{id}"},
        mark=Mark(
            "email",
            """SELECT replace(email, '@example.org', '') FROM doctors JOIN accounts USING (id)
               JOIN invitations ON account_id = doctors.id""",
            # doctors asks auth for the invitation
            events=("invite", "add_doctor"),
            value="{mark}@example.org",
        ),
    ),
    Act(
        "update_doctor",
        path=lambda c: {"doctor_id": c.people["other_doctor"].id},
        body=lambda _: {"active": True},
        read_back={"patient": "/api/doctors/{id}", "admin": "/api/admin/doctors/{id}"},
        race=Race(
            read="/api/admin/doctors/{doctor_id}",
            body=lambda _, number: {"full_name": f"Dr N Lind {number}", "specialty": "Dermatology", "active": True},
        ),
    ),
    Act(
        "set_problems",
        read_back={"doctor": CHART},
        race=Race(read=CHART, body=lambda _, number: {"problems": [{"name": f"No {number}", "status": "active"}]}),
    ),
    Act(
        "set_allergies",
        read_back={"doctor": CHART},
        race=Race(read=CHART, body=lambda _, number: {"allergies": [{"severity": "mild", "substance": f"Substance {number}"}]}),
    ),
    Act(
        "review_emergency_access",
        path=lambda c: {"access_id": c.emergency_access()},
        read_back={"admin": "/api/admin/emergency-access?limit=1"},
        race=Race(body=lambda _, number: {"justified": True, "comment": f"Comment {number}"}),
    ),
    Act(
        "open_chart",
        path=lambda c: {"patient_id": c.people["other_patient"].id},
        body=lambda c: c.identity("other_patient"),
        fixed=("full_name",),
        read_back={
            "other_patient": "/api/me/access-log?limit=1",
            "admin": "/api/admin/audit?action=open_chart&outcome=ok&limit=1",
        },
    ),
    Act(
        "prescribe",
        body=lambda c: c.overridden_prescription(),
        read_back=PRESCRIPTION,
        # a reason is kept for a raised alert only
        fixed=("key",),
        mark=Mark("notes", "SELECT notes FROM prescriptions", events=("prescribe",)),
    ),
    Act(
        "stop_prescription",
        path=lambda c: {"prescription_id": c.prescription()},
        read_back=PRESCRIPTION,
        race=Race(body=lambda _, number: {"reason": f"Reason {number}"}),
    ),
    Act(
        "request_refill",
        path=lambda c: {"prescription_id": c.prescription()},
        read_back={"patient": "/api/refills/{id}", "doctor": "/api/doctor/refills?patient_id={patient_id}&limit=100"},
    ),
    Act("withdraw_refill", path=lambda c: {"refill_id": c.refill()}, race=Race(body=lambda _, __: {}, read=REFILL)),
    Act(
        "answer_refill",
        path=lambda c: {"refill_id": c.refill()},
        read_back={"patient": "/api/refills/{id}", "doctor": "/api/doctor/refills?status=visit_needed&limit=1"},
        # a reason is kept for a raised alert only: tests/journeys/test_refills.py
        fixed=("key", "reason"),
        race=Race(body=lambda _, number: {"answer": "declined", "text": f"Reason {number}"}),
    ),
    Act(
        "route_refill",
        path=lambda c: {"refill_id": c.refill()},
        body=lambda c: {"doctor_id": c.people["other_doctor"].id},
        race=Race(body=lambda c, _: {"doctor_id": c.people["other_doctor"].id}),
    ),
    Act("list_desk_refills", finds="?unowned=false"),
    Act("count_refills", no_patient="a number"),
    Act(
        "refer",
        read_back={"patient": "/api/referrals/{id}", "doctor": "/api/doctor/referrals?limit=1"},
        body=lambda c: {"enclose": {"problems": True, "allergies": True, "results": [{"result_id": c.world.ids["result_id"]}]}},
        one_of=("to_external", "to_specialty"),
    ),
    Act(
        "update_referral",
        path=lambda c: {"referral_id": c.referral()},
        body=lambda _: {"status": "cancelled"},
        read_back={"patient": "/api/referrals/{id}"},
        race=Race(body=lambda _, number: {"status": "sent", "note": f"Note {number}"}),
    ),
    Act("certify", read_back=CERTIFICATE, mark=Mark("statement", "SELECT statement FROM certificates", events=("certify",))),
    Act(
        "void_certificate",
        path=lambda c: {"certificate_id": c.certificate()},
        read_back=CERTIFICATE,
        race=Race(
            read="/api/doctor/certificates/{certificate_id}",
            body=lambda _, number: {"reason": f"Wrong days, number {number}."},
        ),
    ),
    Act("record_vitals", read_back={"doctor": VITALS, "patient": "/api/me/record"}),
    Act(
        "mark_vitals_in_error",
        path=lambda c: {"vitals_id": c.vitals()},
        read_back={"doctor": VITALS},
        race=Race(body=lambda _, number: {"reason": f"Values of another patient, number {number}."}),
    ),
    Act("count_referred", no_patient="numbers"),
    Act("search_patients", query="?full_name=Pia%20Novak&date_of_birth=1984-05-17"),
    Act(
        "check_prescription",
        read_back={"doctor": CHART + "/medicines"},
        # compared, and not stored
        fixed=("medicine", "dose", "route", "frequency"),
        no_patient="it is not audited: an event for each pause in typing would hide the others",
    ),
    Act("search_medicines", no_patient="the hospital's list of medicines"),
    Act("list_most_used", no_patient="medicines without patients"),
    Act("show_profile", no_patient="the doctor's own"),
    Act("list_doctors", no_patient="staff"),
    Act("show_doctor_profile", no_patient="staff"),
    Act("show_stats", no_patient="numbers"),
)
