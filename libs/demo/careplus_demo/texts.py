"""Texts of the demo hospital: cancellations, referrals and laboratory comments. Stories and complaints are in `data`."""

CANCELLED_BY_PATIENT = ("I feel better", "Have to work that day", "Found an earlier time", "No one to look after the children")
CANCELLED_BY_DOCTOR = ("Emergency in theatre; please book again", "Ill today; please book again")

NOTES_TO_PRESCRIPTIONS = (None, None, "Call if it does not get better within three days.")
REFERRED = (
    # from and to years, specialty, reason
    (18, 200, "Dermatology", "Lesion on the back, growing for half a year"),
    (18, 200, "Orthopaedics", "Knee locks when bending; meniscus?"),
    (40, 200, "Neurology", "Numb fingers at night on both sides"),
    (50, 200, "Ophthalmology", "Sudden floaters in one eye"),
    (45, 200, "Cardiology", "Short of breath on stairs for two months"),
    (30, 200, "Cardiology", "Palpitations several times a week, ECG here normal"),
    (50, 200, "Cardiology", "New left bundle branch block, no symptoms"),
    (40, 200, "Cardiology", "BP above 160 on two drugs"),
    (18, 200, "Dermatology", "Eczema of the hands that does not heal"),
    (60, 200, "Orthopaedics", "Night pain in the hip, walks with a stick"),
    (50, 200, "Neurology", "Tremor of the right hand, new this year"),
)
"""Reasons for which a family doctor refers a patient without a story."""

REJECTIONS = ("Sample haemolysed", "Too little blood in the tube", "Tube was not labelled")
COMMENTS_ON_USUAL = ("All as expected.", "As it should be. No need to come in for this.")
COMMENTS_ON_UNUSUAL = ("Slightly outside; we look again in three months.", "Please make an appointment to talk about this.")
ORDER_NOTES = (None, "Before the next visit, please", "Control")
