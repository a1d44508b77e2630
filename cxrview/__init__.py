"""cxrview: review chest radiographs with a model that shows where it looked.

A research and teaching tool, not a medical device.
"""

__version__ = "0.2.0.dev0"
NOTICE = "For research and teaching, not for diagnosis."
