"""Lets ``python -m qbwc_service.cli`` be the console script."""

from qbwc_service.cli.main import main

if __name__ == "__main__":
    main(prog_name="qbwc-service")
