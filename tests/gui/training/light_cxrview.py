"""The command line without Keras: only checks can be run with it, and begin seconds earlier.

Everything else is the real thing: the process, its events, what it finds.
"""

import sys
from types import SimpleNamespace

from cxrview.training import worker

if __name__ == "__main__":
    worker.find_device = lambda: ("cpu:0", "none")
    sys.modules["cxrview.training.zoo"] = SimpleNamespace(input_size=lambda _config: 64)
    from cxrview.__main__ import main

    sys.exit(main())
