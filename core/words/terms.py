"""The field's own words, each explained in a sentence or two where it stands on a page."""

from __future__ import annotations

CANDIDATE = (
    "A base model that may become your classifier, as it is stored. What you fine-tuned on it is its adapter, and is "
    "chosen below."
)
ADAPTER = (
    "What fine-tuning added: small matrices beside some of the base's weights (LoRA), a pooler, and a head for your "
    "classes. Several adapters share one base."
)
_SUBSPACE = "1: the same space. By chance: what as many random directions would have."

#: By the name under which a number or a choice stands on a page.
TERMS = {
    "Candidate": CANDIDATE,
    "Adapter": ADAPTER,
    "Pooler": "Makes one vector of a whole text out of the vectors of its tokens: the last token's, the first one's, "
    "their mean, a generalised mean between mean and maximum (GeM), or one that has learned how much each token weighs "
    "(attention).",
    "Head": "Turns the vector of a text into one number a class, the logits: one matrix (linear), a small network "
    "(sequential), or the one that the architecture brings.",
    "Margin": "The lead of the first class over the second, in percentage points. Near 0 the model could as well have "
    "said the other.",
    "Entropy": "How far the probability is spread over all classes, in bits. 0: all of it on one class. The most there "
    "can be, log2 of the number of classes: it does not know at all.",
    "Tokens": "The pieces that a model reads a text in: words, parts of words, and signs at its beginning and end.",
    "Excess kurtosis": "How heavy the tails of the values are. A normal distribution has 0; a large number says that a "
    "few values are far larger than the rest.",
    "Near zeros": "Values smaller than 0.00001, zeros among them.",
    "Spectral norm": "The largest singular value: how much the matrix can lengthen a vector at most.",
    "Stable rank": "The sum of all squared singular values over the largest squared one: over how many directions the "
    "matrix spreads its strength, not moved by small ones.",
    "Effective rank": "exp of the entropy of the singular values, taken as shares of their sum: how many directions "
    "the matrix uses as if all were equal.",
    "Beyond random": "Singular values above the largest that random numbers of this spread would have "
    "(Marchenko-Pastur): directions that training has made.",
    "Effective tokens": "exp of the entropy of the weights: how many tokens count, as if all counted equally.",
    "Clamped": "Hidden values below the threshold of the generalised mean, which reads them as the threshold.",
    "Cosine": "Between two tensors (or two changes of one), each taken as a vector: 1 alike, 0 unrelated, -1 opposite.",
    "Reads": "How far two spaces of directions on the input side coincide (mean squared cosine). " + _SUBSPACE,
    "Writes": "How far two spaces of directions on the output side coincide (mean squared cosine). " + _SUBSPACE,
    "Amplification": "How much stronger the update is than the weight itself along the update's own directions.",
    "Scale s": "alpha / r, or alpha / the square root of r with rsLoRA: the number that B A is multiplied by.",
    "Cohen's kappa": "How often two models say the same, beyond what chance would bring: 1 always, 0 as often as two "
    "who do not look at the text.",
    "KL(A ‖ B)": "How far B's probabilities are from A's, by A's: 0 where they are the same, without a bound.",
    "KL(B ‖ A)": "How far A's probabilities are from B's, by B's: 0 where they are the same, without a bound.",
    "Jensen-Shannon": "How far the probabilities of both are from their mean: 0 where they are the same, 0.693 where "
    "no class has a probability in both.",
    "Sliding window": "How many tokens back a layer can look.",
}
