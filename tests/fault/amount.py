"""How much is tried of each operation in each layer."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Amount:
    """Of one operation; None is all there are."""
    killed: int
    refused: int         # calls, each of them once and from then on
    short: int
    weakest: int
    kills: int           # before a loss of power
    weakest_again: int   # after each of them
    interruptions: int   # of each kind, before layer `again`
    again: int           # kills after each of them; half as many calls are refused
    prefixes: int        # on each file system
    torn: int
    draws: int           # states of the disk at each step


SHORT = {
    "core": Amount(killed=30, refused=24, short=3, weakest=24, kills=6, weakest_again=4, interruptions=2, again=7,
                   prefixes=7, torn=3, draws=2),
    "heavy": Amount(killed=4, refused=3, short=1, weakest=4, kills=1, weakest_again=2, interruptions=1, again=2,
                    prefixes=3, torn=1, draws=2),
    "": Amount(killed=12, refused=8, short=1, weakest=10, kills=3, weakest_again=3, interruptions=1, again=3,
               prefixes=3, torn=1, draws=2),
}
EVERY = Amount(killed=None, refused=None, short=40, weakest=None, kills=12, weakest_again=100, interruptions=10, again=40,
               prefixes=90, torn=70, draws=6)
LONG = {
    "core": EVERY,
    "heavy": Amount(killed=40, refused=40, short=40, weakest=40, kills=3, weakest_again=8, interruptions=3, again=20,
                    prefixes=22, torn=17, draws=6),
    "": EVERY,
}


class Profile:
    """The short run, or the long one."""

    def __init__(self, long):
        self.long = long
        self.amounts = LONG if long else SHORT

    def of(self, op):
        return self.amounts["heavy" if op.heavy else "core" if op.core else ""]
