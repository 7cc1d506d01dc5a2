"""Which chats are judged, how they were chosen, and what the chosen ones say about the rest."""

from pipeline.sampling.draw import Plan, PlanError, Sample, Unit, draw, frame_digest
from pipeline.sampling.estimate import TOO_FEW, Estimate, Place, differ, estimate, places

__all__ = [
    "TOO_FEW",
    "Estimate",
    "Place",
    "Plan",
    "PlanError",
    "Sample",
    "Unit",
    "differ",
    "draw",
    "estimate",
    "frame_digest",
    "places",
]
