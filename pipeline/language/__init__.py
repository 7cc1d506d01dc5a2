"""Text in, numbers and offsets out. Knows no scorecard and judges nobody."""

from pipeline.language.annotate import AnnotatedMessage, AnnotatedTranscript, Annotator
from pipeline.language.identify import SUPPORTED, identify
from pipeline.language.lexicon import Lexicons, PhraseChange, Span, load_lexicons

__all__ = [
    "SUPPORTED",
    "AnnotatedMessage",
    "AnnotatedTranscript",
    "Annotator",
    "Lexicons",
    "PhraseChange",
    "Span",
    "identify",
    "load_lexicons",
]
