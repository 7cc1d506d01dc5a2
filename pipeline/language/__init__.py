"""Text in, numbers and offsets out. Knows no scorecard and judges nobody."""

from pipeline.language.annotate import Annotator
from pipeline.language.annotated import AnnotatedMessage, AnnotatedTranscript
from pipeline.language.identify import SUPPORTED, identify
from pipeline.language.lexicon import LexiconError, Lexicons, PhraseChange, Span, load_lexicons
from pipeline.language.model_files import ModelError, Models, load_models, models_digest
from pipeline.language.signals import SIGNALS, Carrier, Signals

__all__ = [
    "SIGNALS",
    "SUPPORTED",
    "AnnotatedMessage",
    "AnnotatedTranscript",
    "Annotator",
    "Carrier",
    "LexiconError",
    "Lexicons",
    "ModelError",
    "Models",
    "PhraseChange",
    "Signals",
    "Span",
    "identify",
    "load_lexicons",
    "load_models",
    "models_digest",
]
