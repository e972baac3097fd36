"""The act catalogue: how tests call each endpoint. Every sweep reads it; no sweep has its own list of endpoints.

An `Act` stands in the file of the service that serves the endpoint: auth.py, appointments.py, doctors.py or labs.py. A POST, PUT
or DELETE needs one; a GET needs one only for a query it cannot do without, or where it concerns no patient.
`record_ids.py` has one entry for each id or code that requests can name: private or public, why, and how a record of it is made.
A gap fails in tests/architecture/test_acts.py with one sentence: the entry to add, and its place.
"""
