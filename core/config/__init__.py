"""What a user writes down: base model, adapter, candidate, catalogue."""

from core.config.adapter import AdapterConfig
from core.config.base_model import BaseModelConfig
from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue

__all__ = ["AdapterConfig", "AdapterEntry", "BaseModelConfig", "CandidateConfig", "Catalogue"]
