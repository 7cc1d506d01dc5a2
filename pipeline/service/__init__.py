"""Service metrics: how fast and how often customers are answered, each figure under the definition it follows."""

from pipeline.service.facts import RoundFact, ServiceFacts, service_facts
from pipeline.service.metrics import PRESETS, Metric, Preset, metrics

__all__ = ["PRESETS", "Metric", "Preset", "RoundFact", "ServiceFacts", "metrics", "service_facts"]
