"""What goes wrong in front of a person: said in a sentence, with the way out, never as a traceback."""


class PlainError(Exception):
    """The message says what is wrong, `remedy` what to do or type next."""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
