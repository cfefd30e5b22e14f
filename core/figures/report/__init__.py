"""The report: one prediction as a single HTML file that needs nothing else."""

from core.figures.report.document import document

__all__ = ["document"]
