"""Known substances and classes: their names in English and German, as notes and medicines have them, without accents."""

SUBSTANCES = (
    # the names of one substance a line, without endings; penicillins are one, because an allergy to one concerns all
    "penicillin penizillin amoxicillin amoxizillin amoxiclav ampicillin ampizillin flucloxacillin dicloxacillin cloxacillin"
    " oxacillin piperacillin mezlocillin pivmecillinam sultamicillin benzylpenicillin phenoxymethylpenicillin augmentin tazobac",
    "cephalosporin cefalosporin zephalosporin cefaclor cefuroxim cefalexin cephalexin cefazolin ceftriaxon cefixim cefpodoxim"
    " cefotaxim ceftazidim cefadroxil cefepim",
    "sulfonamid sulphonamid sulfamethoxazol sulphamethoxazol cotrimoxazol trimoxazol bactrim sulfadiazin sulphadiazin sulfa",
    "trimethoprim cotrimoxazol trimoxazol bactrim",
    "erythromycin",
    "clarithromycin klarithromycin",
    "azithromycin zithromax",
    "roxithromycin",
    "ciprofloxacin cipro",
    "levofloxacin tavanic",
    "moxifloxacin avalox",
    "ofloxacin",
    "clindamycin klindamycin",
    "doxycyclin doxyzyklin doxy",
    "minocyclin",
    "vancomycin",
    "gentamicin gentamycin",
    "tobramycin",
    "metronidazol",
    "nitrofurantoin",
    "paracetamol parazetamol acetaminophen panadol tylenol benuron perfalgan thomapyrin",
    "acetylsalicyl azetylsalizyl acetylosalicyl aspirin ass asa thomapyrin",
    "ibuprofen dexibuprofen nurofen dolormin ibu advil",
    "diclofenac diclofenak diklofenak voltaren",
    "naproxen aleve",
    "indometacin indomethacin",
    "ketoprofen dexketoprofen",
    "celecoxib celebrex",
    "etoricoxib arcoxia",
    "meloxicam",
    "metamizol dipyron novaminsulfon novalgin",
    "codein kodein dihydrocodein dihydrokodein",
    "morphin morfin morphium hydromorphon",
    "tramadol tramal",
    "tilidin",
    "oxycodon oxykodon",
    "fentanyl",
    "ramipril",
    "lisinopril",
    "enalapril",
    "captopril",
    "atorvastatin",
    "simvastatin",
    "rosuvastatin",
    "pravastatin",
    "lidocain lidokain lignocain xylocain",
    "articain mepivacain bupivacain prilocain",
    "heparin enoxaparin clexane",
    "insulin",
    "carbamazepin",
    "lamotrigin",
    "phenytoin",
    "prednisolon prednison",
    "metoclopramid mcp",
    "contrast kontrastmittel rontgenkontrastmittel iodinated jodhaltig iohexol iopamidol iomeprol",
)
CLASSES = (
    # the names of a class, and one name of each member
    ("lactam laktam betalactam betalaktam", "penicillin cefuroxim"),
    ("macrolid makrolid", "erythromycin clarithromycin azithromycin roxithromycin"),
    ("quinolon chinolon fluoroquinolon fluorochinolon fluorchinolon", "ciprofloxacin levofloxacin moxifloxacin ofloxacin"),
    ("gyrasehemmer", "ciprofloxacin levofloxacin moxifloxacin ofloxacin"),
    ("tetracyclin tetrazyklin", "doxycyclin minocyclin"),
    ("aminoglycosid aminoglykosid", "gentamicin tobramycin"),
    (
        "antibiotic antibiotik",
        "penicillin cefuroxim sulfonamid trimethoprim erythromycin clarithromycin azithromycin roxithromycin ciprofloxacin"
        " levofloxacin moxifloxacin ofloxacin clindamycin doxycyclin minocyclin vancomycin gentamicin tobramycin metronidazol"
        " nitrofurantoin",
    ),
    (
        "nsaid nsaids nsar nonsteroidal nichtsteroidal antirheumatik",
        "aspirin ibuprofen diclofenac naproxen indometacin ketoprofen celecoxib etoricoxib meloxicam",
    ),
    (
        "painkiller schmerzmittel analgetik analgesic",
        "paracetamol aspirin ibuprofen diclofenac naproxen indometacin ketoprofen celecoxib etoricoxib meloxicam metamizol codein"
        " morphin tramadol tilidin oxycodon fentanyl",
    ),
    ("opioid opiat opiate opiates", "codein morphin tramadol tilidin oxycodon fentanyl"),
    ("ace", "ramipril lisinopril enalapril captopril"),
    ("statin statins statine", "atorvastatin simvastatin rosuvastatin pravastatin"),
    ("lokalanasthetik anasthetik anaesthetic anesthetic", "lidocain articain"),
    ("iod jod iodine povidon", "contrast"),
)
NO_SUBSTANCE = (
    "acid saure natrium sodium kalium potassium hydrochlorid hydrochloride sulfat sulfate sulphate phosphat phosphate"
    " acetat acetate and und the der die das den dem with mit ohne without auf gegen bei von vom nach after for fur aus als"
    " war was has had hat not nicht kein keine keinen none known bekannt unknown all any alle sonst oder allergy allergie"
    " allergies allergien allergic allergisch reaction reaktion reaktionen intolerance intoleranz unvertraglichkeit"
    " uberempfindlichkeit hypersensitivity anaphylaxis anaphylaxie anaphylaktisch anaphylactic shock schock rash ausschlag"
    " exanthem hives urtikaria itching juckreiz swelling schwellung nausea ubelkeit severe schwer schwere mild leicht"
    " leichte moderate child kind kindheit childhood since seit possible possibly suspected verdacht probably vermutlich"
    " medicine medicines medikament medikamente drug drugs tablet tablets tabletten tablette capsule capsules kapseln kapsel"
    " syrup saft drops tropfen cream creme salbe injection mega forte patient oral per tag day"
)
"""Words of notes that are no name."""
