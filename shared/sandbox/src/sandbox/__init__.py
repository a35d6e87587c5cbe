"""What stands in for the outside world: registries, providers, mail, SMS, identity, synthetic families."""
