"""State registers behind the e-government gateway (docs/registries.md)."""
