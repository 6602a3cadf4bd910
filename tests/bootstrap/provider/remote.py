"""What a test runs beside a daemon, in its network. Arguments: endpoint, certificate, key, the server's certificate.

Prints the server's version, or cause and remedy.
"""

import sys
from pathlib import Path

from hagen.bootstrap.provider.contract import ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider, Server

endpoint, *files = sys.argv[1:]
certificate, key, server = (Path(file) for file in files)
provider = LxdProvider(Server(endpoint, certificate, key, server).connect, "remote")
try:
    print(provider.offer().version)  # noqa: T201
except ProviderError as error:
    print(error)  # noqa: T201
provider.close()
