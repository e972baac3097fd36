"""The doctors service."""

from careplus_contracts import allergies as allergies_contract
from careplus_contracts import certificates as certificates_contract
from careplus_contracts import chart_changes
from careplus_contracts import charts as charts_contract
from careplus_contracts import doctors as doctors_contract
from careplus_contracts import emergency as emergency_contract
from careplus_contracts import medicine_lists as medicine_lists_contract
from careplus_contracts import medicines as medicines_contract
from careplus_contracts import prescriptions as prescriptions_contract
from careplus_contracts import record as record_contract
from careplus_contracts import record_export as record_export_contract
from careplus_contracts import referrals as referrals_contract
from careplus_contracts import refills as refills_contract
from careplus_contracts import stats as stats_contract
from careplus_contracts import vitals as vitals_contract
from careplus_doctors.routes import (
    certificates,
    charts,
    doctors,
    emergency,
    medicines,
    prescriptions,
    record,
    referrals,
    refills,
    stats,
    vitals,
)
from careplus_runtime.http.serving import application

app = application(
    "doctors",
    contracts=(
        doctors_contract.api,
        charts_contract.api,
        chart_changes.api,
        emergency_contract.api,
        allergies_contract.api,
        medicines_contract.api,
        medicine_lists_contract.api,
        prescriptions_contract.api,
        referrals_contract.api,
        certificates_contract.api,
        vitals_contract.api,
        refills_contract.api,
        record_contract.api,
        record_export_contract.api,
        stats_contract.api,
    ),
    routes=(
        *(doctors.routes, charts.routes, medicines.routes, prescriptions.routes, referrals.routes, certificates.routes),
        *(refills.routes, record.routes, stats.routes, emergency.routes, vitals.routes),
    ),
)
