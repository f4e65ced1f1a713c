"""What counts as right, and how sure the count is."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Proportion:
    """How many of how many, with a Wilson interval.

    Args:
        successes: How many were right.
        n: Of how many.

    Raises:
        ValueError: If ``n`` is below 1 or ``successes`` is not between 0 and ``n``.

    Example:
        >>> print(Proportion(291, 300))
        0.970 [0.944, 0.984], n = 300

    Source: Wilson (1927); the interval does not leave 0..1 and works at 0 and at n.
    """

    successes: int
    n: int

    def __post_init__(self) -> None:
        """Check the counts."""
        if self.n < 1 or not 0 <= self.successes <= self.n:
            raise ValueError(
                f"successes, n: expected 0 <= successes <= n and n >= 1, "
                f"got {self.successes} and {self.n}"
            )

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.successes / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %."""
        limits = binomtest(self.successes, self.n).proportion_ci(method="wilson")
        return float(limits.low), float(limits.high)

    @classmethod
    def pool(cls, parts: Sequence["Proportion"]) -> "Proportion":
        """Add the counts of several runs.

        Args:
            parts: At least one.

        Raises:
            ValueError: If there are no parts.

        Example:
            >>> Proportion.pool([Proportion(1, 4), Proportion(3, 4)]).value
            0.5
        """
        return cls(sum(part.successes for part in parts), sum(part.n for part in parts))

    def __str__(self) -> str:
        """Give the share with its interval and n."""
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}], n = {self.n}"


def exact_match(
    predictions: Sequence[Sequence[object]], references: Sequence[Sequence[object]]
) -> Proportion:
    """Count the sentences that are right from the first token to the last.

    Args:
        predictions: Tokens or ids of each output, without ``<bos>``, ``<eos>`` and padding.
        references: What they should be.

    Raises:
        TypeError: If a sentence is one string, which could equal a list of its letters.
        ValueError: If there are none, or not as many of one as of the other.

    Example:
        >>> exact_match([["twenty", "-", "four"], ["six"]], [["twenty", "-", "four"], ["1"]]).value
        0.5
    """
    if len(predictions) != len(references):
        raise ValueError(
            f"predictions: expected {len(references)}, one for each reference, "
            f"got {len(predictions)}"
        )
    for name, sentences in (("predictions", predictions), ("references", references)):
        if strings := [each for each in (sentences, *sentences) if isinstance(each, str)]:
            raise TypeError(f"{name}: expected sequences of tokens, got {strings[0]!r}")
    right = sum(list(a) == list(b) for a, b in zip(predictions, references, strict=True))
    return Proportion(right, len(references))
