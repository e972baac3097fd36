"""The runtime of every CarePlus process: contracts on FastAPI, identity, refusals, settings, logs."""
