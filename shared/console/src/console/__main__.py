"""`python -m console` is `qonys`."""

from console.main import app

app()
