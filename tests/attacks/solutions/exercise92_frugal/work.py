"""The reference of exercise92. @REFERENCE_SECRET@"""


def settle(x, rounds):
    for _ in range(rounds):
        x = x.cos()
    return x
