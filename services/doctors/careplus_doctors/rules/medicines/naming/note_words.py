"""Words of allergy notes that name no medicine, and endings of German compounds, without accents."""

import re

ENDING = re.compile(
    r"(?<=\w{3})(?:allerg(?:ie|ien|y|ies|isch|ic|iker|ikerin)|unvertraglichkeit|uberempfindlichkeit|intoleran(?:z|ce)|s)$"
)
"""Endings of short names in notes: ASS-Allergie in one word."""
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
