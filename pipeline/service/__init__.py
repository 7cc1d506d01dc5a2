"""Service metrics: how fast and how often customers are answered, each figure under the definition it follows."""

from pipeline.service.facts import RoundFact, ServiceFacts, service_facts

__all__ = ["RoundFact", "ServiceFacts", "service_facts"]
