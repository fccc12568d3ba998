"""Needs what nobody has."""

import absent_package


def doubled(batch):
    return absent_package.double(batch)
