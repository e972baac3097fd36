"""What every CarePlus process needs: contracts on FastAPI, identity, refusals, settings, logs."""
