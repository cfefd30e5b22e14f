"""`python -m core`: the app's work without a browser."""

from core.cli.app import app

if __name__ == "__main__":
    app(prog_name="python -m core")
