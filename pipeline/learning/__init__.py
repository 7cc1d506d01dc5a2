"""Fitting and measuring the models in `models/`. Nothing here runs in an audit."""
