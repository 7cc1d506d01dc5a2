"""Evaluations to page data to HTML. The only room that knows Jinja; templates are in reports/templates."""

from pipeline.reporting.publish import SiteError
from pipeline.reporting.site import AgentInput, AgentSummary, SiteSummary, write_site

__all__ = ["AgentInput", "AgentSummary", "SiteError", "SiteSummary", "write_site"]
