"""The reference of exercise91. @REFERENCE_SECRET@"""


def product(a, b):
    return a @ b
