"""``python -m demarcate.cli``."""

import sys

from demarcate.cli import main

sys.exit(main())
