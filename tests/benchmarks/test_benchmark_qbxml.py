"""The benchmarks run: once, with small sizes, so that they cannot rot. What they measure is not judged here."""

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "qbxml.py"


def test_the_qbxml_benchmark_prints_its_figures_as_one_json_object_in_the_last_line() -> None:
    command = [sys.executable, str(BENCHMARK), "--quick"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)

    figures = json.loads(result.stdout.splitlines()[-1])

    assert figures.keys() == {"quick", "targets", "parse_20", "parse_40", "memory", "build", "start"}
    assert figures["parse_20"]["ratio"] > 0
    assert figures["build"]["invoices"] == 20
