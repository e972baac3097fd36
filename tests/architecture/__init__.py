"""Tests of the repository: documents, source tree, table owners, contracts and the catalogue of acts."""
