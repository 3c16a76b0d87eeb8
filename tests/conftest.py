"""Tests read no cache that an earlier run wrote, and no config of the working directory."""

import os

os.environ["DEMARCATE_CACHE"] = "off"
