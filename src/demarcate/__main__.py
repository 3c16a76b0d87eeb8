"""``python -m demarcate``."""

import sys

from demarcate.cli import main

sys.exit(main())
