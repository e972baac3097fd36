"""Names, specialties and doctors of the demo hospital. Nobody here exists."""

from dataclasses import dataclass

FEMALE = ["Aaliyah", "Adaeze", "Agnieszka", "Aiko", "Amara", "Amélie", "Anjali", "Astrid", "Beatriz", "Chiara", "Chloé", "Daniela", "Elif", "Emma", "Fatima", "Freya", "Giulia", "Grace", "Hana", "Hannah", "Ingrid", "Ioana", "Isabel", "Jasmin", "Kateryna", "Katharina", "Laila", "Lan", "Leila", "Lena", "Lucía", "Maja", "Malin", "Mariam", "Marta", "Mei", "Mina", "Nadia", "Naomi", "Niamh", "Noor", "Olga", "Oluchi", "Paula", "Priya", "Rania", "Rosa", "Sakura", "Samira", "Sofia", "Tamar", "Thandiwe", "Valentina", "Wanjiru", "Xiomara", "Yara", "Zainab", "Zoë"]
MALE = ["Abdullah", "Adrian", "Ahmed", "Aleksander", "Amir", "Andrei", "Anton", "Arjun", "Bilal", "Björn", "Carlos", "Chidi", "Daichi", "David", "Diego", "Emil", "Enzo", "Erik", "Farid", "Finn", "George", "Hamza", "Haruto", "Henrik", "Hugo", "Ibrahim", "Ivan", "Jakub", "Jamal", "João", "Jonas", "José", "Kofi", "Kwame", "Lars", "Leonardo", "Liam", "Luca", "Malik", "Marek", "Mateo", "Mehmet", "Milan", "Minh", "Mohammed", "Nikola", "Noah", "Omar", "Oskar", "Pedro", "Rahul", "Rafael", "Samuel", "Sándor", "Tariq", "Thabo", "Tomás", "Viktor", "Wei", "Yusuf"]
FAMILY = ["Abbas", "Adeyemi", "Almeida", "Andersson", "Bakker", "Banerjee", "Becker", "Bianchi", "Brown", "Chen", "Cohen", "Costa", "Çelik", "Dahl", "Diallo", "Dvořák", "Eriksen", "Fernández", "Fischer", "Fofanah", "Garcia", "Georgiou", "Haddad", "Hansen", "Hernández", "Horváth", "Ibrahim", "Ivanova", "Jansen", "Johansson", "Kamau", "Kaya", "Khan", "Kim", "Kowalska", "Kumar", "Lefèvre", "Li", "Lopez", "Mbeki", "Meyer", "Moreau", "Müller", "Murphy", "Nakamura", "Nguyen", "Novák", "O’Brien", "Okafor", "Oliveira", "Park", "Patel", "Petrov", "Popescu", "Ramírez", "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Sokolov", "Suzuki", "Tanaka", "Tran", "Van-den-Berg", "Wagner", "Wang", "Weber", "Yılmaz", "Zhang"]

SPECIALTIES = {
    "General practice": 20,
    "Cardiology": 30,
    "Dermatology": 20,
    "Paediatrics": 20,
    "Orthopaedics": 30,
    "Neurology": 45,
    "Gynaecology": 30,
    "Ophthalmology": 20,
}
"""With how many minutes a visit takes."""


@dataclass(frozen=True)
class KnownDoctor:
    email: str
    full_name: str
    sex: str
    specialty: str
    languages: tuple[str, ...]
    bio: str


DOCTORS = (
    KnownDoctor("osei", "Dr Ama Osei", "female", "Cardiology", ("en", "de", "fr"), "Heart failure, rhythm and blood pressure."),
    KnownDoctor(
        "lind", "Dr Erik Lind", "male", "General practice", ("de", "en", "sv"), "Family doctor; prevention and long-term care."
    ),
    KnownDoctor("ruiz", "Dr Marta Ruiz", "female", "Dermatology", ("es", "en", "de"), "Skin checks, eczema and acne."),
    KnownDoctor(
        "tanaka", "Dr Yuki Tanaka", "female", "Paediatrics", ("ja", "en", "de"), "From the first check-up to vaccinations at 17."
    ),
    KnownDoctor("okonkwo", "Dr Chidi Okonkwo", "male", "Orthopaedics", ("en", "de"), "Knees, shoulders and sports injuries."),
    KnownDoctor(
        "petrova", "Dr Elena Petrova", "female", "Neurology", ("bg", "de", "en", "ru"), "Headache, dizziness and nerve pain."
    ),
    KnownDoctor(
        "haddad", "Dr Rania Haddad", "female", "Gynaecology", ("ar", "fr", "de"), "Pregnancy, prevention and second opinions."
    ),
    KnownDoctor(
        "nguyen",
        "Dr Minh Nguyen",
        "male",
        "Ophthalmology",
        ("vi", "en", "de"),
        "Cataract, glaucoma and eyes of people with diabetes.",
    ),
    KnownDoctor(
        "yilmaz",
        "Dr Elif Yılmaz",
        "female",
        "General practice",
        ("tr", "de", "en"),
        "Check-ups, travel medicine and everyday illness.",
    ),
    KnownDoctor("rossi", "Dr Luca Rossi", "male", "Cardiology", ("it", "en", "de"), "Coronary disease and rehabilitation."),
    KnownDoctor("kowalski", "Dr Jan Kowalski", "male", "General practice", ("pl", "de"), "Home visits and care of older people."),
    KnownDoctor(
        "banerjee", "Dr Anjali Banerjee", "female", "Paediatrics", ("bn", "en", "de"), "Asthma and allergies of children."
    ),
)
"""The first ones of every demo hospital; the first two are its demo logins."""
