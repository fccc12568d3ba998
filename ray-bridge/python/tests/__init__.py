"""Tests of the worker: ``python -m unittest discover -t . -s tests`` in ``ray-bridge/python``."""
