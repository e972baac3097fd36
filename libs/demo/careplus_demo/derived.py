"""Laboratory values that follow from others: computed as the laboratory's instruments do, so that results add up.

eGFR: CKD-EPI creatinine equation without race, Inker LA et al., N Engl J Med 2021;385:1737-1749. LDL cholesterol: Friedewald
WT et al., Clin Chem 1972;18:499-502, for triglycerides below 400 mg/dL.
"""

from collections.abc import Callable, Mapping

Numbers = dict[str, float]
MCHC, MCHC_WITHOUT_IRON, SMALL_CELLS = 33.4, 31.4, 78.0
"""g/dL of haemoglobin in red cells, and in the ones below this volume (fL)."""
NORMAL_PT_S, SENSITIVITY_INDEX = 12.0, 1.5
TIBC_PER_TRANSFERRIN = 1.25
CELLS = ("neutrophils", "lymphocytes", "monocytes", "eosinophils", "basophils")


def egfr(creatinine: float, sex: str, age: float) -> float:
    """Return the filtration rate in mL/min/1.73 m² of an adult, from serum creatinine in mg/dL, by CKD-EPI 2021."""
    female = sex == "female"
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    rate = 142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age
    return float(rate * 1.012 if female else rate)


def complete(values: Numbers, given: Mapping[str, object], decimals: Mapping[str, int], sex: str, age: float) -> None:
    """Replace the values that follow from others. `given` are fixed. Rounded inputs are used, as readers can check them."""
    for code in values:
        values[code] = round(values[code], decimals[code])

    def put(code: str, value: float) -> None:
        if code in values:
            values[code] = round(value, decimals[code])

    for part in (_red_cells, _white_cells, _lipids, _salts, _proteins, _iron, _urine, _clotting):
        part(values, given, put)
    if "creatinine" in values:
        put("egfr", egfr(values["creatinine"], sex, age))


Put = Callable[[str, float], None]


def _red_cells(values: Numbers, _: Mapping[str, object], put: Put) -> None:
    if not {"hemoglobin", "hematocrit", "erythrocytes", "mcv"} <= values.keys():
        return
    filled = MCHC_WITHOUT_IRON if values["mcv"] < SMALL_CELLS else MCHC
    put("hematocrit", values["hemoglobin"] / filled * 100)
    put("erythrocytes", values["hematocrit"] * 10 / values["mcv"])
    put("mcv", values["hematocrit"] * 10 / values["erythrocytes"])
    put("mch", values["hemoglobin"] * 10 / values["erythrocytes"])
    put("mchc", values["hemoglobin"] * 100 / values["hematocrit"])


def _white_cells(values: Numbers, given: Mapping[str, object], put: Put) -> None:
    """Compute lymphocytes as the rest, and the counts of all cells from their shares."""
    shares = [f"{cell}-percent" for cell in CELLS]
    if not {"leukocytes", *shares} <= values.keys():
        return
    others = sum(values[share] for share in shares if share != "lymphocytes-percent")
    if "lymphocytes-percent" not in given:
        put("lymphocytes-percent", 100 - others)
    for cell, share in zip(CELLS, shares, strict=True):
        put(cell, values["leukocytes"] * values[share] / 100)


def _lipids(values: Numbers, _: Mapping[str, object], put: Put) -> None:
    if {"cholesterol", "hdl-cholesterol", "triglycerides"} <= values.keys():
        rest = values["cholesterol"] - values["hdl-cholesterol"]
        put("non-hdl-cholesterol", rest)
        put("ldl-cholesterol", rest - values["triglycerides"] / 5)


def _salts(values: Numbers, given: Mapping[str, object], put: Put) -> None:
    """Compute chloride from a gap of 8 to 11, and the gap from the three salts."""
    if not {"sodium", "chloride", "bicarbonate"} <= values.keys():
        return
    if "chloride" not in given:
        put("chloride", values["sodium"] - values["bicarbonate"] - 8 - round(values["sodium"]) % 4)
    put("anion-gap", values["sodium"] - values["chloride"] - values["bicarbonate"])


def _proteins(values: Numbers, given: Mapping[str, object], put: Put) -> None:
    if "total-protein" in values and "albumin" not in given:
        put("albumin", values["total-protein"] * 0.6)
    if "bilirubin-total" in values:
        put("bilirubin-direct", values["bilirubin-total"] * 0.25)


def _iron(values: Numbers, _: Mapping[str, object], put: Put) -> None:
    if {"iron", "tibc"} <= values.keys():
        put("transferrin", values["tibc"] / TIBC_PER_TRANSFERRIN)
        put("transferrin-saturation", values["iron"] / values["tibc"] * 100)


def _urine(values: Numbers, _: Mapping[str, object], put: Put) -> None:
    """Compute the ratios in mg per g of creatinine; albumin is in mg/L, protein and creatinine are in mg/dL."""
    if creatinine := values.get("urine-creatinine"):
        put("urine-albumin-creatinine", values.get("urine-albumin", 0.0) * 100 / creatinine)
        put("urine-protein-creatinine", values.get("urine-protein", 0.0) * 1000 / creatinine)


def _clotting(values: Numbers, _: Mapping[str, object], put: Put) -> None:
    if "inr" in values:
        put("prothrombin-time", NORMAL_PT_S * values["inr"] ** (1 / SENSITIVITY_INDEX))
