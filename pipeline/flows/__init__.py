"""Prefect around the plain functions of audit.py: the nightly audit, the ad-hoc audit, and a desk that serves both.

The defaults stand here because they must be set before Prefect is imported: it reports to nobody, and its first start,
which lays out a database, gets the time it needs.
"""

import os

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
