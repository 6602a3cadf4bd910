"""The modules of the load test, which import one another as Locust runs them: from their own folder."""

import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "gitops-template/load-tests"
sys.path.append(str(FOLDER))
