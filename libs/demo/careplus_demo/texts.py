"""Texts of the demo hospital: reasons for visits, findings, medicines, referrals and laboratory comments."""

Medicine = tuple[str, str, str, str, int, int, int, str]
"""Name, dose, route, frequency, days, quantity, repeats, instructions."""

REASONS: dict[str, tuple[str, ...]] = {
    "General practice": ("Cough for two weeks", "Tired all the time", "Blood pressure check", "Yearly check-up", "Sore throat"),
    "Cardiology": ("Heart skips a beat", "Short of breath on stairs", "Check after new tablets", "Pressure in the chest"),
    "Dermatology": ("A mole that has changed", "Itchy rash on both arms", "Acne", "Skin check"),
    "Paediatrics": ("Fever since yesterday", "Check-up U9", "Vaccination", "Cough at night", "Ear hurts"),
    "Orthopaedics": ("Knee hurts when climbing stairs", "Shoulder after a fall", "Back pain", "Check after the operation"),
    "Neurology": ("Headache with flickering light", "Tingling in both feet", "Dizzy when turning the head"),
    "Gynaecology": ("Yearly check-up", "Pregnancy check", "Pain every month", "Question about contraception"),
    "Ophthalmology": ("Cannot read small print", "Red, itching eyes", "Yearly check, diabetes", "Pressure check"),
}
NOTES: dict[str, tuple[str, ...]] = {
    "General practice": ("Lungs clear, no fever. Viral; back if it lasts.", "BP 132/84. Continue, check in 3 months."),
    "Cardiology": ("ECG sinus rhythm, single ventricular extrasystoles. Echo normal.", "Tolerates treatment, no oedema."),
    "Dermatology": ("Benign naevus, photo taken.", "Atopic eczema, emollients explained."),
    "Paediatrics": ("Otitis media left, mild. Analgesia, review in 2 days.", "Growing on the 50th centile. Vaccinated."),
    "Orthopaedics": ("Patellofemoral pain, exercises shown.", "Range of motion improving, no swelling."),
    "Neurology": ("Migraine with aura, diary started.", "Reduced vibration sense at both ankles."),
    "Gynaecology": ("Findings normal, smear taken.", "Pregnancy on schedule, heartbeat seen."),
    "Ophthalmology": ("Visual acuity 0.8 both. New glasses.", "Pressure 17/18 mmHg. No retinopathy."),
}
CANCELLED_BY_PATIENT = ("I feel better", "Have to work that day", "Found an earlier time", "No one to look after the children")
CANCELLED_BY_DOCTOR = ("Emergency in theatre; please book again", "Ill today; please book again")

MEDICINES: dict[str, tuple[Medicine, ...]] = {
    "General practice": (
        ("Ibuprofen 400 mg tablets", "1 tablet", "oral", "up to 3 times a day", 5, 15, 0, "With food."),
        ("Ramipril 5 mg tablets", "1 tablet", "oral", "once a day, mornings", 90, 90, 3, "Blood test after four weeks."),
        ("Xylometazoline 0.1 % nasal spray", "1 puff each side", "nasal", "3 times a day", 6, 1, 0, "Not longer than a week."),
    ),
    "Cardiology": (
        ("Bisoprolol 2.5 mg tablets", "1 tablet", "oral", "once a day, mornings", 90, 90, 3, "Do not stop at once."),
        ("Atorvastatin 20 mg tablets", "1 tablet", "oral", "once a day, evenings", 90, 90, 3, "Tell us about muscle pain."),
        ("Glyceryl trinitrate 0.4 mg spray", "1 puff", "sublingual", "when the chest feels tight", 180, 1, 1, "Sit down first."),
    ),
    "Dermatology": (
        ("Hydrocortisone 1 % cream", "thin layer", "cutaneous", "twice a day", 10, 1, 0, "Not on the face."),
        ("Urea 5 % lotion", "as needed", "cutaneous", "twice a day", 60, 2, 2, "After every shower."),
    ),
    "Paediatrics": (
        (
            "Paracetamol 250 mg suppositories",
            "1 suppository",
            "rectal",
            "up to 3 times a day",
            3,
            10,
            0,
            "Only with fever or pain.",
        ),
        ("Salbutamol 0.1 mg inhaler", "2 puffs", "inhalation", "when breathing is hard", 90, 1, 1, "With the spacer."),
    ),
    "Orthopaedics": (
        ("Diclofenac 1 % gel", "3 cm", "cutaneous", "3 times a day", 14, 1, 0, "Wash hands afterwards."),
        (
            "Metamizole 500 mg tablets",
            "1 tablet",
            "oral",
            "up to 4 times a day",
            5,
            20,
            0,
            "Stop and call us with fever or a sore throat.",
        ),
    ),
    "Neurology": (
        (
            "Sumatriptan 50 mg tablets",
            "1 tablet",
            "oral",
            "at the start of an attack",
            90,
            6,
            1,
            "At most 2 a day and 9 a month.",
        ),
        ("Magnesium 300 mg granules", "1 sachet", "oral", "once a day", 60, 60, 1, ""),
    ),
    "Gynaecology": (
        ("Folic acid 0.4 mg tablets", "1 tablet", "oral", "once a day", 90, 90, 2, "Until the twelfth week."),
        ("Ferrous sulfate 100 mg tablets", "1 tablet", "oral", "once a day", 60, 60, 1, "An hour before breakfast."),
    ),
    "Ophthalmology": (
        (
            "Hyaluronic acid 0.2 % eye drops",
            "1 drop each eye",
            "ocular",
            "4 times a day",
            60,
            2,
            3,
            "Take contact lenses out first.",
        ),
        ("Latanoprost 0.005 % eye drops", "1 drop each eye", "ocular", "once a day, evenings", 90, 3, 3, "Keep in the fridge."),
    ),
}
NOTES_TO_PRESCRIPTIONS = (None, None, "Finish the course.", "Call if it does not get better within three days.")
STOP_REASONS = ("Rash", "Dizziness", "No longer needed", "Changed to another medicine")

REFERRAL_REASONS: dict[str, tuple[str, ...]] = {
    "General practice": ("Second look at long-lasting symptoms", "Please take over long-term care"),
    "Cardiology": ("Murmur, new since spring", "Palpitations with dizziness; ECG normal"),
    "Dermatology": ("Lesion on the back, growing", "Eczema that does not heal"),
    "Paediatrics": ("Recurrent wheeze in a child", "Growth below the 3rd centile"),
    "Orthopaedics": ("Knee locks; meniscus?", "Night pain in the shoulder"),
    "Neurology": ("Headache, new after 50", "Numb fingers at night"),
    "Gynaecology": ("Bleeding between periods", "Wish for a child"),
    "Ophthalmology": ("Diabetes, yearly check of the retina", "Sudden floaters"),
}
EXTERNAL = (
    "City Hospital, day surgery",
    "Physiotherapy at the Park",
    "Northside Radiology: MRI of the knee",
    "Sleep laboratory, Westend",
)
REFERRAL_NOTES = (
    "Seen, report follows by letter.",
    "Please send the last laboratory values.",
    "Not our field; try the pain clinic.",
)

REJECTIONS = ("Sample haemolysed", "Too little blood in the tube", "Tube was not labelled")
COMMENTS_ON_USUAL = ("All as expected.", "As it should be. No need to come in for this.")
COMMENTS_ON_UNUSUAL = ("Slightly outside; we look again in three months.", "Please make an appointment to talk about this.")
LAB_NOTES = (None, None, None, "Repeated, same value.")
ORDER_NOTES = (None, "Tired for a month", "Before the next visit, please", "Control after new tablets")
